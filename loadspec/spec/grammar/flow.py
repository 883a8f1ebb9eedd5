"""Steps that hold steps, or wait: `repeat`, `if`, `choose`, `parallel`, `group`, `think`, `pace`, `wait_until`."""

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
    obj,
    step_list,
    text,
    whole,
)
from loadspec.spec.grammar.tags import fixed_tags
from loadspec.spec.shapes.keys import MAX_VUS

ON_FAIL = ("continue", "end_iteration", "stop_vu", "abort")
RUNS = ("every_iteration", "once_per_vu")
MAX_PASSES = 1_000_000
MAX_BRANCHES = 32
"""Branches of one `parallel` step: each has connections of its own."""

_EVERY = obj(
    "Run once per user, and again when so much time has passed since.",
    {"every": duration("From the start of one time to the earliest start of the next.", "10m")},
    required=("every",),
)

STEP_KEYS: dict[str, Schema] = {
    "name": text("The step's name, `steps.NAME` in expressions; its endpoint's if not given.", pattern=NAME),
    "when": expression("The step is skipped unless this holds.", "steps.login.ok"),
    "run": {
        "description": (
            "How often a user runs the step: in every iteration, or once (or every so often) until it was ok; what it "
            "captured lives on in the iterations that leave it out."
        ),
        "type": ["string", "object"],
        "default": "every_iteration",
        "examples": ["once_per_vu"],
        "if": {"type": "object"},
        "then": keys_of(_EVERY),
        "else": {"if": {"type": "string"}, "then": {"enum": list(RUNS)}},
    },
    "on_fail": choice(
        "What a step that is not ok does to its user or the run; it holds for the steps inside, too, unless they have "
        "their own.",
        ON_FAIL,
        "continue",
    ),
}
"""What every step may have."""

_THINK = obj(
    "Wait.",
    {
        "think": text("How long: a duration, or a range to draw from evenly.", "2s", "1s..3s", title=DURATION),
        **STEP_KEYS,
    },
)
_PACE = obj(
    "Wait until so much time has passed since this user was let through here.",
    {
        "pace": text(
            "The time from one pass to the next, or a range to draw it from evenly; who is late does not wait.",
            "10s",
            "8s..12s",
            title=DURATION,
        ),
        **STEP_KEYS,
    },
)
_WAIT_UNTIL = obj(
    "Wait until so many users have come here, then let all of them go on at once.",
    {
        "wait_until": obj(
            "How many users meet here, and how long one waits for the others.",
            {
                "users": whole("How many users of one worker are let go together.", 1, MAX_VUS, 10),
                "timeout": duration("A user that waited so long goes on, and the step is not ok.", "1m", default="30s"),
            },
            required=("users",),
        ),
        **STEP_KEYS,
    },
)

_LOOP = obj(
    "How often: exactly one of `times`, `over` and `while`.",
    {
        "times": {
            "description": "So many times: a number, or an expression that gives one.",
            "type": ["integer", "string"],
            "minimum": 0,
            "maximum": MAX_PASSES,
            "examples": [3, "len(cart)"],
        },
        "over": expression("Once for each item of a list.", "items", "[256, 512, 1024]"),
        "as": text("The name of the item in the steps below; only with `over`.", "item", pattern=NAME),
        "while": expression("As long as this holds, asked before each pass; needs `at_most`.", "defined(next_page)"),
        "index": text("A name for the number of the pass, from 0.", "i", pattern=NAME),
        "at_most": whole("No more passes than this.", 1, MAX_PASSES, 50),
    },
)
_REPEAT = obj(
    "Do steps several times.",
    {
        "repeat": {
            "description": "How often: a number, an expression that gives one, or a mapping that says more.",
            "type": ["integer", "string", "object"],
            "minimum": 1,
            "maximum": MAX_PASSES,
            "examples": [3, "len(cart)"],
            "if": {"type": "object"},
            "then": keys_of(_LOOP),
        },
        "steps": step_list("The steps that are repeated.", minimum=1),
        **STEP_KEYS,
    },
    required=("steps",),
)
_IF = obj(
    "Do steps where an expression holds, others where it does not.",
    {
        "if": expression("The condition.", "steps.login.ok"),
        "then": step_list("The steps where it holds.", minimum=1),
        "elif": listing(
            "Further conditions, asked in turn where none before held.",
            obj(
                "A condition and its steps.",
                {
                    "if": expression("The condition.", "credits > 10"),
                    "then": step_list("The steps where it holds.", minimum=1),
                },
                required=("if", "then"),
            ),
        ),
        "else": step_list("The steps where no condition held."),
        **STEP_KEYS,
    },
    required=("then",),
)
_CHOOSE = obj(
    "Do one of several branches, drawn by weight: the same seed draws the same for the same user.",
    {
        "choose": listing(
            "The branches.",
            obj(
                "A branch.",
                {
                    "weight": {
                        "description": "Its share, beside the others' weights; 0 is never drawn.",
                        "type": "number",
                        "minimum": 0,
                        "maximum": 1_000_000,
                        "examples": [3, 0.5],
                    },
                    "steps": step_list("The steps of the branch; none to do nothing."),
                    "name": text("Measures the branch as a `group` of this name.", "buy", pattern=NAME),
                },
                required=("weight", "steps"),
            ),
            1,
        ),
        **STEP_KEYS,
    },
)
_PARALLEL = obj(
    "Do steps at the same time, each on connections of its own; a `group` among them is a branch of several steps.",
    {
        "parallel": {
            **step_list("The branches: a step each. All end before the next step begins.", minimum=1),
            "maxItems": MAX_BRANCHES,
        },
        **STEP_KEYS,
    },
)
_GROUP = obj(
    "Measure steps together: their time is a sample of `group_duration`, their requests carry the tag `group`.",
    {
        "group": text(
            "The group's name; its tag is `::NAME`, and `::OUTER::NAME` inside another group, as in k6.",
            "checkout",
            pattern=r"^(?!.*::)[^\x00-\x1f{}\"',:~]{1,100}$",
        ),
        "steps": step_list("The steps that are measured.", minimum=1),
        "tags": fixed_tags("Tags for all that is measured in it.", part="checkout"),
        **STEP_KEYS,
    },
    required=("steps",),
)

FLOW_STEPS: dict[str, Schema] = {
    "think": _THINK,
    "pace": _PACE,
    "wait_until": _WAIT_UNTIL,
    "repeat": _REPEAT,
    "if": _IF,
    "choose": _CHOOSE,
    "parallel": _PARALLEL,
    "group": _GROUP,
}
"""Action key → its schema."""
