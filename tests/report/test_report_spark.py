"""Spark lines: few points, no peak lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_results import make_result

from loadspec.report.sections.endpoints import figures
from loadspec.report.spark import POINTS, spark, thinned

SPOTS = st.lists(st.none() | st.floats(0, 1e6), max_size=500)


@given(SPOTS)
def test_thinned_spots_keep_the_greatest_and_the_order(values: list[float | None]) -> None:
    found = thinned([(float(t), value) for t, value in enumerate(values)])
    assert len(found) <= POINTS
    assert [t for t, _ in found] == sorted({t for t, _ in found})
    known = [value for value in values if value is not None]
    assert max((value for _, value in found if value is not None), default=None) == max(known, default=None)
    if len(values) <= POINTS:
        assert [value for _, value in found] == values


@pytest.mark.parametrize(
    ("spots", "path"),
    [
        ([], ""),
        ([(1.0, 5.0)], ""),
        ([(0.0, 0.0), (10.0, 5.0)], "M0 22.5l120-21"),
        ([(0.0, 5.0), (5.0, None), (10.0, 5.0)], "M0 1.5h0M120 1.5h0"),
        ([(0.0, None), (10.0, None)], ""),
        ([(0.0, 0.0), (10.0, 0.0)], "M0 22.5l120 0"),
    ],
)
def test_a_line_runs_from_zero_to_its_highest(spots: list[tuple[float, float | None]], path: str) -> None:
    assert spark(spots, 10.0) == path


def test_each_endpoint_has_its_line() -> None:
    rows = figures(make_result())["rows"]
    assert len({row["spark"] for row in rows}) == len(rows) > 1
    assert all(row["spark"].startswith("M") for row in rows)
