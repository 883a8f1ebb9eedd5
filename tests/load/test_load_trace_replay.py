"""Replaying a trace: starts as recorded, and the rate that is shown of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.load import TraceReplay
from loadspec.load.trace_replay import busiest

sorted_times = st.lists(st.integers(0, 6000).map(lambda ms: ms / 1000), max_size=60).map(sorted)


def replay(times, duration=None, **more):
    return TraceReplay("log", times, list(range(len(times))), duration or math.nextafter(times[-1], math.inf), **more)


def test_starts_are_the_times():
    load = replay([0.0, 0.5, 0.5, 4.0], graceful_stop=2.0)
    assert list(load.starts(1)) == list(load.starts(2)) == [0.0, 0.5, 0.5, 4.0]
    assert all(t < load.duration for t in load.starts(1))
    assert (load.planned, load.seats, load.by_chance, load.peak_rate) == (4, 4, False, 3.0)
    assert (load.commands(), load.budget(), load.users_at(0.5), load.end) == ([], None, 0, pytest.approx(6.0))


def test_a_long_trace_is_shown_in_few_words():
    replay = TraceReplay(pool="trace", times=[0.5] * 10_000, rows=range(10_000), duration=1.0)
    assert len(repr(replay)) < 80


def test_describe():
    load = replay([0.0] * 1200, 300.0, max_vus=60, pre_allocated_vus=3)
    assert load.describe() == "1 200 iterations of trace log for 5m (maxVUs: 3-60, gracefulStop: 30s)"


@given(sorted_times)
def test_the_busiest_second(times):
    slow = max((sum(t - 1 < other <= t for other in times) for t in times), default=0)
    assert busiest(times) == slow


@given(sorted_times.filter(bool), st.integers(1, 8))
def test_the_rate_that_is_shown_adds_up_to_the_starts(times, more):
    load = replay(times, float(math.ceil(times[-1]) + more))
    assert sum(load.rate_at(second + 0.5) for second in range(int(load.duration))) == pytest.approx(len(times))
    assert load.rate_at(-0.1) == load.rate_at(load.duration) == 0.0


def test_the_rate_of_a_long_trace_is_a_mean():
    load = replay([float(t) for t in range(0, 600, 2)], 600.0)
    assert {load.rate_at(t) for t in range(0, 600, 7)} == {0.5}
