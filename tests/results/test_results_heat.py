"""Heat maps of latency: every answer is in one cell, and the cell holds it."""

from __future__ import annotations

from itertools import pairwise
from math import log10

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics.histogram import Histogram
from loadspec.results.heat import BANDS, COLUMNS, Heat, fine_bands, heat_of

Rows = list[list[float]]


def map_of(rows: Rows) -> Heat:
    """One stretch of a second for each list of latencies."""
    histograms = []
    for values in rows:
        histogram = Histogram()
        histogram.add_many(values)
        histograms.append(histogram)
    return heat_of((second + 1.0, 1.0, fine_bands(histogram)) for second, histogram in enumerate(histograms))


LATENCIES = st.floats(0.001, 1e7)


@given(st.lists(st.lists(LATENCIES, max_size=20), max_size=12))
def test_every_answer_counts_once_in_its_own_stretch(rows: Rows) -> None:
    heat = map_of(rows)
    if not any(rows):
        assert heat == Heat()
        return
    assert [sum(column) for column in heat.counts] == [len(values) for values in rows]
    assert len(heat.edges) - 1 <= BANDS
    assert {len(column) for column in heat.counts} == {len(heat.edges) - 1}


@given(st.lists(LATENCIES, min_size=1, max_size=30))
def test_a_band_holds_what_it_counts(values: list[float]) -> None:
    """To the width of a bucket, which counts by its middle."""
    heat = map_of([values])
    seen = []
    for (low, high), number in zip(pairwise(heat.edges), heat.counts[0], strict=True):
        seen += [(low * 0.99, high * 1.01)] * number
    assert all(low <= value <= high for value, (low, high) in zip(sorted(values), seen, strict=True))


def test_edges_are_even_parts_of_a_decade() -> None:
    heat = map_of([[1.0, 900.0]])
    ratios = {round(high / low, 6) for low, high in pairwise(heat.edges)}
    assert ratios == {round(10 ** (1 / 8), 6)}
    assert [edge for edge in heat.edges if abs(log10(edge) - round(log10(edge))) < 1e-9] == pytest.approx(
        [1, 10, 100, 1000]
    )


@pytest.mark.parametrize(("seconds", "columns", "width"), [(120, 120, 1), (121, 61, 2), (1200, 120, 10)])
def test_a_long_run_has_no_more_columns(seconds: int, columns: int, width: float) -> None:
    heat = map_of([[5.0]] * seconds)
    assert len(heat.counts) == columns <= COLUMNS
    assert heat.end[0] - heat.begin[0] == width
    assert (heat.begin[0], heat.end[-1]) == (0, seconds)
    assert sum(map(sum, heat.counts)) == seconds
