"""Stages as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.load import Stage, StageError, format_stages, parse_stages

LEGAL = [
    ("10s:5, 20s:10", (Stage(10, 5), Stage(20, 10))),
    ("10s:5,20s:10", (Stage(10, 5), Stage(20, 10))),
    (" 1m30s : 5 ,\n0s:0 ", (Stage(90, 5), Stage(0, 0))),
    ("500ms:1", (Stage(0.5, 1),)),
    ("0:7", (Stage(0, 7),)),
]


@pytest.mark.parametrize(("text", "stages"), LEGAL)
def test_legal(text, stages):
    assert parse_stages(text) == stages


ILLEGAL = [
    ("", 0, "there is no stage"),
    ("  ", 0, "there is no stage"),
    ("10s:5,", 6, "a stage is missing here"),
    (",10s:5", 0, "a stage is missing here"),
    ("10s:5, ,1s:1", 6, "a stage is missing here"),
    ("10s:5, 20s", 7, "`20s` is not a stage: it has no colon"),
    ("10:5", 0, "`10` is not a duration: give it a unit, for example 10s or 10ms"),
    ("1s:1, fast:5", 6, "`fast` is not a duration: for example 500ms, 30s, 1m30s or 2h"),
    (":5", 0, "`` is not a duration: for example 500ms, 30s, 1m30s or 2h"),
    ("10s:", 4, "here should be a whole number of users, 0 or more"),
    ("10s: -5", 5, "`-5` is not a whole number of users, 0 or more"),
    ("10s:2.5", 4, "`2.5` is not a whole number of users, 0 or more"),
    ("10s:5:6", 4, "`5:6` is not a whole number of users, 0 or more"),
    ("10s:5 20s:10", 4, "`5 20s:10` is not a whole number of users, 0 or more"),
    ("10s:٣", 4, "`٣` is not a whole number of users, 0 or more"),
    ("1s:1, 10s:50/s", 10, "`50/s` is a rate, and stages count users"),
]


@pytest.mark.parametrize(("text", "offset", "message"), ILLEGAL)
def test_illegal(text, offset, message):
    with pytest.raises(StageError) as caught:
        parse_stages(text)
    assert (caught.value.offset, caught.value.message) == (offset, message)
    assert str(caught.value) == message
    assert caught.value.hint


stage = st.builds(Stage, st.integers(0, 10**7).map(lambda ms: ms / 1000), st.integers(0, 10**6))


@given(st.lists(stage, min_size=1, max_size=5).map(tuple))
def test_format_and_parse_are_inverse(stages):
    read = parse_stages(format_stages(stages))
    assert [s.target for s in read] == [s.target for s in stages]
    assert [s.duration for s in read] == pytest.approx([s.duration for s in stages], abs=1e-6)


@given(st.text(alphabet="0123456789smh:,. /-x", max_size=20))
def test_any_text_is_read_or_refused_with_a_place(text):
    offset = 0
    try:
        stages = parse_stages(text)
    except StageError as error:
        stages, offset = (), error.offset
    assert 0 <= offset <= len(text)
    assert all(stage.duration >= 0 and stage.target >= 0 for stage in stages)
