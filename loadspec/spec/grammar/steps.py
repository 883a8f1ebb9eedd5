"""The steps of a flow: a sub-schema each, chosen by the action key, never by `oneOf`."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import (
    DURATION,
    NAME,
    Schema,
    choice,
    duration,
    expression,
    keys_of,
    listing,
    mapping,
    obj,
    ref,
    text,
)
from loadspec.spec.grammar.request import REQUEST
from loadspec.spec.grammar.snippets import STEP_SNIPPETS, with_snippets

ON_FAIL = ("continue", "end_iteration", "stop_vu", "abort")


_STEP: dict[str, Schema] = {
    "name": text("The step's name, `steps.NAME` in expressions; its endpoint's if not given.", pattern=NAME),
    "when": expression("The step is skipped unless this holds.", "steps.login.ok"),
}

_EXCHANGE: dict[str, Schema] = {
    **_STEP,
    "record": mapping(
        "Samples for custom metrics: metric → expression.", expression("The sample.", "duration", "not ok")
    ),
    "classify": listing(
        "Where the step is not ok: the first row that holds counts in its metric.",
        obj(
            "A row: `when` and `count`, or `else`.",
            {
                "when": expression("The row's condition.", "status == 402", "status >= 500"),
                "count": text("The counter to add one to."),
                "else": text("The counter for what no row before it took."),
            },
        ),
    ),
    "on_fail": choice("What a step that is not ok does to its user or the run.", ON_FAIL, "continue"),
    **REQUEST,
}

_CALL = obj(
    "Send an endpoint's request once.",
    {"call": text("The endpoint whose request is sent, once."), **_EXCHANGE, "timeout": ref("timeout")},
)
_POLL = obj(
    "Send an endpoint's request again and again until an expression holds.",
    {
        "poll": text("The endpoint that is asked until `until` holds."),
        **_EXCHANGE,
        "every": duration("From one request to the next.", "1s", default="1s"),
        "timeout": duration("How long to go on.", "120s", default="60s"),
        "until": expression("The poll is over and ok once this holds.", "json.status == 'done'"),
        "fail_when": expression("The poll is over and not ok once this holds.", "json.status == 'failed'"),
    },
    required=("until",),
)
_THINK = obj(
    "Wait.",
    {
        "think": text("How long: a duration, or a range to draw from evenly.", "2s", "1s..3s", title=DURATION),
        **_STEP,
    },
)

STEPS: dict[str, Schema] = {"call": _CALL, "poll": _POLL, "think": _THINK}
"""The kinds of steps, by the key that chooses them."""

ACTIONS = tuple(STEPS)


def _by_action(left: tuple[str, ...]) -> Schema:
    """The sub-schema of the action key that a step has: an error then names the one thing that is wrong."""
    if not left:
        unchosen = {
            "properties": {action: step["properties"][action] for action, step in STEPS.items()},
            "anyOf": [{"required": [action]} for action in ACTIONS],
        }
        return with_snippets(unchosen, tuple(row for row in STEP_SNIPPETS if row[0] in STEPS))
    action, *rest = left
    chosen = {"type": "object", "required": [action]}  # the type, lest an editor takes an empty step for the first kind
    return {"if": chosen, "then": keys_of(STEPS[action]), "else": _by_action(tuple(rest))}


STEP: Schema = {
    "description": f"A step: {', '.join(f'`{action}`' for action in ACTIONS[:-1])} or `{ACTIONS[-1]}`.",
    "type": "object",
    **_by_action(ACTIONS),
}
