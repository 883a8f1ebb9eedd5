"""The ten requests that took longest: those of several seconds and workers add up to those of all.

A row is a JSON value: {"ms": duration, "at": begin of the second in which the answer came, in seconds of the load,
"scenario", "endpoint", "poll" and "expected" (whether it is so), "status": 503, or null where it is not known}.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

KEPT = 10

Row = Mapping[str, Any]


def slowest(rows: Iterable[Row]) -> list[Row]:
    """The ten that took longest, the slowest first. Equals have a fixed order, so that none matters in which rows
    come together. Pure."""
    return sorted(rows, key=_place)[:KEPT]


def _place(row: Row) -> tuple[Any, ...]:
    names = ("at", "scenario", "endpoint", "poll", "expected")
    return -row["ms"], *(row[name] for name in names), row["status"] or 0


class Slowest:
    """Those of one worker's phase: batches of samples are offered, and most cost no more than their maximum."""

    __slots__ = ("_least", "_new", "_times")

    def __init__(self) -> None:
        self._times: list[float] = []
        """The ten greatest durations so far, by rising value."""
        self._least = -1.0
        """What a duration has to exceed."""
        self._new: list[dict[str, Any]] = []

    def offer(
        self, durations: Sequence[float], tags: Mapping[str, str], expected: bool, statuses: Collection[int]
    ) -> None:
        """Answers of one endpoint, in ms, that have these tags, and `statuses` among them; there must be one."""
        if max(durations) <= self._least:
            return
        longest = [ms for ms in sorted(durations)[-KEPT:] if ms > self._least]
        own = {
            "scenario": tags.get("scenario", ""),
            "endpoint": tags.get("endpoint", ""),
            "poll": tags.get("poll") == "true",
            "expected": expected,
            "status": next(iter(statuses)) if len(statuses) == 1 else None,
        }
        self._new += [{"ms": ms, **own} for ms in longest]
        self._times = sorted([*self._times, *longest])[-KEPT:]
        if len(self._times) == KEPT:
            self._least = self._times[0]

    def take(self, at: float) -> list[Row]:
        """Those since the last call, in the second that began `at`."""
        new, self._new = self._new, []
        return slowest({**row, "at": at} for row in new)
