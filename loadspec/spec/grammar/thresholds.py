"""Pass or fail."""

from __future__ import annotations

from typing import Any

from loadspec.metrics.catalog import BUILTIN, Kind
from loadspec.spec.grammar.kinds import Schema, choice, duration, examples, flag, mapping, obj, ref, text

THRESHOLD = obj(
    "A threshold with settings.",
    {
        "that": text("What must hold.", "p(95) < 500ms"),
        "abort": flag("Whether the run ends as soon as it fails."),
        "after": duration("No abort before this time.", "30s", default="0s"),
        "grace": duration("What an abort leaves to requests in flight.", "10s", default="0s"),
        "window": duration("Judge each of so many seconds by itself, instead of the whole run so far.", "30s"),
        "level": choice("Whether a failure fails the run, or is only told.", ("fail", "warn"), "fail"),
        "failures": choice(
            "Of request timings: failed requests are left out, or count as infinitely long.",
            ("ignore", "infinite"),
            "ignore",
        ),
        "empty": choice("What no sample at all means.", ("fail", "pass"), "fail"),
    },
    required=("that",),
)

METRICS: dict[str, str] = {
    "http_req_failed": "Requests with an unexpected status, or without an answer.",
    "http_req_duration": "Sending, waiting and receiving of requests that are no polls and whose answer was expected.",
    "checks": "Checks that held.",
    "http_reqs": "Requests that were sent.",
    "iterations": "Completed iterations.",
    "iteration_duration": "A completed iteration, think times included.",
    "dropped_iterations": "Planned iterations that never started: the rest of a budget, or no user was free.",
    "scheduled_latency": "Of open loads: from when a request was due to its answer's last byte.",
    "group_duration": "A group's steps together.",
    "http_req_blocked": "From asking for a connection to having one.",
    "http_req_connecting": "Opening the connection.",
    "http_req_tls_handshaking": "The TLS handshake.",
    "http_req_sending": "Sending the request.",
    "http_req_waiting": "From the request's last byte to the answer's first.",
    "http_req_receiving": "From the answer's first byte to its last.",
    "data_sent": "Bytes sent.",
    "data_received": "Bytes received.",
    "vus": "Users running.",
    "vus_max": "The most users that the load plans.",
    "dispatch_delay": "How much later than planned a user was started, or an iteration of an open load.",
}
"""Built-in metric → what it holds, those first that are judged most."""

_EXAMPLES: dict[Kind, tuple[Any, ...]] = {
    "trend": ("p(95) < 500ms", ["p(95) < 30s", "p(99) < 60s"]),
    "rate": ("rate < 1%",),
    "counter": ("count > 0", "rate > 10/s"),
    "gauge": ("max <= 100",),
}


def _condition(doc: str, *values: Any) -> Schema:
    return {
        "description": doc,
        "type": ["string", "array", "object"],
        "if": {"type": "object"},
        "then": ref("threshold"),
        "items": {"type": ["string", "object"], "if": {"type": "object"}, "then": ref("threshold")},
        **examples(*values),
    }


def _of(metric: str) -> tuple[Any, ...]:
    return ("rate > 99%",) if metric == "checks" else _EXAMPLES[BUILTIN[metric].kind]


_EACH_ENDPOINT: Schema = {
    "description": "What must hold of each endpoint that the load calls: of `http_req_duration`, or a metric → of it.",
    "type": ["string", "array", "object"],
    "if": {"type": "object"},
    "then": {
        "if": {"required": ["that"]},
        "then": ref("threshold"),
        "else": {"additionalProperties": _condition("What must hold of each endpoint.", *_EXAMPLES["trend"])},
    },
    "items": {"type": ["string", "object"], "if": {"type": "object"}, "then": ref("threshold")},
    **examples("p(95) < 2s"),
}

THRESHOLDS = {
    **mapping(
        "Pass or fail: a metric → what must hold of it. A metric without a sample fails.",
        _condition("One condition, several, or one with settings.", *_EXAMPLES["trend"], *_EXAMPLES["rate"]),
    ),
    "properties": {
        **{metric: _condition(doc, *_of(metric)) for metric, doc in METRICS.items()},
        "each_endpoint": _EACH_ENDPOINT,
        "expressions": _condition(
            "Comparisons that compute with several metrics.",
            "count(credit_errors) < 5% of count(http_reqs)",
            "p(99)(http_req_duration) < 3 * med(http_req_duration)",
        ),
    },
}
