"""A heat map of latency: how many answers of each stretch of time took how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import ceil, floor, log10
from typing import NamedTuple

from loadspec.metrics.histogram import Histogram

COLUMNS = 120
"""At most so many stretches of time."""
BANDS = 32
"""At most so many bands of latency."""
_PER_DECADE = (16, 8, 4, 2, 1)
"""Bands in a decade: the first of these with which there are few enough; each is a part of the first."""
_LOWEST = -(10**6)
"""The band of what took no time, which has no logarithm."""


class Heat(NamedTuple):
    """Counts by time and latency: `counts[i][j]` answers from `begin[i]` to `end[i]` (s) took `edges[j]` to
    `edges[j + 1]` (ms)."""

    begin: Sequence[float] = ()
    end: Sequence[float] = ()
    edges: Sequence[float] = ()
    """Evenly spaced by their logarithms; those of a band are parts of a decade."""
    counts: Sequence[Sequence[int]] = ()


def fine_bands(latency: Histogram) -> Mapping[int, int]:
    """A histogram in the narrowest bands: number → count. A bucket counts in the band of its middle."""
    bands: Counter[int] = Counter()
    for value, number in latency.buckets():
        bands[floor(log10(value) * _PER_DECADE[0]) if value > 0 else _LOWEST] += number
    return bands


def heat_of(rows: Iterable[tuple[float, float, Mapping[int, int]]]) -> Heat:
    """(end, seconds, `fine_bands` of the latencies) of each stretch, in the order of time → the map.

    It is empty where nothing was answered. Neighbouring stretches are taken together where there are too many.
    """
    rows = list(rows)
    group = max(1, ceil(len(rows) / COLUMNS))
    parts = [rows[at : at + group] for at in range(0, len(rows), group)]
    used = {band for _, _, fine in rows for band in fine if band != _LOWEST}
    if not used:
        return Heat()
    steps, first, bands = _bands(min(used), max(used))
    return Heat(
        begin=[part[0][0] - part[0][1] for part in parts],
        end=[part[-1][0] for part in parts],
        edges=[10 ** ((first + j) / steps) for j in range(bands + 1)],
        counts=[_column((fine for _, _, fine in part), steps, first, bands) for part in parts],
    )


def _bands(low: int, high: int) -> tuple[int, int, int]:
    """(bands a decade, number of the lowest band, how many) that cover all from one of the narrowest to another."""
    for steps in _PER_DECADE:
        first, last = (band * steps // _PER_DECADE[0] for band in (low, high))
        if last - first < BANDS:
            return steps, first, last - first + 1
    return steps, first, last - first + 1  # no clock spans so many decades


def _column(parts: Iterable[Mapping[int, int]], steps: int, first: int, bands: int) -> list[int]:
    column = [0] * bands
    for fine in parts:
        for band, number in fine.items():
            column[max(0, band * steps // _PER_DECADE[0] - first)] += number
    return column
