"""Spans in constant memory: beside a reference that joins all that there is, once for each gap."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.results.model import Span
from loadspec.results.spans import Spans


def spans(*rows: tuple[float, float], gap: float = 10.0, most: int = 100) -> list[tuple[float, float]]:
    found = Spans(gap, most)
    for row in rows:
        found.add(*row)
    return [(span.begin, span.end) for span in found]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], []),
        ([(0, 3), (13, 16)], [(0, 16)]),
        ([(0, 3), (13.5, 16)], [(0, 3), (13.5, 16)]),
        ([(0, 3), (3, 4), (4, 5)], [(0, 5)]),
        ([(0, 9), (2, 5)], [(0, 9)]),
    ],
)
def test_a_short_pause_is_none(rows: list[tuple[float, float]], found: list[tuple[float, float]]) -> None:
    assert spans(*rows) == found


def joined(rows: list[Span], gap: float) -> list[Span]:
    """Groups of neighbours whose pauses are no longer than that."""
    groups: list[list[Span]] = []
    for row in rows:
        if groups and row.begin - groups[-1][-1].end <= gap:
            groups[-1].append(row)
        else:
            groups.append([row])
    return [Span(group[0].begin, group[-1].end) for group in groups]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=60), st.integers(1, 6))
def test_they_are_those_that_joining_all_finds_and_never_too_many(pauses: list[tuple[int, int]], most: int) -> None:
    rows, t, found = [], 0.0, Spans(10.0, most)
    for pause, length in pauses:
        rows.append(Span(t + pause, t + pause + length))
        t += pause + length
        found.add(rows[-1].begin, rows[-1].end)
        assert list(found) == joined(rows, found.gap)
        assert len(found) <= most
    assert all(b.begin - a.end > found.gap for a, b in pairwise(found))
