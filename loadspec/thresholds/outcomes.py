"""A trend together with requests that never came to an end: percentiles in which a failure counts as infinitely long.

So a server that fails fast, or that sheds the slow half of its load, is never quicker for it.
"""

from __future__ import annotations

from math import inf
from typing import ClassVar

from loadspec.metrics.values import Trend


class Outcomes:
    """Reads like a `Trend` of all requests; what failed lies above every finite value."""

    __slots__ = ("failures", "trend")
    kind: ClassVar[str] = "trend"

    def __init__(self, trend: Trend | None = None, failures: int = 0) -> None:
        self.trend = trend or Trend()
        self.failures = failures

    def merge(self, other: Outcomes) -> None:
        """Add all of `other`'s requests."""
        self.trend.merge(other.trend)
        self.failures += other.failures

    @property
    def samples(self) -> int:
        """All requests."""
        return self.trend.count + self.failures

    count = samples

    @property
    def avg(self) -> float:
        """Infinite with the first failure."""
        return inf if self.failures else self.trend.avg

    @property
    def min(self) -> float:
        """The quickest answer; infinite where there is none."""
        return self.trend.min if self.trend.count else inf

    @property
    def max(self) -> float:
        """Infinite with the first failure."""
        return inf if self.failures else self.trend.max

    def percentile(self, percent: float) -> float:
        """k6's percentile of all requests: the value at rank `percent`/100·(n−1), linearly between neighbours."""
        rank, last = percent / 100 * (self.samples - 1), self.trend.count - 1
        if rank > last:
            return inf
        return self.trend.percentile(100 * rank / last) if last else self.trend.min

    def count_within(self, value: float) -> float:
        """How many are at most `value`: answers only."""
        return self.trend.count_within(value)
