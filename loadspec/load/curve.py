"""A rate over time, straight from corner to corner; the area under it counts starts, and its inverse says when.

k6's rule (its `lib/executor/ramping_arrival_rate.go`): start n lies where the area reaches n. Corners and areas are
exact fractions, so that no start is lost or gained at the end of a stage; between two corners a time is worked out from
the number of its start alone, never from the start before, so that nothing adds up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import floor, inf, nextafter, sqrt
from typing import NamedTuple


class _Piece(NamedTuple):
    """From one corner to the next. An area is split into whole and rest, so that differences of large ones are exact.

    `low` is the lower of both rates, `slope` how much the rate gains or (`falling`) loses a second; `reach` is the last
    area that a start of this piece may have, `cap` its latest time.
    """

    begin: float
    finish: float
    low: float
    slope: float
    falling: bool
    whole: int
    rest: float
    reach: float
    cap: float


class RateCurve:
    """From `start` through stages of (seconds, rate at their end); a stage of 0 seconds is a jump."""

    __slots__ = ("_ends", "_pieces", "_rates", "area", "duration")

    def __init__(self, start: Fraction, stages: Iterable[tuple[float, Fraction]]) -> None:
        corners = _corners(start, stages)
        end = corners[-1][1] if corners else Fraction(0)
        self.duration = float(end)
        self.area = Fraction(0)
        pieces = []
        for begin, finish, one, other in corners:
            before, self.area = self.area, self.area + (finish - begin) * (one + other) / 2
            pieces.append(_piece(begin, finish, one, other, before, self.area, finish == end))
        self._pieces = tuple(pieces)
        self._ends = [float(finish) for _, finish, _, _ in corners]
        self._rates = [(float(one), float(other)) for _, _, one, other in corners]

    @property
    def reach(self) -> float:
        """The last area at which something may start; below 0 where there is none."""
        return max((piece.reach for piece in self._pieces), default=-1.0)

    def rate_at(self, t: float) -> float:
        """Starts a second at `t`; a jump takes its new value at once."""
        now = bisect_right(self._ends, t)
        if t < 0 or now == len(self._ends):
            return 0.0
        begin, (one, other) = self._ends[now - 1] if now else 0.0, self._rates[now]
        return one + (other - one) * (t - begin) / (self._ends[now] - begin)

    def times(self, areas: Iterator[float]) -> Iterator[float]:
        """When each of the rising areas is reached, as long as that lies before the end."""
        area = next(areas)
        for piece in self._pieces:
            begin, finish, low, slope, falling, whole, rest, reach, cap = piece
            while area <= reach:
                if falling:  # from the end backwards: near a rate of 0 that loses no digit
                    yield min(max(finish - _time((whole - area) + rest, low, slope), begin), cap)
                else:
                    yield min(begin + _time((area - whole) - rest, low, slope), cap)
                area = next(areas)


def _time(area: float, low: float, slope: float) -> float:
    """Seconds in which a rate that grows from `low` by `slope` a second makes that area.

    The root of low·x + slope·x²/2 = area in the form that divides by a sum, and so is exact for small slopes, too.
    """
    if area <= 0:
        return 0.0
    return 2 * area / (low + sqrt(low * low + 2 * slope * area)) if slope else area / low


def _corners(
    start: Fraction, stages: Iterable[tuple[float, Fraction]]
) -> list[tuple[Fraction, Fraction, Fraction, Fraction]]:
    """(begin, finish, rate there, rate here) of all that take time. Seconds are the decimals that they were written."""
    found, at, rate = [], Fraction(0), start
    for seconds, target in stages:
        length = Fraction(repr(seconds))
        if length:
            found.append((at, at + length, rate, target))
        at, rate = at + length, target
    return found


def _piece(
    begin: Fraction, finish: Fraction, one: Fraction, other: Fraction, before: Fraction, after: Fraction, last: bool
) -> _Piece:
    falling = other < one
    known = after if falling else before  # the area at the corner from which times are told
    whole = floor(known)
    reach, cap = _down(after), float(finish)
    if last:  # what is due at the very end does not start any more
        reach = nextafter(reach, -inf) if Fraction(reach) == after else reach
        cap = nextafter(cap, 0.0)
    return _Piece(
        float(begin),
        float(finish),
        float(min(one, other)),
        float(abs(other - one) / (finish - begin)),
        falling,
        whole,
        float(known - whole),
        reach if after > before else -1.0,
        cap,
    )


def _down(value: Fraction) -> float:
    """The largest float that is not above it."""
    near = float(value)
    return near if Fraction(near) <= value else nextafter(near, -inf)
