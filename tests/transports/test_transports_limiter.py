"""`--max-rate`, on a loop whose clock stands still until everybody waits."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import gevent
import pytest
from greenlet import GreenletExit, getcurrent, greenlet
from hypothesis import given
from hypothesis import strategies as st
from support_net import start, until, watched_network

from loadspec.clock import FakeClock
from loadspec.transports.base import Interrupted
from loadspec.transports.limiter import RateLimiter


class Loop:
    """The hub, the loop and the network of a test: the greenlet that made it is what users give way to."""

    def __init__(self, rate: float, early: float = 0.0) -> None:
        self.clock = FakeClock(100.0)
        self.limiter = RateLimiter(rate, self, self.clock)  # type: ignore[arg-type]
        self.loop = self
        self.sent: list[tuple[Any, float]] = []
        self.timers: list[tuple[float, Timer]] = []
        self._early = early
        self._hub = getcurrent()

    def timer(self, seconds: float) -> Timer:
        return Timer(self, seconds * (1 - self._early) if seconds > 1e-6 else seconds)

    def switch(self) -> Any:
        return self._hub.switch()

    def user(self, name: Any, requests: int = 1) -> greenlet:
        """One that asks so many times, from now on."""

        def run() -> None:
            for _ in range(requests):
                self.limiter.hold(fiber.switch)
                self.sent.append((name, self.clock.now))

        fiber = greenlet(run)
        fiber.switch()
        return fiber

    def run(self, until: float = float("inf")) -> None:
        """Let the time pass as long as there is a timer."""
        while self.timers and min(self.timers)[0] <= until:
            due, timer = min(self.timers)
            self.clock.now = max(self.clock.now, due)
            timer.stop()
            timer.callback()
        self.clock.now = max(self.clock.now, until) if until < float("inf") else self.clock.now


class Timer:
    """One timer; not more than one is ever needed."""

    def __init__(self, loop: Loop, seconds: float) -> None:
        self._loop = loop
        self._due = loop.clock.now + seconds
        self.callback: Callable[[], Any] = bool

    def start(self, callback: Callable[[], Any], update: bool) -> None:
        assert update
        assert not self._loop.timers
        self.callback = callback
        self._loop.timers.append((self._due, self))

    def stop(self) -> None:
        self._loop.timers.clear()

    def close(self) -> None:
        assert (self._due, self) not in self._loop.timers


@given(st.floats(0.01, 1e5), st.lists(st.floats(0, 5), min_size=2, max_size=40))
def test_never_faster_than_the_rate(rate: float, pauses: list[float]) -> None:
    loop = Loop(rate)
    for number, pause in enumerate(pauses):
        loop.run(loop.clock.now + pause)
        loop.user(number)
    loop.run()
    assert [name for name, _ in loop.sent] == list(range(len(pauses)))
    gaps = [later - earlier for (_, earlier), (_, later) in pairwise(loop.sent)]
    assert min(gaps) >= (1 / rate) * (1 - 1e-6) - 1e-9


def test_the_first_goes_at_once_and_idle_time_is_not_made_up_for() -> None:
    loop = Loop(10)
    loop.user("a")
    assert loop.sent == [("a", 100.0)]
    loop.run(160.0)
    for name in range(5):
        loop.user(name)
    loop.run()
    assert loop.sent[1:] == [(n, pytest.approx(160.0 + n / 10)) for n in range(5)]
    assert loop.limiter.take() == (4, pytest.approx(0.1 + 0.2 + 0.3 + 0.4))
    assert loop.limiter.take() == (0, 0.0)


def test_who_is_woken_too_soon_waits_on() -> None:
    loop = Loop(2, early=0.5)
    fibers = [loop.user(name) for name in range(3)]
    for fiber in fibers[1:]:
        fiber.switch()  # by something that was meant for an earlier wait
    loop.run()
    assert loop.sent == [(0, 100.0), (1, pytest.approx(100.5)), (2, pytest.approx(101.0))]


def test_the_schedule_does_not_drift() -> None:
    loop = Loop(7)
    loop.user("a", 7001)
    loop.run()
    assert loop.clock.now == pytest.approx(1100.0, abs=1e-6)


def test_users_are_served_in_the_order_in_which_they_asked() -> None:
    loop = Loop(1)
    for name in "abc":
        loop.user(name, 3)
    loop.run()
    assert "".join(name for name, _ in loop.sent) == "aabcabcbc"


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.floats(0, 3))
def test_those_behind_one_that_is_interrupted_move_up(stays: list[bool], after: float) -> None:
    """The rate is used up by those who are still there: an interrupted user takes no turn with it."""
    loop = Loop(1)
    loop.user("first")
    fibers = [loop.user(number) for number in range(len(stays))]
    loop.run(100.0 + after)
    gone = int(after)
    for fiber, stay in list(zip(fibers, stays, strict=True))[gone:]:
        if not stay:
            with pytest.raises(Interrupted):
                fiber.throw(Interrupted)
    loop.run()
    left = [number for number, stay in enumerate(stays) if stay or number < gone]
    assert loop.sent[1:] == [(number, 101.0 + place) for place, number in enumerate(left)]
    assert loop.limiter.take()[0] == len(stays)
    assert not loop.timers
    loop.user("next")
    loop.run()
    assert loop.sent[-1] == ("next", max(101.0 + len(left), 100.0 + after))


def test_on_a_real_loop() -> None:
    network, loop = watched_network()
    limiter, sent = RateLimiter(200, network), []
    fibers: list[greenlet] = []

    def user(number: int) -> None:
        limiter.hold(fibers[number].switch)
        sent.append(number)

    fibers += [start(lambda number=number: user(number)) for number in range(30)]
    until(lambda: len(sent) >= 3)
    for number in range(5, 25):
        network.loop.run_callback(lambda fiber=fibers[number]: fiber.throw(GreenletExit))
    until(lambda: len(sent) == 10)
    assert sent == [*range(5), *range(25, 30)]
    gevent.sleep(0)
    assert not loop.open
