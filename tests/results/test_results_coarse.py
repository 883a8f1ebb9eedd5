"""A series that grows coarser, beside the list of all that was added."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.results.coarse import Coarse, Recall


def series(limit: int) -> Coarse[tuple[int, ...]]:
    return Coarse(limit, lambda older, newer: older + newer)


@given(st.integers(0, 300), st.sampled_from([2, 4, 6, 20]))
def test_rows_are_runs_of_equally_many(length: int, limit: int) -> None:
    found = series(limit)
    for number in range(length):
        found.add((number,))
    step = 1
    while step * limit < length:
        step *= 2
    assert found.step == step
    assert list(found) == [tuple(range(at, min(at + step, length))) for at in range(0, length, step)]
    assert len(found) <= limit


@given(st.lists(st.booleans(), max_size=60))
def test_what_joins_counts_for_no_step(joins: list[bool]) -> None:
    """Rows are begun by what is added only, whatever joins them between."""
    found, plain = series(4), series(4)
    for number, joins_it in enumerate(joins):
        if joins_it and len(found):
            found.join((number,))
        else:
            found.add((number,))
            plain.add((number,))
    assert found.step == plain.step
    assert [row[0] for row in found] == [row[0] for row in plain]
    assert sum(found, ()) == tuple(range(len(joins)))


def test_it_is_a_sequence() -> None:
    found = series(4)
    assert not found
    with pytest.raises(IndexError):
        found.join((1,))
    for number in range(3):
        found.add((number,))
    assert (found[-1], found[:2], len(found)) == ((2,), [(0,), (1,)], 3)
    assert list(reversed(found)) == [(2,), (1,), (0,)]


@pytest.mark.parametrize("limit", [0, 3, -2])
def test_a_row_without_a_partner_would_be_lost(limit: int) -> None:
    with pytest.raises(AssertionError):
        series(limit)


@given(st.lists(st.one_of(st.just("add"), st.just("join"), st.just("look")), max_size=60), st.integers(1, 3))
def test_what_was_made_of_rows_is_made_once_and_never_stale(steps: list[str], group: int) -> None:
    made: list[tuple[tuple[int, ...], ...]] = []

    def make(*some: tuple[int, ...]) -> int:
        made.append(some)
        return sum(map(sum, some))

    rows: Coarse[tuple[int, ...]] = Coarse(4, lambda older, newer: (*older, *newer))
    recall = Recall(make)
    for number, step in enumerate(steps):
        if step == "add":
            rows.add((number,))
        elif step == "join" and len(rows):
            rows.join((number,))
        else:
            sums = [sum(row) for row in rows]
            expected = [sum(sums[at : at + group]) for at in range(0, len(sums), group)]
            assert recall(rows, group) == expected
            before = len(made)
            assert recall(rows, group) == expected
            assert len(made) == before
    assert len(set(made)) == len(made)
