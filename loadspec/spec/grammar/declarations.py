"""Environment variables and custom metrics."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import NAME, choice, flag, mapping, obj, short_or_long, template

KINDS = ("trend", "rate", "counter", "gauge")


ENV = mapping(
    "The environment variables that may be read: name → default, or settings.",
    {
        "description": "A default, null (the variable must be given), or settings.",
        "type": ["string", "number", "boolean", "null", "object"],
        "properties": {
            "default": template("The value if the variable is not set."),
            "required": flag("Whether the run needs a value from outside."),
            "secret": flag("Whether the value is masked wherever it would be shown."),
        },
        "additionalProperties": False,
    },
    NAME,
)

METRICS = mapping(
    "Custom metrics: name → kind.",
    short_or_long(
        choice("Its kind; a trend of bytes or counts is written {trend: bytes}.", KINDS),
        {
            **obj("", {"trend": choice("What the samples are.", ("time", "bytes", "count"), "time")}),
            "required": ["trend"],
        },
    ),
    NAME,
)
