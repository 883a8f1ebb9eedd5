"""Pass or fail."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import choice, duration, flag, mapping, obj, ref, text

THRESHOLD = obj(
    "A threshold with settings.",
    {
        "that": text("What must hold.", "p(95) < 500ms"),
        "abort": flag("Whether the run ends as soon as it fails."),
        "after": duration("No abort before this time.", "30s", default="0s"),
        "empty": choice("What no sample at all means.", ("fail", "pass"), "fail"),
    },
    required=("that",),
)

THRESHOLDS = mapping(
    "Pass or fail: a metric → what must hold of it. A metric without a sample fails.",
    {
        "description": "One condition, several, or one with settings.",
        "type": ["string", "array", "object"],
        "if": {"type": "object"},
        "then": ref("threshold"),
        "items": {"type": ["string", "object"], "if": {"type": "object"}, "then": ref("threshold")},
        "examples": ["p(95) < 500ms", ["p(95) < 30s", "p(99) < 60s"], "rate < 1%"],
    },
)
