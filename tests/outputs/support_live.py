"""Ticks for the tests of live outputs."""

from __future__ import annotations

from typing import Any

from loadspec.metrics import Store, tags_of
from loadspec.outputs.tick import Second, Tick
from loadspec.results.head import Head


def store(scale: int = 1, **tags: str) -> Store:
    """One of each kind; `scale` requests of 10, 20, 30 ... ms."""
    made = Store()
    own = tags_of(**{"endpoint": "login", "scenario": "default", **tags})
    for number in range(scale):
        made.counter("http_reqs", own).add(1)
        made.trend("http_req_duration", own).add(10.0 * (number + 1))
        made.rate("checks", own).add(number % 2 == 0)
    made.gauge("vus").add(scale)
    return made


def tick(new: Store, at: float = 1_700_000_000.0, **changes: Any) -> Tick:
    """A tick that is the first."""
    return Tick(**{"t": 1.0, "at": at, "users": 3, "delta": new, "total": new, **changes})


def second(number: int, scale: int = 1) -> Second:
    """The n-th second of a load."""
    return Second(float(number), 1_700_000_000.0 + number, 3, store(scale))


def head(**changes: Any) -> Head:
    """The head of a run that has nothing but a name."""
    empty: dict[str, Any] = dict.fromkeys(("scenarios", "endpoints", "thresholds", "pools"), ())
    texts = dict.fromkeys(("spec_name", "spec_path", "command", "started_at", "target", "resolved_spec"), "")
    plain = {"run_id": "r1", "version": "1.2", "profile": None, "seed": 1, "timing": "process"}
    maps: dict[str, Any] = {name: {} for name in ("custom_metrics", "places", "environment")}
    return Head(**{**empty, **texts, **plain, **maps, **changes})
