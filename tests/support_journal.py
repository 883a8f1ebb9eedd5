"""Runs without a load: records as a conductor takes them, a second each, and journals of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from support_cli import REFERENCE

from loadspec.metrics import Trend
from loadspec.metrics.meters import Meters
from loadspec.results.head import Head
from loadspec.results.journal import Journal
from loadspec.results.ledger import Ledger, Record
from loadspec.run.head import head_of
from loadspec.run.options import RunOptions
from loadspec.spec import load

ENDPOINTS = ("login", "generate")
POOL = "prompts"


@cache
def head(path: Path = REFERENCE) -> Head:
    """A head as `run` makes one; no test writes another spec to the same path."""
    return head_of(load(path).spec, RunOptions(run_id="r", seed=7), "2026-11-30T06:00:00.000+00:00", {}, 2)


class Seconds:
    """Snapshots of some endpoints, made of samples that follow from a seed; some requests fail."""

    def __init__(self, seed: int = 1, requests: int = 20, endpoints: Sequence[str] = ENDPOINTS) -> None:
        self._endpoints = endpoints
        self._random = random.Random(seed)
        self._requests = requests
        self._meters = Meters()
        self._done = 0

    def second(self, t: float) -> dict[str, Any]:
        """The snapshot at the end of second `t`."""
        failed = [self._fill(endpoint) for endpoint in self._endpoints]
        self._done += self._requests
        books = {"started": self._done + 3, "completed": self._done, "interrupted": 0}
        key = [self._endpoints[1], "status", "status", 503]
        return {
            "is": "snapshot",
            "phase": "load",
            "t": t,
            "store": self._meters.drain(),
            "slowest": self._meters.slowest.take(t - 1),
            "failures": [{"key": key, "count": failed[1], "first": t - 1, "last": t, "message": "no"}]
            * bool(failed[1]),
            "check_samples": [],
            "notes": [],
            "users": 3,
            "iterations": books,
            "scenarios": [{"name": "default", "began": 0.0, "ended": None, "users": 3, **books}],
            "pools": [{"name": POOL, "rows": 3, "drawn": 3, "seen": ""}],
            "pool_items": [self._item(int(t) % 3)],
            "stamped": 2,
            "health": {"lag_ms": 1.0, "cpu_s": t, "peak_rss_bytes": 7},
            "workers": [
                {"worker": 0, "t": t, "lag_ms": 1.0, "lag_p99_ms": 1.0 + t % 3, "cpu_s": t, "peak_rss_bytes": 7}
            ],
        }

    def _item(self, row: int) -> dict[str, Any]:
        times = Trend()
        times.add_many([10.0 * self._done, 20.0 + row, 30.0])
        return {"pool": POOL, "row": row, "text": f"item {row}", "failed": row, "times": times.to_wire()}

    def _fill(self, endpoint: str) -> int:
        meter = self._meters.requests(scenario="default", endpoint=endpoint, poll="false")
        bad = sum(self._random.random() < 0.05 for _ in range(self._requests))
        for side, status, number in ((meter.expected, 200, self._requests - bad), (meter.unexpected, 503, bad)):
            for _ in range(number):
                ms = 20 * self._random.lognormvariate(0.0, 0.6)
                for values in (side.durations, side.waiting, side.sending, side.receiving):
                    values.append(ms)
            side.statuses[status] += number
        return bad


def records(seconds: int, seed: int = 1, requests: int = 20) -> Iterator[Record]:
    """A run from begin to end."""
    source = Seconds(seed, requests)
    yield {"is": "begin", "phase": "load"}
    for t in range(1, seconds + 1):
        yield source.second(float(t))
    yield {"is": "end", "phase": "load", "status": "done", "reason": "", "notes": ["that was all"]}
    yield {"is": "over"}
    yield {"is": "closed", "generator": {"workers": 2, "cpu_s": 1.5}, "signals": 0, "warnings": []}


def books(own: Head, rows: Iterator[Record] | list[Record]) -> Ledger:
    """A ledger that has taken them."""
    ledger = Ledger(own.thresholds)
    for row in rows:
        ledger.take(row)
    return ledger


def written(folder: Path, rows: list[Record], own: Head | None = None, **options: Any) -> Journal:
    """A journal of these records that is not closed: as kill -9 would leave it."""
    folder.mkdir(exist_ok=True)
    journal = Journal(folder, own or head(), **options)
    for row in rows:
        assert journal.write(row) == ""
    return journal
