"""What several workers say, as if one had said it: their snapshots of a second, and their ends. Pure.

Workers say JSON values; a merged snapshot is one but for its `store`, which is a `Store`: see `results.ledger`.

Samples add up, whatever worker they came from; what a worker counts from the begin on (users, iterations, scenarios)
is summed over the newest word of each, so that one that is late is not left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from loadspec.metrics import Gauge, Store
from loadspec.metrics.items import unite_items
from loadspec.metrics.slowest import slowest
from loadspec.pools.usage import unite_pools, used_up
from loadspec.results.failures import unite_failures

Snapshot = Mapping[str, Any]
Rows = Iterable[Mapping[str, Any]]

_OWN_GAUGES = ("vus", "vus_max")
"""Gauges of which each worker has its part."""
_SUMMED = ("cpu_s", "peak_rss_bytes")
"""Of the workers' health; of the rest, the greatest counts."""
_COUNTED = ("stamped",)
"""What some workers count anew each second."""
_WORST = ("done", "stopped", "timeout", "failed", "crashed")
"""How a phase ended, the worst last."""


class Merger:
    """The snapshots of one phase on some workers: `add` them, and `take` what came since as one.

    `t` of what it gives never runs backwards: what is late counts for the second in which it came. `before` is the
    merger of the phase before: what workers took then they have taken, whether or not they are in this phase.
    """

    def __init__(self, workers: Iterable[int] = (), before: Merger | None = None) -> None:
        self._expected = set(workers)
        self._health: dict[int, Mapping[str, float]] = {} if before is None else before._health
        self._newest: dict[int, Snapshot] = {}
        self._pending: list[tuple[int, Snapshot]] = []
        self._told: set[str] = set()
        self._t = 0.0

    @property
    def heard(self) -> set[int]:
        """The workers that said something since the last `take`."""
        return {worker for worker, _ in self._pending}

    def since(self, worker: int) -> float:
        """Until when a worker's load was counted, in seconds of the phase."""
        return float(self._newest[worker]["t"]) if worker in self._newest else 0.0

    def add(self, worker: int, snapshot: Snapshot) -> None:
        """One snapshot more."""
        self._newest[worker] = snapshot
        self._health[worker] = snapshot["health"]
        self._pending.append((worker, snapshot))

    def lose(self, worker: int) -> None:
        """A worker is gone: its users, too, and what they were at was interrupted."""
        self._expected.discard(worker)
        if worker in self._newest:
            self._newest[worker] = _cut_off(self._newest[worker])

    def take(self) -> dict[str, Any]:
        """What was added since the last call, merged; there must be something."""
        pending = [snapshot for _, snapshot in sorted(self._pending, key=lambda told: told[1]["t"])]
        newest = [self._newest[worker] for worker in sorted(self._newest)]
        self._t = max(self._t, pending[-1]["t"])
        merged = {
            **pending[-1],
            "t": self._t,
            "store": _store(pending, newest),
            "slowest": slowest(row for one in pending for row in one.get("slowest", ())),
            "failures": unite_failures(
                sorted((row for one in pending for row in one["failures"]), key=lambda row: row["first"])
            ),
            "check_samples": sorted(
                (row for one in pending for row in one["check_samples"]), key=lambda row: row["at"]
            ),
            "notes": self._new_notes(note for one in pending for note in one["notes"]),
            "users": sum(one["users"] for one in newest),
            "iterations": _sums(one["iterations"] for one in newest),
            "scenarios": _scenarios(newest, whole=self._newest.keys() >= self._expected),
            "pools": unite_pools(row for one in pending for row in one["pools"]),
            "pool_items": unite_items(row for one in pending for row in one.get("pool_items", ())),
            "health": _health(self._health.values(), [one["health"] for one in pending]),
            "workers": [{"worker": worker, "t": one["t"], **one["health"]} for worker, one in self._pending],
        }
        for name in _COUNTED:
            if any(name in one for one in pending):
                merged[name] = sum(one.get(name, 0) for one in pending)
        if held := [one["held_back"] for one in pending if "held_back" in one]:
            merged["held_back"] = _sums(held)
        self._pending.clear()
        return merged

    def _new_notes(self, notes: Iterable[str]) -> list[str]:
        """Each worker tells what it has to tell: once is enough."""
        new = [note for note in dict.fromkeys(notes) if note not in self._told]
        self._told.update(new)
        return new


def merge_ends(ends: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How a phase ended, of how it ended on each worker: the worst, with its reason; there must be one."""
    worst = max(ends, key=lambda end: _WORST.index(end["status"]))
    stopped: Counter[tuple[str, bool]] = Counter()
    for end in ends:
        for text, whole, users in end["pool_ends"]:
            stopped[text, whole] += users
    notes = [used_up(text, whole, users) for (text, whole), users in stopped.items()]
    told = dict.fromkeys(note for end in ends for note in end["notes"])
    return {**worst, "notes": [*told, *notes]}


def _cut_off(snapshot: Snapshot) -> dict[str, Any]:
    rows = [
        {**_interrupted(row), "users": 0, "ended": snapshot["t"] if row["ended"] is None else row["ended"]}
        for row in snapshot["scenarios"]
    ]
    return {**snapshot, "users": 0, "iterations": _interrupted(snapshot["iterations"]), "scenarios": rows}


def _interrupted(books: Mapping[str, Any]) -> dict[str, Any]:
    return {**books, "interrupted": books["started"] - books["completed"]}


def _store(pending: Sequence[Snapshot], newest: Sequence[Snapshot]) -> Store:
    store = Store.from_wire(pending[0]["store"])
    for snapshot in pending[1:]:
        store.merge(Store.from_wire(snapshot["store"]))
    for metric in _OWN_GAUGES if len(newest) > 1 or len(pending) > 1 else ():
        if (metric, ()) in store.series:
            total = sum(one["users"] if metric == "vus" else _gauge(one, metric) for one in newest)
            store.series[metric, ()] = Gauge(total, total, total, 1)
    return store


def _gauge(snapshot: Snapshot, metric: str) -> float:
    return next((value[0] for name, tags, _, value in snapshot["store"] if name == metric and not tags), 0.0)


def _scenarios(newest: Sequence[Snapshot], whole: bool) -> list[dict[str, Any]]:
    """A scenario begins with the first worker, and ends with the last."""
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for snapshot in newest:
        for row in snapshot["scenarios"]:
            by_name.setdefault(row["name"], []).append(row)
    return [_scenario(name, rows, whole) for name, rows in by_name.items()]


def _scenario(name: str, rows: Sequence[Mapping[str, Any]], whole: bool) -> dict[str, Any]:
    began = [row["began"] for row in rows if row["began"] is not None]
    ended = [row["ended"] for row in rows if row["ended"] is not None]
    return {
        "name": name,
        "began": min(began, default=None),
        "ended": max(ended) if whole and len(ended) == len(rows) else None,
        **_sums({key: value for key, value in row.items() if key not in _TOLD_APART} for row in rows),
    }


_TOLD_APART = ("name", "began", "ended")


def _health(newest: Collection[Mapping[str, float]], pending: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Of all workers together; each by itself is in `workers`."""
    greatest = {name: max(one.get(name, 0) for one in pending) for name in pending[-1]}
    return {**greatest, **{name: sum(one.get(name, 0) for one in newest) for name in _SUMMED}}


def _sums(rows: Rows) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for row in rows:
        for key, value in row.items():
            total[key] = total.get(key, 0) + value
    return total
