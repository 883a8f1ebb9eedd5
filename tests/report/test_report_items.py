"""The table of a pool's items: the slowest first, and how each stands to the others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support_html import read
from support_results import make_result

from loadspec.report import build
from loadspec.report.sections.pools import item_rows
from loadspec.results.items import PoolItem
from loadspec.results.model import PoolStats


def item(row: int, p50: float | None, iterations: int = 20, failed: int = 0) -> PoolItem:
    return PoolItem(row, f"item {row}", iterations, failed, p50, p50, p50)


CASES: list[tuple[list[PoolItem], list[float | None]]] = [
    ([item(1, 10.0), item(2, 30.0), item(3, 10.0)], [3.0, 0.5, 0.5]),
    ([item(1, 10.0)], [None]),
    ([item(1, 10.0), item(2, None, failed=20)], [None, None]),
    ([item(1, 10.0), item(2, 30.0, iterations=9)], [None, None]),
    ([item(1, 10.0), item(2, 30.0, iterations=30, failed=21)], [None, None]),
    ([item(1, 0.0), item(2, 5.0)], [None, 0.0]),
]


@pytest.mark.parametrize(("items", "times"), CASES)
def test_a_median_is_held_against_those_of_others_that_tell_something(
    items: list[PoolItem], times: list[float | None]
) -> None:
    found = [row["times"] for row in item_rows(items)]
    assert [time or None for time in found] == [time or None for time in times]


@given(st.lists(st.tuples(st.floats(0, 1e6) | st.none(), st.integers(0, 40)), max_size=20))
def test_the_slowest_comes_first_and_bars_are_parts_of_it(figures: list[Any]) -> None:
    items = [item(row, p50, count) for row, (p50, count) in enumerate(figures, 1)]
    rows = item_rows(items)
    assert sorted(row["item"].row for row in rows) == [one.row for one in items]
    medians = [row["item"].p50 or 0.0 for row in rows]
    assert medians == sorted(medians, reverse=True)
    assert all(0 <= row["bar"] <= 1 for row in rows)
    assert not rows or rows[0]["bar"] == (1.0 if medians[0] else 0.0)


def test_an_item_is_text_whatever_it_says() -> None:
    evil = "<script>alert(1)</script>\x1b[2J\u202e"
    pool = PoolStats(
        "p", "random", 1, 9, 1, 8, items=[replace(item(1, 5.0), text=evil), replace(item(2, 3.0), text="")]
    )
    html = build(make_result(1, pools=[pool]))
    page = read(html)
    assert page.problems == []
    assert r"<script>alert(1)</script>\x1b[2J\u202e" in page.texts["pools"]
    assert "(empty)" in page.texts["pools"]
    assert html.count("<script") == 2


def test_only_small_pools_have_a_table_of_items() -> None:
    pools = [PoolStats("large", "random", 90, 9, 9, 0), PoolStats("small", "random", 1, 9, 1, 8, items=[item(1, 5.0)])]
    text = read(build(make_result(1, pools=pools))).texts["pools"]
    assert "What each item of small cost" in text
    assert "What each item of large cost" not in text
