"""A heat map of latency: how many answers of each stretch of time took how long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, floor, log10
from typing import NamedTuple

from loadspec.metrics.histogram import Histogram

COLUMNS = 120
"""At most so many stretches of time."""
BANDS = 32
"""At most so many bands of latency."""
_PER_DECADE = (16, 8, 4, 2, 1)
"""Bands in a decade: the first of these with which there are few enough."""


class Heat(NamedTuple):
    """Counts by time and latency: `counts[i][j]` answers from `begin[i]` to `end[i]` (s) took `edges[j]` to
    `edges[j + 1]` (ms)."""

    begin: Sequence[float] = ()
    end: Sequence[float] = ()
    edges: Sequence[float] = ()
    """Evenly spaced by their logarithms; those of a band are parts of a decade."""
    counts: Sequence[Sequence[int]] = ()


def heat_of(rows: Iterable[tuple[float, float, Histogram]]) -> Heat:
    """(end, seconds, latencies) of each stretch, in the order of time → the map; empty where nothing was answered.

    Neighbouring stretches are taken together where there are too many. A bucket of the histogram counts in the band of
    its middle.
    """
    rows = list(rows)
    group = max(1, ceil(len(rows) / COLUMNS))
    parts = [rows[at : at + group] for at in range(0, len(rows), group)]
    middles = [value for _, _, latency in rows for value, _ in latency.buckets() if value > 0]
    if not middles:
        return Heat()
    steps, first, bands = _bands(min(middles), max(middles))
    return Heat(
        begin=[part[0][0] - part[0][1] for part in parts],
        end=[part[-1][0] for part in parts],
        edges=[10 ** ((first + j) / steps) for j in range(bands + 1)],
        counts=[_column((latency for _, _, latency in part), steps, first, bands) for part in parts],
    )


def _bands(low: float, high: float) -> tuple[int, int, int]:
    """(bands a decade, number of the lowest band, how many) that cover both values."""
    for steps in _PER_DECADE:
        first, last = floor(log10(low) * steps), floor(log10(high) * steps)
        if last - first < BANDS:
            return steps, first, last - first + 1
    return steps, first, last - first + 1  # no clock spans so many decades


def _column(latencies: Iterable[Histogram], steps: int, first: int, bands: int) -> list[int]:
    column = [0] * bands
    for latency in latencies:
        for value, number in latency.buckets():
            place = floor(log10(value) * steps) - first if value > 0 else 0
            column[place] += number
    return column
