"""What a tool said, held against what the server knows. Pure: numbers in, numbers out; times in ms if not said else.

The bars are those of issue 5: percentiles within max(1 ms, 2 %), the frozen server within 3 % of its freeze, Little's
law (L = λ·W, J. D. C. Little 1961) within 2 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

PERCENTS = (50, 90, 95, 99)
BAR_MS = 1.0
BAR_SHARE = 0.02
FROZEN_SHARE = 0.03
LITTLE_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Residences:
    """The server's log: when each request arrived and when its answer was sent, ns; 0 = it was never answered."""

    arrivals: Sequence[int]
    ends: Sequence[int]

    @property
    def answered(self) -> list[float]:
        """How long each answered request was there, ms, sorted."""
        return sorted((end - begin) / 1e6 for begin, end in zip(self.arrivals, self.ends, strict=True) if end)

    @property
    def span(self) -> float:
        """Seconds from the first arrival to the last answer."""
        return (max(self.ends) - min(self.arrivals)) / 1e9

    @property
    def in_flight(self) -> float:
        """The mean number of requests that were there at once: the area under their number, by its span."""
        return sum(self.answered) / 1e3 / self.span


@dataclass(frozen=True, slots=True)
class Error:
    """One percentile: what the tool says and what it was."""

    percent: int
    tool: float
    server: float

    @property
    def ms(self) -> float:
        """By how much the tool is above the truth."""
        return self.tool - self.server

    @property
    def share(self) -> float:
        """The same as a share of the truth."""
        return self.ms / self.server if self.server else math.inf

    @property
    def of_bar(self) -> float:
        """How much of what is allowed it uses; above 1 it is too far off."""
        return abs(self.ms) / max(BAR_MS, BAR_SHARE * self.server)

    @property
    def met(self) -> bool:
        """Whether it is within the bar."""
        return self.of_bar <= 1.0


def percentile(ordered: Sequence[float], percent: float) -> float:
    """k6's, and numpy's default: linear between the values at the ranks around `percent`/100·(n−1).

    Raises ValueError of no values.
    """
    if not ordered:
        raise ValueError("a percentile of nothing")
    rank = percent / 100 * (len(ordered) - 1)
    low = math.floor(rank)
    above = ordered[min(low + 1, len(ordered) - 1)]
    return ordered[low] + (above - ordered[low]) * (rank - low)


def errors(told: Mapping[int, float], log: Residences) -> list[Error]:
    """Each percentile that the tool told, beside the server's."""
    truth = log.answered
    return [Error(percent, told[percent], percentile(truth, percent)) for percent in PERCENTS]


def nearer(own: Iterable[Error], peer: Iterable[Error]) -> list[int]:
    """The percentiles at which `own` is nearer to the truth than `peer` is to its own."""
    return [mine.percent for mine, other in zip(own, peer, strict=True) if mine.of_bar < other.of_bar]


def littles_error(log: Residences, requests: int, mean: float) -> float:
    """λ·W of the tool (its count over the server's span, its mean in ms) against the server's L, as a share of L."""
    return requests / log.span * mean / 1e3 / log.in_flight - 1


def frozen_latency(percent: float, frozen: float, seconds: float) -> float:
    """Where a server that answers at once stands still for `frozen` of `seconds`: the percentile of a constant rate.

    A request that comes x before the thaw waits x, so P(L > x) = (S−x)/D and the percentile q is S − (1−q)·D, in the
    unit of `frozen`, 0 for who came when it was awake.
    """
    return max(0.0, frozen - (1 - percent / 100) * seconds)


def frozen_met(told: float, percent: float, frozen: float, seconds: float) -> bool:
    """Whether what a tool told is within 3 % of the freeze."""
    return abs(told - frozen_latency(percent, frozen, seconds)) <= FROZEN_SHARE * frozen


@dataclass(frozen=True, slots=True)
class Pacing:
    """How far the starts were from an even schedule, each (p50, p99, max) in ms.

    `late`: behind the earliest even schedule that no start is ahead of; `interval`: between two starts, off 1/rate.
    """

    late: tuple[float, float, float]
    interval: tuple[float, float, float]


def pacing(arrivals: Iterable[int], rate: float) -> Pacing:
    """Arrivals in ns against starts every 1/rate s. Raises ValueError of fewer than two."""
    ordered = sorted(arrivals)
    step = 1e9 / rate
    offsets = [(at - ordered[0]) - number * step for number, at in enumerate(ordered)]
    first = min(offsets)
    late = sorted((offset - first) / 1e6 for offset in offsets)
    gaps = sorted(abs(after - before - step) / 1e6 for before, after in pairwise(ordered))
    return Pacing(_spread(late), _spread(gaps))


def _spread(ordered: Sequence[float]) -> tuple[float, float, float]:
    return percentile(ordered, 50), percentile(ordered, 99), ordered[-1]
