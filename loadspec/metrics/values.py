"""The four kinds of metric values, k6's: each can be added to, merged, and sent as JSON.

All have `samples`, the number of samples behind the value, so that "no sample" is never mistaken for a zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from loadspec.metrics.histogram import Histogram


class Trend(Histogram):
    """A distribution: count, sum, min, max exact; percentiles within 0.8 %."""

    __slots__ = ()
    kind: ClassVar[str] = "trend"

    @property
    def samples(self) -> int:
        """How many values were added."""
        return self.count


class Rate:
    """The share of samples that were true."""

    __slots__ = ("passes", "total")
    kind: ClassVar[str] = "rate"

    def __init__(self, passes: int = 0, total: int = 0) -> None:
        self.passes = passes
        self.total = total

    @property
    def samples(self) -> int:
        """How many samples were added."""
        return self.total

    @property
    def rate(self) -> float:
        """passes ÷ total as a ratio 0..1; 0 when empty."""
        return self.passes / self.total if self.total else 0.0

    def add(self, value: Any) -> None:
        """Add one sample; truth counts as a pass."""
        self.total += 1
        if value:
            self.passes += 1

    def clear(self) -> None:
        """Back to no sample."""
        self.passes = self.total = 0

    def merge(self, other: Rate) -> None:
        """Add all of `other`'s samples."""
        self.passes += other.passes
        self.total += other.total

    def to_wire(self) -> list[Any]:
        """[passes, total]."""
        return [self.passes, self.total]

    @classmethod
    def from_wire(cls, wire: Sequence[Any]) -> Rate:
        """The inverse of `to_wire`."""
        return cls(*wire)


class Counter:
    """A sum of increments."""

    __slots__ = ("samples", "value")
    kind: ClassVar[str] = "counter"

    def __init__(self, value: float = 0, samples: int = 0) -> None:
        self.value = value
        self.samples = samples

    def add(self, value: float = 1) -> None:
        """Add one increment."""
        self.value += value
        self.samples += 1

    def clear(self) -> None:
        """Back to no sample."""
        self.value = self.samples = 0

    def merge(self, other: Counter) -> None:
        """Add `other`'s sum."""
        self.value += other.value
        self.samples += other.samples

    def to_wire(self) -> list[Any]:
        """[value, samples]."""
        return [self.value, self.samples]

    @classmethod
    def from_wire(cls, wire: Sequence[Any]) -> Counter:
        """The inverse of `to_wire`."""
        return cls(*wire)


class Gauge:
    """A last value with the least and the greatest seen; merging takes the other's last value as the newer."""

    __slots__ = ("last", "max", "min", "samples")
    kind: ClassVar[str] = "gauge"

    def __init__(self, last: float = 0, least: float = 0, greatest: float = 0, samples: int = 0) -> None:
        self.last = last
        self.min = least
        self.max = greatest
        self.samples = samples

    def add(self, value: float) -> None:
        """Set the gauge."""
        self.merge(Gauge(value, value, value, 1))

    def clear(self) -> None:
        """Back to no sample."""
        self.last = self.min = self.max = self.samples = 0

    def merge(self, other: Gauge) -> None:
        """Take `other` as what came after."""
        if not other.samples:
            return
        self.min = min(self.min, other.min) if self.samples else other.min
        self.max = max(self.max, other.max) if self.samples else other.max
        self.last = other.last
        self.samples += other.samples

    def to_wire(self) -> list[Any]:
        """[last, min, max, samples]."""
        return [self.last, self.min, self.max, self.samples]

    @classmethod
    def from_wire(cls, wire: Sequence[Any]) -> Gauge:
        """The inverse of `to_wire`."""
        return cls(*wire)


Value = Trend | Rate | Counter | Gauge

KINDS: dict[str, type[Value]] = {"trend": Trend, "rate": Rate, "counter": Counter, "gauge": Gauge}


def new_value(kind: str) -> Value:
    """An empty value of a kind."""
    make: Callable[[], Value] = KINDS[kind]
    return make()


def merge_values(values: Sequence[Value]) -> Value | None:
    """One value out of many of the same kind; None when there is none."""
    if not values:
        return None
    merged = new_value(values[0].kind)
    for value in values:
        merged.merge(value)  # type: ignore[arg-type]
    return merged
