"""What figures of an expression are measured in, and which of them go together."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace


class DimensionError(ValueError):
    """Two figures that do not go together."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Dimension(Struct, frozen=True):
    """Powers of time, bytes, counts and seconds (of rates), and where a figure without any of them came from."""

    time: int = 0
    size: int = 0
    count: int = 0
    seconds: int = 0
    bare: bool = False
    """Made of plain numbers only: these stand for counts, too."""
    share: bool = False
    """A share or a percentage: it is written with `%`."""
    percent: bool = False
    """A percentage that is written out: `of` may follow."""

    @property
    def powers(self) -> tuple[int, int, int, int]:
        """Without where it came from."""
        return self.time, self.size, self.count, self.seconds

    def times(self, other: Dimension, sign: int) -> Dimension:
        """Of the product with `other`, or with −1 of the quotient."""
        time, size, count, seconds = (a + sign * b for a, b in zip(self.powers, other.powers, strict=True))
        bare = self.bare and other.bare
        share = sign > 0 and (self.share or (self.bare and other.share)) and not (time or size or count or seconds)
        return Dimension(time, size, count, seconds, bare, share)


PLAIN = Dimension(bare=True)
_TIME, _SIZE, _COUNT = Dimension(time=1), Dimension(size=1), Dimension(count=1)
_SHARE = Dimension(share=True)
_MEASURES: Mapping[str, Dimension] = {
    "time": _TIME,
    "bytes": _SIZE,
    "bytes_total": _SIZE,
    "ratio": _SHARE,
    "count": _COUNT,
    "score": Dimension(),
    "per_second": Dimension(count=1, seconds=-1),
    "bytes_per_second": Dimension(size=1, seconds=-1),
}
_WORDS: Mapping[tuple[int, int, int, int], tuple[str, str]] = {
    (1, 0, 0, 0): ("a time", "time"),
    (0, 1, 0, 0): ("a size", "bytes"),
    (0, 0, 1, 0): ("a count", "count"),
    (0, 0, 1, -1): ("a number per second", "per_second"),
    (0, 1, 0, -1): ("a size per second", "bytes_per_second"),
    (0, 0, 0, 0): ("a plain number", "score"),
}
"""Powers → what that is, and the measure that it is shown in."""


class Literal(NamedTuple):
    """A unit of numbers: its worth in the base unit."""

    worth: Fraction
    dimension: Dimension


LITERALS: Mapping[str, Literal] = {
    "": Literal(Fraction(1), PLAIN),
    "%": Literal(Fraction(1, 100), Dimension(share=True, percent=True)),
    **{
        unit: Literal(Fraction(worth), _TIME)
        for unit, worth in {
            "us": "1/1000",
            "µs": "1/1000",
            "ms": "1",
            "s": "1000",
            "m": "60000",
            "h": "3600000",
        }.items()
    },
    **{
        unit: Literal(Fraction(worth), _SIZE)
        for unit, worth in {"B": 1, "kB": 1000, "MB": 1_000_000, "GB": 1_000_000_000}.items()
    },
    "/s": Literal(Fraction(1), _MEASURES["per_second"]),
    **{
        f"{unit}/s": Literal(Fraction(worth), _MEASURES["bytes_per_second"])
        for unit, worth in {"B": 1, "kB": 1000, "MB": 1_000_000, "GB": 1_000_000_000}.items()
    },
}
"""Unit → what a number with it is."""


def of_measure(measure: str) -> Dimension:
    """The dimension of an aggregate."""
    return _MEASURES[measure]


def common(one: Dimension, two: Dimension, what: str) -> Dimension:
    """What both are measured in, to be compared or added. Raises DimensionError where that is not the same."""
    if one.bare and two.bare:
        return one
    for bare, other in ((one, two), (two, one)):
        if not bare.bare:
            continue
        if other.share:
            raise DimensionError("this number has no unit, and the other side is a share", "write it with %")
        if other.powers in (_COUNT.powers, PLAIN.powers):
            return other
        raise DimensionError(f"this number has no unit, and the other side is {words(other)}", "write its unit")
    if one.powers != two.powers:
        message = f"{words(one)} and {words(two)} cannot be {what}"
        raise DimensionError(message, "times go with times, sizes with sizes, counts with counts, shares with shares")
    return replace(one, share=one.share or two.share, percent=False)


def words(dimension: Dimension) -> str:
    """What something is."""
    if dimension.share:
        return "a share"
    return _WORDS.get(dimension.powers, ("what has no unit here", ""))[0]


def measure_named(dimension: Dimension) -> str:
    """The measure that a figure is shown in. Raises DimensionError where there is none."""
    if dimension.share:
        return "ratio"
    found = _WORDS.get(dimension.powers)
    if found is None:
        raise DimensionError("no unit fits what is compared here", "divide times by times, and counts by counts")
    return found[1]
