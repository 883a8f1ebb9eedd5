"""The built-in metrics: k6's names and meanings, with what each one holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Kind = Literal["trend", "rate", "counter", "gauge"]
Contains = Literal["time", "bytes", "count", "default"]


class MetricInfo(Struct, frozen=True):
    """What a metric holds: its kind, and for trends and counters what is counted (`time` is milliseconds)."""

    kind: Kind
    contains: Contains = "default"


_TIME = MetricInfo("trend", "time")

BUILTIN: Mapping[str, MetricInfo] = {
    "checks": MetricInfo("rate"),
    "data_received": MetricInfo("counter", "bytes"),
    "data_sent": MetricInfo("counter", "bytes"),
    "dispatch_delay": _TIME,
    "dropped_iterations": MetricInfo("counter"),
    "group_duration": _TIME,
    "http_req_blocked": _TIME,
    "http_req_connecting": _TIME,
    "http_req_duration": _TIME,
    "http_req_failed": MetricInfo("rate"),
    "http_req_receiving": _TIME,
    "http_req_sending": _TIME,
    "http_req_tls_handshaking": _TIME,
    "http_req_waiting": _TIME,
    "http_reqs": MetricInfo("counter"),
    "iteration_duration": _TIME,
    "iterations": MetricInfo("counter"),
    "scheduled_latency": _TIME,
    "vus": MetricInfo("gauge"),
    "vus_max": MetricInfo("gauge"),
}

UNSENT_PHASES = frozenset({"dns", "connect", "tls", "write", "redirect", "template"})
"""A request that failed in one of these never left whole: no server can have counted it."""

_REQUEST = ("scenario", "endpoint", "poll", "group")
_TAGS: Mapping[str, tuple[str, ...]] = {
    "checks": ("scenario", "endpoint", "check", "group"),
    "data_received": _REQUEST,
    "data_sent": _REQUEST,
    "http_req_failed": _REQUEST,
    "http_reqs": (*_REQUEST, "expected_response", "status", "error", "error_code"),
    "dispatch_delay": ("scenario",),
    "dropped_iterations": ("scenario",),
    "group_duration": ("scenario", "group"),
    "iteration_duration": ("scenario",),
    "iterations": ("scenario",),
    "vus": (),
    "vus_max": (),
}


def tag_names(metric: str) -> tuple[str, ...]:
    """The tags that a metric's series carry; a custom metric's are those of the step that records it."""
    if metric in BUILTIN and metric not in _TAGS:
        return (*_REQUEST, "expected_response")
    return _TAGS.get(metric, ("scenario", "endpoint", "group"))
