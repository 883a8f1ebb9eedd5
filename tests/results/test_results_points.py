"""Points in columns are the points that were put in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.results.model import Point
from loadspec.results.points import Points

COUNTS = st.integers(0, 10**9)
FIGURES = st.none() | st.floats(0, 1e9)
POINTS = st.builds(
    Point,
    t=st.floats(0, 1e6),
    seconds=st.floats(0, 2),
    users=COUNTS,
    requests=COUNTS,
    failed=COUNTS,
    iterations=COUNTS,
    p50=FIGURES,
    p90=FIGURES,
    p95=FIGURES,
    p99=FIGURES,
    max=FIGURES,
    errors=st.dictionaries(st.sampled_from(["timeout", "status 503", "reset"]), st.integers(1, 9)),
)


@given(st.lists(POINTS | st.none(), max_size=30), st.slices(10))
def test_they_are_a_list(changes, part):
    """None takes the newest away."""
    found, reference = Points(), []
    for change in changes:
        if change is not None:
            found.append(change)
            reference.append(change)
        elif reference:
            assert found.pop() == reference.pop()
    assert found == reference
    assert list(found) == reference == [found[i] for i in range(len(found))]
    assert list(found[part]) == reference[part]
    assert bool(found) == bool(reference)
    assert list(reversed(found)) == reference[::-1]
    assert found == Points(reference)


def test_counts_stay_whole_numbers():
    point = Point(1.0, 1.0, 3, 20, 1, 7, p50=None, max=5.0, errors={"timeout": 1})
    (found,) = Points([point])
    assert [type(value) for value in (found.users, found.requests, found.failed, found.iterations)] == [int] * 4
    assert (found.p50, found.max, found.errors) == (None, 5.0, {"timeout": 1})


def test_there_is_nothing_behind_the_last():
    points = Points([Point(1.0, 1.0, 0, 0, 0, 0)])
    points.pop()
    with pytest.raises(IndexError):
        points.pop()
    assert points != [1]
