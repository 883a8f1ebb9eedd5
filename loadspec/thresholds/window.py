"""The newest seconds of what a threshold judges, added up as they slide on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

Values = Sequence[Any]
"""One metric value a term, None where nothing was measured."""

SLACK = 0.25
"""Seconds that a tick may come early or late."""
_CELLS = 120
"""A window is kept in at most about so many parts: a long one moves in steps."""


def step(seconds: float) -> float:
    """By how much a window of so many seconds moves at a time, in seconds."""
    return max(1.0, seconds / _CELLS)


class _Cell(NamedTuple):
    begin: float
    end: float
    values: Values


class SlidingWindow:
    """Takes what each second measured, and tells the sum of the newest `seconds` of them.

    A queue of two stacks: the newer part has a running sum, the older one the sum from each of its cells onward, so
    that a second costs two additions on average, however long the window, and nothing is ever subtracted.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.end = 0.0
        self._newer: list[_Cell] = []
        self._newer_sum: Values | None = None
        self._older: list[_Cell] = []
        """The oldest last; values are sums from that cell onward."""

    def add(self, end: float, values: Values) -> None:
        """Take what was measured from the last `end` until this one."""
        begin, self.end = self.end, end
        step = self.seconds / _CELLS
        last = self._newer[-1] if self._newer else None
        if last is not None and end - last.begin <= step + SLACK:
            self._newer[-1] = _Cell(last.begin, end, _sum(last.values, values))
        else:
            self._newer.append(_Cell(begin, end, values))
        self._newer_sum = _sum(self._newer_sum, values)
        gone = end - self.seconds + SLACK
        while (oldest := self._oldest()) is not None and oldest.end <= gone:
            self._older.pop()

    @property
    def begin(self) -> float:
        """The begin of the oldest part."""
        oldest = self._oldest()
        return oldest.begin if oldest else self.end

    @property
    def covered(self) -> float:
        """Seconds from the begin of the oldest part to the end of the newest."""
        return self.end - self.begin

    @property
    def full(self) -> bool:
        """Whether it covers all of its seconds."""
        return self.covered >= self.seconds - SLACK

    def total(self) -> Values:
        """The sum of the seconds that it covers."""
        older = self._older[-1].values if self._older else None
        return _sum(older, self._newer_sum or ())

    def _oldest(self) -> _Cell | None:
        """The oldest cell, at the end of the older stack."""
        if not self._older:
            for cell in reversed(self._newer):
                newer = self._older[-1].values if self._older else None
                self._older.append(
                    _Cell(cell.begin, cell.end, cell.values if newer is None else _sum(cell.values, newer))
                )
            self._newer, self._newer_sum = [], None
        return self._older[-1] if self._older else None


def _sum(first: Values | None, second: Values) -> Values:
    """Both together, value by value; the second is the newer one. Neither is changed."""
    if not first or not second:
        return first or second
    return [_plus(one, two) for one, two in zip(first, second, strict=True)]


def _plus(one: Any, two: Any) -> Any:
    if one is None or two is None:
        return two if one is None else one
    total = type(one)()
    total.merge(one)
    total.merge(two)
    return total
