"""When the rows of a trace were recorded."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_pools import rows

from loadspec.pools import DataError, Reading, rows_of
from loadspec.pools.moments import read_moments


def moments(times: list[Any], unit: str = "s") -> tuple[list[float], list[int]]:
    seconds, order = read_moments(rows_of(Reading("p"), [{"at": time} for time in times]), "at", unit)
    return list(seconds), list(order)


@pytest.mark.parametrize(
    ("times", "unit", "seconds"),
    [
        ([0, 0.25, 3], "s", [0, 0.25, 3]),
        ([5, 5, 8], "s", [0, 0, 3]),  # from the first, as a wall clock's
        ([1500, 2750], "ms", [0, 1.25]),
        (["1000000", " 3500000 "], "us", [0, 2.5]),  # cells of a csv file are texts
        ([1769860800000000000, 1769860801500000000], "ns", [0, 1.5]),
        (["2026-01-31T12:00:00Z", "2026-01-31T13:00:00.250+01:00", "2026-01-31 12:00:02"], "ms", [0, 0.25, 2]),
        ([-2, -1], "s", [0, 1]),
    ],
)
def test_times_count_from_the_first(times, unit, seconds):
    found, order = moments(times, unit)
    assert found == pytest.approx(seconds)
    assert order == list(range(len(times)))


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=50))
def test_a_log_is_put_in_order_and_each_time_keeps_its_row(times):
    seconds, order = moments(times)
    assert [min(times) + second for second in seconds] == sorted(times)
    assert [times[row] for row in order] == sorted(times)
    assert sorted(order) == list(range(len(times)))
    assert all(one < other for one, other in pairwise(order) if times[one] == times[other])


BAD = [True, None, "soon", "", "nan", "inf", float("nan"), [1], "2026-13-01"]


@pytest.mark.parametrize("value", BAD, ids=repr)
def test_what_is_no_time_is_told_with_its_line_and_never_shown(value):
    with pytest.raises(DataError) as caught:
        moments([1, value, 2])
    assert (caught.value.kind, caught.value.line) == ("time", 2)
    assert str(value) not in caught.value.message or not str(value)


def test_files(tmp_path):
    table = rows(tmp_path, "t.csv", "at,x\n7,a\n6.5,b\n")
    assert [list(part) for part in read_moments(table, "at", "s")] == [[0.0, 0.5], [1, 0]]
    lines = rows(tmp_path, "t.jsonl", '{"at": 7}\n{"x": 1}\n')
    with pytest.raises(DataError) as caught:
        read_moments(lines, "at", "s")
    assert (caught.value.file, caught.value.line) == (str(tmp_path / "t.jsonl"), 2)
    assert caught.value.message.startswith("`at` is missing")
    with pytest.raises(DataError) as caught:
        read_moments(rows_of(Reading("p"), ["10:00"]), "at", "s")
    assert (caught.value.kind, caught.value.known) == ("column", ())
    with pytest.raises(DataError) as caught:
        read_moments(table, "time", "s")
    assert (caught.value.kind, caught.value.word, caught.value.known) == ("column", "time", ("at", "x"))
