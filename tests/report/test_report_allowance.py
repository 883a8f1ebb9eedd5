"""Samples that fit on the page: never too many, and none is left out while there is room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.report.allowance import within


@pytest.mark.parametrize(
    ("groups", "most", "kept"),
    [
        ([], 5, []),
        ([["aa", "bb"], ["cc"]], 100, [["aa", "bb"], ["cc"]]),
        ([["aa", "bb"], ["cc"]], 4, [["aa"], ["cc"]]),
        ([["aaaaa", "b"], ["cc", "dd"]], 4, [[], ["cc", "dd"]]),
        ([["aa"], ["bb"]], 0, [[], []]),
    ],
)
def test_the_first_of_each_comes_first(groups: list[list[str]], most: int, kept: list[list[str]]) -> None:
    assert within(groups, len, most) == kept


@given(st.lists(st.lists(st.text(max_size=9), max_size=5), max_size=6), st.integers(0, 60))
def test_what_is_kept_fits_and_what_is_left_out_did_not(groups: list[list[str]], most: int) -> None:
    kept = within(groups, len, most)
    total = sum(len(text) for group in kept for text in group)
    assert total <= most
    for group, own in zip(groups, kept, strict=True):
        assert own == group[: len(own)]
        if len(own) < len(group):
            assert total + len(group[len(own)]) > most
