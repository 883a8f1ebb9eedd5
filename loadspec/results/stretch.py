"""What the seconds of a stretch say together: how late they were, and what the machine did. Constant memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from loadspec.units import format_ms

ENOUGH = 0.99
"""The share of due starts that must have been made."""
LATENESS = {"lag_p99_ms": "hub lag", "dispatch_p99_ms": "dispatch delay"}
_STARTS = ("due", "made", "dropped")


class Figure(Struct):
    """One column's values in some seconds: their number, sum and greatest."""

    count: int = 0
    total: float = 0.0
    most: float = 0.0

    def add(self, value: float) -> None:
        """Take the value of another second."""
        self.merge(Figure(1, value, value))

    def merge(self, other: Figure) -> None:
        """Take those of other seconds; there is one at least."""
        self.most = max(self.most, other.most) if self.count else other.most
        self.count += other.count
        self.total += other.total

    @property
    def mean(self) -> float:
        """Of no second 0."""
        return self.total / self.count if self.count else 0.0


class Stretch:
    """Seconds that are added one by one, or as another stretch."""

    def __init__(self) -> None:
        self.figures: dict[str, Figure] = {}
        """By column, of whole seconds: a part of one has no rates."""
        self._worst: dict[str, tuple[float, float, float]] = {}
        """Column of `LATENESS` → at its worst: how many times its limit, its value, its limit."""
        self._starts = dict.fromkeys(_STARTS, 0.0)

    def add(self, record: Mapping[str, float], limit: float, whole: bool) -> None:
        """Take a second whose lateness may be `limit` ms."""
        for name in _STARTS:
            self._starts[name] += record.get(name, 0.0)
        for name in LATENESS.keys() & record.keys():
            self._take(name, (record[name] / limit, record[name], limit))
        for name in record if whole else ():
            self.figures.setdefault(name, Figure()).add(record[name])

    def merge(self, other: Stretch) -> None:
        """Take the seconds of another one."""
        for name in _STARTS:
            self._starts[name] += other._starts[name]
        for name, worst in other._worst.items():
            self._take(name, worst)
        for name, figure in other.figures.items():
            self.figures.setdefault(name, Figure()).merge(figure)

    def _take(self, name: str, found: tuple[float, float, float]) -> None:
        self._worst[name] = max(self._worst.get(name, found), found)

    def signs(self) -> Iterator[str]:
        """What was late, by how much at worst, and what the limit then was."""
        for name, text in LATENESS.items():
            times, value, limit = self._worst.get(name, (0.0, 0.0, 0.0))
            if times > 1:
                yield f"{text} p99 {format_ms(value)}, limit {format_ms(limit)}"
        due, made, dropped = self._starts.values()
        if made < ENOUGH * (due - dropped):
            yield f"{100 * made / (due - dropped):.1f}% of the starts that were due"
