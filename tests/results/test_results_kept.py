"""What is kept of many events, beside a list of all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loadspec.results.kept import Kept, ends
from loadspec.results.model import Event


@given(st.integers(0, 30), st.integers(1, 12))
def test_the_first_and_the_last_are_kept_and_what_is_left_out_is_counted(count: int, most: int) -> None:
    events, kept = [Event(float(n), f"event {n}") for n in range(count)], Kept(most)
    for event in events:
        kept.add([event])
    first, left_out, last = ends(events, most)
    assert kept.events()[-1:] == events[-1:], "the end is what a reader looks for"
    if count <= most:
        assert (first, left_out, last) == (events, 0, ())
        assert kept.events() == events
    else:
        assert len(first) + len(last) == most
        assert [*first, *events[len(first) : len(first) + left_out], *last] == events
        told = kept.events()
        assert len(told) == most + 1
        note = Event(float(most // 2), f"{count - most} events from here on are left out")
        assert told == [*events[: most // 2], note, *events[count - (most - most // 2) :]]
