"""A run in which very much happened: how it ended is shown, and the page stays small."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from support_html import read
from support_results import make_health, make_result

from loadspec.report import build
from loadspec.report.axis import axis_of
from loadspec.report.sections.events import SHOWN, figures
from loadspec.report.sections.timeline import EVENTS, marks
from loadspec.report.text import count as thousands
from loadspec.results.model import Event, Span


@pytest.mark.parametrize("count", [SHOWN, SHOWN + 1, 5000])
def test_of_many_events_the_first_and_the_last_are_shown(count: int) -> None:
    events = [Event(n / 100, f"event {n}") for n in range(count - 1)] + [Event(70.0, "threshold ends the run: x")]
    result = make_result(events=events)
    shown = figures(result)
    assert [*shown["first"], *shown["last"]] == [*events[: len(shown["first"])], *events[count - len(shown["last"]) :]]
    assert shown["left_out"] == count - SHOWN
    page = read(build(result))
    assert page.problems == []
    text = " ".join(page.texts["events"].split())
    assert "threshold ends the run: x" in text
    assert (f"And {thousands(count - SHOWN)} more in between: see results.json." in text) == (count > SHOWN)
    drawn = marks(result, axis_of(result))
    assert len(drawn) == EVENTS
    assert drawn[-1].label.endswith("threshold ends the run: x")


def test_of_many_times_at_the_limit_the_first_and_the_last_are_shown() -> None:
    spans = [Span(float(n), n + 0.5) for n in range(60)]
    result = make_result(health=[replace(make_health(late=7), limited=spans)])
    text = " ".join(read(build(result)).texts["health"].split())
    assert "00:02 to 00:02 54 more 00:57 to 00:57" in text
    assert "00:30" not in text
    assert "never" in " ".join(read(build(make_result())).texts["health"].split())
