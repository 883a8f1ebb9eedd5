"""A log-linear histogram whose bucket is the upper half of a 32-bit float.

The upper 16 bits of an IEEE 754 single are sign, exponent and the first seven bits of the mantissa: each octave in 128
equal steps. A bucket is 1/128 (0.8 %) of its values wide, over the whole range of floats, so memory is bounded by the
buckets that are used (a microsecond to an hour spans 4 096) however long the run. A percentile takes the values of a
bucket as spread evenly over it, so that of many values it is far nearer than a bucket is wide.

Finding the bucket needs no arithmetic in Python: an `array('f')` read back as 16-bit words is the list of buckets, and
`Counter` counts it in C. Count, sum, minimum and maximum are exact. Merging adds counts.

The idea is HdrHistogram's (buckets that grow with the value); the layout is that of a truncated bfloat16.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
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


def bucket_edges(bucket: int) -> tuple[float, float]:
    """Where a bucket begins and ends, the smaller one first; both are zero for the bucket of zero."""
    if bucket & ~_SIGN == 0:
        return 0.0, 0.0
    near, far = (unpack(">f", pack(">HH", bucket, fill))[0] for fill in (0, 0xFFFF))
    return (far, near) if bucket & _SIGN else (near, far)


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
            if type(self.counts) is Counter and (type(other.counts) is Buckets or len(self.counts) > _MANY):
                self.counts = Buckets(self.counts)
            self.counts.update(other.counts)
            self.sum += other.sum
            self.min = min(self.min, other.min)
            self.max = max(self.max, other.max)

    def percentile(self, percent: float) -> float:
        """k6's percentile: between the values at the ranks around `percent`/100·(n−1), linearly. 0 when empty."""
        return self.percentiles((percent,))[0]

    def percentiles(self, percents: Sequence[float]) -> list[float]:
        """Several percentiles in one pass over the buckets, each within 0.8 % of the exact one."""
        count = self.count
        if not count:
            return [0.0 for _ in percents]
        pairs = sorted(self.counts.items())
        if pairs[-1][0] & _SIGN:
            pairs.sort(key=lambda pair: _order(pair[0]))
        ordered = [bucket for bucket, _ in pairs]
        seen = list(accumulate([number for _, number in pairs]))
        return [self._at(ordered, seen, percent / 100 * (count - 1)) for percent in percents]

    def count_within(self, value: float) -> float:
        """How many values are at most `value`; those of its own bucket are taken as spread evenly over it."""
        if not self.counts or value < self.min:
            return 0.0
        if value >= self.max:
            return float(self.count)
        own = bucket_of(_clip(value))
        below = sum(count for bucket, count in self.counts.items() if _order(bucket) < _order(own))
        low, high = bucket_edges(own)
        low, high = max(low, self.min), min(high, self.max)
        return below + self.counts[own] * min(1.0, max(0.0, (value - low) / (high - low) if high > low else 1.0))

    def _at(self, ordered: list[int], seen: list[int], rank: float) -> float:
        low = self._value(ordered, seen, int(rank))
        share = rank - int(rank)
        if not share:
            return low
        return low + (self._value(ordered, seen, int(rank) + 1) - low) * share

    def _value(self, ordered: list[int], seen: list[int], index: int) -> float:
        """The value with `index` others below it: the i-th of n in a bucket is i + 1/2 n-ths of the way through it."""
        if index <= 0:
            return self.min
        if index >= seen[-1] - 1:
            return self.max
        place = bisect_right(seen, index)
        within = self.counts[ordered[place]]
        low, high = bucket_edges(ordered[place])
        value = low + (high - low) * (index - seen[place] + within + 0.5) / within
        return min(max(value, self.min), self.max)

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
