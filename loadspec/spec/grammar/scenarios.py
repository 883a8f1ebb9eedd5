"""Scenarios: several flows in one test, as one mix of users or each under a load of its own."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import NAME, Schema, duration, mapping, obj, step_list, text
from loadspec.spec.grammar.load import SHAPE
from loadspec.spec.grammar.tags import fixed_tags

MAX_SCENARIOS = 100

_KEYS: dict[str, Schema] = {
    "flow": step_list("Steps that its users repeat.", minimum=1),
    "weight": {
        "description": "Its share of the mix's iterations, relative to the other weights; 0 leaves it out.",
        "type": "number",
        "minimum": 0,
        "maximum": 1_000_000,
        "default": 1,
        "examples": [3, 1],
    },
    **SHAPE,
    "start_at": duration("When its load begins, after the begin of the test's.", "30s", default="0s"),
    "after": text("The scenario whose end its load waits for.", "warm_up"),
    "tags": fixed_tags("Tags for all that it measures; thresholds select by them.", client="mobile"),
}

SCENARIO = obj("A flow, with a weight in the mix or a load of its own.", _KEYS, required=("flow",))

SCENARIOS: Schema = {
    **mapping(
        "Several flows: those without a load of their own form one mix of users, driven by the file's load.",
        {"$ref": "#/definitions/scenario"},
        NAME,
    ),
    "minProperties": 1,
    "maxProperties": MAX_SCENARIOS,
}

SCENARIO_CHANGES: Schema = mapping(
    "Changes to scenarios: keys merge over the scenario's, a load shape replaces its own, null removes it.",
    {**obj("Keys to merge over the scenario's.", _KEYS), "type": ["object", "null"]},
    NAME,
)
