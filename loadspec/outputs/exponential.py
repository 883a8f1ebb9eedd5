"""Trends as exponential histograms, which Prometheus (native histograms) and OpenTelemetry share.

Bucket i of scale s holds values in (b^i, b^(i+1)], b = 2^(2^-s): OpenTelemetry's numbers; Prometheus counts from one
more. See https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from math import ceil, log2

from msgspec import Struct

from loadspec.metrics import Trend
from loadspec.metrics.histogram import bucket_middle

SCALE = 4
"""16 buckets for each doubling: each is 4.4 % wide."""


class Exponential(Struct, frozen=True):
    """Counts by bucket: of values above zero, below it (by their size), and of zeros."""

    positive: Mapping[int, int]
    negative: Mapping[int, int]
    zeros: int


def exponential(trend: Trend, factor: float = 1.0) -> Exponential:
    """A trend's counts, its values multiplied by `factor`; buckets in order."""
    sides: dict[int, Counter[int]] = {1: Counter(), -1: Counter(), 0: Counter()}
    for bucket, count in trend.counts.items():
        sign, index = _index(bucket, factor)
        sides[sign][index] += count
    return Exponential(dict(sorted(sides[1].items())), dict(sorted(sides[-1].items())), sides[0][0])


@lru_cache(maxsize=1 << 14)
def _index(bucket: int, factor: float) -> tuple[int, int]:
    value = bucket_middle(bucket) * factor
    if not value:
        return 0, 0
    return (1 if value > 0 else -1), ceil(log2(abs(value)) * (1 << SCALE)) - 1
