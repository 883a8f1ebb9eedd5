"""A log-linear histogram whose bucket is the upper half of a 32-bit float.

The upper 16 bits of an IEEE 754 single are sign, exponent and the first seven bits of the mantissa: each octave in 128
equal steps. A bucket's middle is within 1/256 (0.4 %) of every value in it, over the whole range of floats, so memory
is bounded by the buckets that are used (a microsecond to an hour spans 4 096) however long the run. Finding the
bucket needs no arithmetic in Python: an `array('f')` read back as 16-bit words is the list of buckets, and `Counter`
counts it in C. Count, sum, minimum and maximum are exact. Merging adds counts.

The idea is HdrHistogram's (buckets that grow with the value); the layout is that of a truncated bfloat16.
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from math import isfinite
from struct import pack, unpack
from typing import Any

from loadspec.metrics.buckets import Buckets

_UPPER = slice(1, None, 2) if sys.byteorder == "little" else slice(0, None, 2)
_SIGN = 0x8000
_LARGEST = 3.0e38
_MANY = 64
"""Buckets of a merged histogram from which on they lie in arrays: see `buckets`."""


def bucket_of(value: float) -> int:
    """The bucket (0..65535) that holds `value`."""
    return int(unpack(">H", pack(">f", value)[:2])[0])


def bucket_middle(bucket: int) -> float:
    """The middle of a bucket; exactly zero for the bucket of zero."""
    if bucket & ~_SIGN == 0:
        return 0.0
    middle: float = unpack(">f", pack(">HH", bucket, 0x8000))[0]
    return middle


def _order(bucket: int) -> int:
    """Buckets sorted by this key are sorted by value: negative ones run backwards."""
    return -(bucket & ~_SIGN) if bucket & _SIGN else bucket


class Histogram:
    """Counts of values by bucket, with exact `count`, `sum`, `min` and `max`; empty min and max are 0."""

    __slots__ = ("counts", "max", "min", "sum")

    def __init__(self) -> None:
        self.counts: Counter[int] | Buckets = Counter()
        self.sum = 0.0
        self.min = float("inf")
        self.max = float("-inf")

    @property
    def count(self) -> int:
        """How many values were added."""
        return self.counts.total()

    def add(self, value: float, times: int = 1) -> None:
        """Add one value `times` times."""
        if times <= 0 or not isfinite(value):
            return
        self.counts[bucket_of(_clip(value))] += times
        self.sum += value * times
        self.min = min(self.min, value)
        self.max = max(self.max, value)

    def add_many(self, values: Sequence[float]) -> None:
        """Add a batch: about 0.1 µs a value. Values that are no finite number are left out."""
        if not values:
            return
        total, low, high = sum(values), min(values), max(values)
        if not isfinite(total) or high > _LARGEST or low < -_LARGEST:
            for value in values:
                self.add(value)
            return
        words = memoryview(array("f", values)).cast("B").cast("H")[_UPPER]
        self.counts.update(words.tolist())
        self.sum += total
        self.min = min(self.min, low)
        self.max = max(self.max, high)

    def merge(self, other: Histogram) -> None:
        """Add all of `other`'s values; percentiles of the sum are those of all values together."""
        if other.counts:
            self.counts.update(other.counts)
            if type(self.counts) is Counter and len(self.counts) > _MANY:
                self.counts = Buckets(self.counts)
            self.sum += other.sum
            self.min = min(self.min, other.min)
            self.max = max(self.max, other.max)

    def percentile(self, percent: float) -> float:
        """k6's percentile: between the values at the ranks around `percent`/100·(n−1), linearly. 0 when empty."""
        return self.percentiles((percent,))[0]

    def percentiles(self, percents: Sequence[float]) -> list[float]:
        """Several percentiles in one pass over the buckets, each within 0.4 % of the exact one."""
        count = self.count
        if not count:
            return [0.0 for _ in percents]
        cumulated: list[tuple[int, float]] = []
        seen = 0
        for bucket in sorted(self.counts, key=_order):
            seen += self.counts[bucket]
            cumulated.append((seen, bucket_middle(bucket)))
        return [self._at(cumulated, percent / 100 * (count - 1), count) for percent in percents]

    def _at(self, cumulated: list[tuple[int, float]], rank: float, count: int) -> float:
        low = self._value(cumulated, int(rank), count)
        share = rank - int(rank)
        if not share:
            return low
        return low + (self._value(cumulated, int(rank) + 1, count) - low) * share

    def _value(self, cumulated: list[tuple[int, float]], index: int, count: int) -> float:
        if index <= 0:
            return self.min
        if index >= count - 1:
            return self.max
        left, right = 0, len(cumulated) - 1
        while left < right:
            middle = (left + right) // 2
            if cumulated[middle][0] > index:
                right = middle
            else:
                left = middle + 1
        return min(max(cumulated[left][1], self.min), self.max)

    @property
    def avg(self) -> float:
        """The exact mean, 0 when empty."""
        count = self.count
        return self.sum / count if count else 0.0

    def buckets(self) -> Iterable[tuple[float, int]]:
        """(middle, count) of each used bucket, by rising value."""
        return [(bucket_middle(b), self.counts[b]) for b in sorted(self.counts, key=_order)]

    def to_wire(self) -> list[Any]:
        """A JSON value: [buckets, counts, sum, min, max]; [] when empty."""
        if not self.counts:
            return []
        return [list(self.counts.keys()), list(self.counts.values()), self.sum, self.min, self.max]

    @classmethod
    def from_wire(cls, wire: Sequence[Any]) -> Histogram:
        """The inverse of `to_wire`."""
        histogram = cls()
        if wire:
            buckets, counts, histogram.sum, histogram.min, histogram.max = wire
            histogram.counts = Counter(dict(zip(buckets, counts, strict=True)))
        return histogram


def _clip(value: float) -> float:
    return max(-_LARGEST, min(_LARGEST, value))
