"""Frames: whoever missed some of them ends up with the same page as one who saw all."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from loadspec.dashboard.frame import Frame, event

PARTS = st.dictionaries(st.sampled_from("abcd"), st.text(max_size=3), min_size=4, max_size=4)


@given(st.lists(st.tuples(PARTS, st.booleans()), max_size=12))
def test_who_misses_frames_ends_with_the_same_page(steps: list[tuple[dict[str, str], bool]]) -> None:
    frame, seen, page = Frame(), 0, {}
    for parts, looks in steps:
        frame = frame.followed_by(parts, "", False, False)
        if looks:
            page.update(frame.since(seen))
            seen = frame.number
    page.update(frame.since(seen))
    assert page == ({name: html for name, (_, html) in frame.parts.items()})
    assert page == (steps[-1][0] if steps else {})


def test_what_is_unchanged_is_not_sent_again() -> None:
    first = Frame().followed_by({"a": "1", "b": "1"}, "t", False, False)
    second = first.followed_by({"a": "1", "b": "2"}, "t", False, False)
    assert second.since(first.number) == {"b": "2"}
    assert second.since(0) == {"a": "1", "b": "2"}
    assert second.since(second.number) == {}


@given(st.text(), st.text())
def test_an_event_is_one_line_of_data(title: str, html: str) -> None:
    frame = Frame().followed_by({"a": html}, title, True, False)
    data = event("run", frame, 0)
    assert data.startswith(b"data: ")
    assert data.endswith(b"\n\n")
    assert not {b"\n", b"\r"} & {data[i : i + 1] for i in range(len(data) - 2)}
    news = json.loads(data[6:])
    assert news == {"run": "run", "title": title, "stopping": True, "over": False, "parts": {"a": html}}
