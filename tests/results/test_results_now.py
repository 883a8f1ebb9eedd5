from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics import Store, tags_of
from loadspec.results.health import HealthLog
from loadspec.results.now import Pulse, generator_now, level_at
from loadspec.results.points import Course

CORNERS = [(10.0, 0.0), (20.0, 10.0), (30.0, 10.0), (30.0, 50.0), (40.0, 0.0)]


def second(*latencies: float) -> Store:
    """A second in which these answers came."""
    store = Store()
    for ms in latencies:
        store.counter("http_reqs", tags_of(expected_response="true", status="200")).add()
        store.trend("http_req_duration", tags_of(poll="false", expected_response="true")).add(ms)
    return store


def pulse_of(stores: list[Store], **starts: int) -> Pulse:
    """A pulse of so many seconds, in each of which every scenario starts as many iterations."""
    pulse, course = Pulse(), Course()
    for t, store in enumerate(stores, start=1):
        pulse.add(course.add(float(t), 1, 2, store), {name: count * t for name, count in starts.items()})
    return pulse


def test_before_the_first_second_there_is_nothing() -> None:
    assert Pulse().recent() is None


def test_seconds_older_than_ten_are_forgotten() -> None:
    slow, quick = [second(900.0)] * 5, [second(10.0, 10.0)] * 10
    recent = pulse_of([*slow, *quick], a=3, b=1).recent()
    assert recent is not None
    assert (recent.begin, recent.end) == (5.0, 15.0)
    assert (recent.requests, recent.completed, recent.started) == (2.0, 2.0, {"a": 3.0, "b": 1.0})
    assert (recent.p50, recent.p95, recent.p99) == (10.0, 10.0, 10.0)


def test_percentiles_are_those_of_all_answers_together() -> None:
    recent = pulse_of([second(*[10.0] * 90), second(*[1000.0] * 10)]).recent()
    assert recent is not None
    assert recent.p50 == pytest.approx(10.0, rel=0.01)
    assert recent.p95 == pytest.approx(1000.0, rel=0.01), "no mean of the two seconds' own"
    assert recent.requests == 50.0


def test_without_an_answer_there_is_no_latency() -> None:
    recent = pulse_of([second()]).recent()
    assert recent is not None
    assert (recent.requests, recent.p50, recent.p99) == (0.0, None, None)


@pytest.mark.parametrize(
    ("t", "level"), [(0, 0), (9.9, 0), (10, 0), (15, 5), (20, 10), (25, 10), (30, 50), (35, 25), (40, 0), (41, 0)]
)
def test_level_at(t: float, level: float) -> None:
    assert level_at(CORNERS, t) == level


def test_where_a_level_jumps_it_has_two_heights() -> None:
    assert [level_at(CORNERS, t, before=True) for t in (10, 20, 30, 40)] == [0, 10, 10, 0]
    flat = [(0.0, 5), (10.0, 5)]
    assert [(level_at(flat, t, before=True), level_at(flat, t)) for t in (0, 9.99999, 10)] == [(0, 5), (5, 5), (5, 0)]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 1000)), max_size=8), st.floats(-1, 101))
def test_a_level_lies_between_those_that_are_planned(corners: list[tuple[float, float]], t: float) -> None:
    corners.sort()
    levels = [level for _, level in corners]
    assert min([0.0, *levels]) - 1e-9 <= level_at(corners, t) <= max([0.0, *levels]) + 1e-9


def log(worker: int, *seconds: dict[str, Any]) -> HealthLog:
    found = HealthLog(worker)
    for t, record in enumerate(seconds, start=1):
        found.add({"t": float(t), "latency_p50_ms": 100.0, **record})
    return found


def test_of_all_workers_the_worst_counts() -> None:
    well = log(1, {"cpu_percent": 90.0, "lag_p99_ms": 1.0, "dispatch_p99_ms": 2.0})
    late = log(2, *[{"cpu_percent": 20.0, "lag_p99_ms": 40.0, "dispatch_p99_ms": 1.0}] * 4)
    now = generator_now([well, late])
    assert now is not None
    assert (now.cpu_percent, now.lag_ms, now.dispatch_ms) == (90.0, 40.0, 2.0)
    assert (now.late, now.late_limit_ms, now.limited_seconds) == (True, 10.0, 4.0)


def test_a_second_that_is_well_again_is_not_late_but_what_was_limited_stays() -> None:
    now = generator_now([log(1, *[{"lag_p99_ms": 40.0}] * 3, {"lag_p99_ms": 0.1})])
    assert now is not None
    assert (now.late, now.limited_seconds) == (False, 3.0)


def test_workers_that_have_said_nothing_are_none() -> None:
    assert generator_now([]) is None
    assert generator_now([HealthLog(1)]) is None
