"""The steps of a flow: a sub-schema each, chosen by the action key, never by `oneOf`."""

from __future__ import annotations

from loadspec.spec.grammar.flow import FLOW_STEPS, STEP_KEYS
from loadspec.spec.grammar.kinds import Schema, duration, expression, keys_of, listing, mapping, obj, ref, text, whole
from loadspec.spec.grammar.request import REQUEST
from loadspec.spec.grammar.reuse import USE
from loadspec.spec.grammar.snippets import STEP_SNIPPETS, with_snippets

RETRY_ON = ("connect", "timeout", "reset", "tls", "dns")
"""Words for failures without an answer that `retry` may be asked to mend; beside them stand statuses."""
_RETRY_ON = rf"^({'|'.join(RETRY_ON)}|[1-5][0-9][0-9]|[1-5][0-9][0-9]-[1-5][0-9][0-9]|[1-5]xx)$"
MAX_RETRIES = 100

_RETRY = obj(
    "Which failures are tried again, how often and when.",
    {
        "times": whole("How many more attempts at most, after the first.", 1, MAX_RETRIES, 3),
        "on": {
            **listing(
                "What is tried again: kinds of failure, statuses, ranges of statuses.",
                {
                    "description": "A kind of failure, a status such as 429, or a range: 5xx, 502-504.",
                    "type": ["string", "integer"],
                    "pattern": _RETRY_ON,
                    "minimum": 100,
                    "maximum": 599,
                    "examples": ["timeout", "5xx", 429],
                },
                1,
            ),
            "default": ["connect", "timeout", "reset", "5xx", 429],
        },
        "delay": duration("From a failure to the next attempt.", "200ms", default="100ms"),
        "factor": {
            "description": "What each delay is multiplied by to give the next.",
            "type": "number",
            "minimum": 1,
            "maximum": 100,
            "default": 2,
        },
        "max": duration("No delay is longer.", "5s", default="10s"),
        "jitter": {
            "description": "How much of each delay is left to chance: 0 none, 1 all of it.",
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "default": 0,
        },
        "retry_after": {
            "description": "Whether an answer's Retry-After is waited for, if it is longer, and at most `max`.",
            "type": "boolean",
            "default": True,
        },
    },
    required=("times",),
)
_BACKOFF = obj(
    "How the beat slows down.",
    {
        "factor": {
            "description": "What each interval is multiplied by to give the next.",
            "type": "number",
            "minimum": 1,
            "maximum": 100,
            "examples": [1.5],
        },
        "max": duration("No interval is longer.", "10s"),
    },
    required=("factor",),
)

_EXCHANGE: dict[str, Schema] = {
    **STEP_KEYS,
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
    **REQUEST,
}

_CALL = obj(
    "Send an endpoint's request once.",
    {
        "call": text("The endpoint whose request is sent, once."),
        **_EXCHANGE,
        "timeout": ref("timeout"),
        "retry": {
            "description": "Try again where an attempt fails: so many times more, or a mapping that says more.",
            "type": ["integer", "object"],
            "minimum": 1,
            "maximum": MAX_RETRIES,
            "examples": [3],
            "if": {"type": "object"},
            "then": keys_of(_RETRY),
        },
    },
)
_POLL = obj(
    "Send an endpoint's request again and again until an expression holds.",
    {
        "poll": text("The endpoint that is asked until `until` holds."),
        **_EXCHANGE,
        "every": duration("From one request to the next.", "1s", default="1s"),
        "backoff": {
            "description": "A slowing beat: what each interval is multiplied by, or a mapping that says more.",
            "type": ["number", "object"],
            "minimum": 1,
            "maximum": 100,
            "examples": [1.5],
            "if": {"type": "object"},
            "then": keys_of(_BACKOFF),
        },
        "timeout": duration("How long to go on.", "120s", default="60s"),
        "until": expression("The poll is over and ok once this holds.", "json.status == 'done'"),
        "fail_when": expression("The poll is over and not ok once this holds.", "json.status == 'failed'"),
    },
    required=("until",),
)
STEPS: dict[str, Schema] = {"call": _CALL, "poll": _POLL, **FLOW_STEPS, "use": USE}
"""The kinds of steps, by the key that chooses them."""

ACTIONS = tuple(STEPS)


def _by_action(left: tuple[str, ...]) -> Schema:
    """The sub-schema of the action key that a step has: an error then names the one thing that is wrong."""
    if not left:
        unchosen = {
            "properties": {action: step["properties"][action] for action, step in STEPS.items()},
            "anyOf": [{"required": [action]} for action in ACTIONS],
        }
        return with_snippets(unchosen, STEP_SNIPPETS)
    action, *rest = left
    chosen = {"type": "object", "required": [action]}  # the type, lest an editor takes an empty step for the first kind
    return {"if": chosen, "then": keys_of(STEPS[action]), "else": _by_action(tuple(rest))}


STEP: Schema = {
    "description": f"A step: {', '.join(f'`{action}`' for action in ACTIONS[:-1])} or `{ACTIONS[-1]}`.",
    "type": "object",
    **_by_action(ACTIONS),
}
