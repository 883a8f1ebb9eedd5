"""`--max-rate`, with a clock that stands still until somebody waits."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.clock import FakeClock
from loadspec.transports.limiter import RateLimiter


def limiter(rate: float, early: float = 0.0) -> tuple[RateLimiter, FakeClock]:
    """One whose waits may end too soon, by this share."""
    clock = FakeClock(100.0)

    def wait(seconds: float, _resume: Callable[[], Any]) -> None:
        clock.advance(seconds * (1 - early) if seconds > 1e-6 else seconds)

    return RateLimiter(rate, wait, clock), clock


@given(st.floats(0.01, 1e5), st.lists(st.floats(0, 5), min_size=2, max_size=40))
def test_never_faster_than_the_rate(rate: float, pauses: list[float]) -> None:
    one, clock = limiter(rate)
    times = []
    for pause in pauses:
        clock.advance(pause)
        one.hold(lambda: None)
        times.append(clock.now)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= (1 / rate) * (1 - 1e-6) - 1e-9


def test_the_first_goes_at_once_and_idle_time_is_not_made_up_for() -> None:
    one, clock = limiter(10)
    one.hold(lambda: None)
    assert clock.now == 100.0
    clock.advance(60)
    for n in range(5):
        one.hold(lambda: None)
        assert clock.now == pytest.approx(160.0 + n / 10)
    assert one.take() == (4, pytest.approx(0.4))
    assert one.take() == (0, 0.0)


def test_who_is_woken_too_soon_waits_on() -> None:
    one, clock = limiter(2, early=0.5)
    for _ in range(3):
        one.hold(lambda: None)
    assert clock.now == pytest.approx(101.0)


def test_the_schedule_does_not_drift() -> None:
    one, clock = limiter(7)
    for _ in range(7001):
        one.hold(lambda: None)
    assert clock.now == pytest.approx(1100.0, abs=1e-6)


def test_who_is_interrupted_leaves() -> None:
    one, _ = limiter(1)

    def interrupted(_seconds: float, _resume: Callable[[], Any]) -> None:
        raise KeyboardInterrupt

    one.hold(lambda: None)
    one._wait = interrupted
    with pytest.raises(KeyboardInterrupt):
        one.hold(lambda: None)
    assert one.take()[0] == 1
