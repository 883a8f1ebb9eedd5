"""Service level objectives."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import NAME, Schema, choice, duration, examples, mapping, obj, text


def _names(doc: str, *values: object) -> Schema:
    return {"description": doc, "type": ["string", "array"], "items": {"type": "string"}, **examples(*values)}


SLO = obj(
    "What is promised: each part is judged, and the error budget of each is reported.",
    {
        "endpoint": _names("Whose requests; without it those of the whole load.", "generate", ["cart", "pay"]),
        "scenario": _names("Whose requests; without it those of all scenarios.", "buyers"),
        "availability": text("The share of requests that get an expected answer.", "99.9%"),
        "latency": {
            "description": "The share of requests that get one in time, failed ones included; several as a list.",
            "type": ["string", "array"],
            "items": {"type": "string"},
            "minItems": 1,
            **examples("95% within 2s", ["50% within 500ms", "99% within 5s"]),
        },
        "apdex": obj(
            "The Apdex: satisfied up to T, tolerated up to 4 T, a failure is neither.",
            {
                "t": duration("T; without it the limit of `latency`.", "500ms"),
                "at_least": {
                    "description": "The score that must be reached; without it the score is only shown.",
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "maximum": 1,
                    "examples": [0.85],
                },
            },
        ),
        "burn": obj(
            "How fast an error budget may burn: 1 uses it just up.",
            {
                "window": duration("The seconds that are judged at a time.", "30s", default="1m"),
                "below": {
                    "description": "The rate that no window may reach; without it the worst one is only shown.",
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "maximum": 1e6,
                    "examples": [10],
                },
            },
        ),
        "level": choice("Whether a failure fails the run, or is only told.", ("fail", "warn"), "fail"),
    },
)

SLOS = mapping("Service level objectives by name.", SLO, NAME)
