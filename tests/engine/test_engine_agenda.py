"""What is due is done once, in order, and on time by a clock that only the test turns."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from gevent import get_hub
from gevent.event import Event
from hypothesis import given
from hypothesis import strategies as st

from loadspec.clock import FakeClock, monotonic
from loadspec.engine.agenda import NEVER, Agenda
from loadspec.engine.alarm import LoopTimer, TimerFd
from loadspec.engine.pacing import Pacer

LINES = st.lists(
    st.tuples(st.integers(0, 20), st.lists(st.integers(0, 50), max_size=30).map(sorted)), min_size=1, max_size=5
)


@given(LINES, st.lists(st.integers(0, 80), max_size=20))
def test_everything_is_done_in_the_order_of_its_time_and_line(lines: Any, looks: list[int]) -> None:
    """Against a sort of all events; whenever somebody looks, all that is due is done, and nothing else."""
    agenda, done = Agenda(), []
    for number, (begin, times) in enumerate(lines):
        events = [(at, (number, place)) for place, at in enumerate(times)]
        agenda.add(begin, iter(events), lambda what, due: done.append((due, *what)))
    planned = sorted((begin + at, n, p) for n, (begin, times) in enumerate(lines) for p, at in enumerate(times))
    for now in [*sorted(looks), 100]:
        while agenda.due <= now:
            agenda.advance(now)
        assert done == [event for event in planned if event[0] <= now]
        assert agenda.due == min((event[0] for event in planned if event[0] > now), default=NEVER)


def test_it_takes_one_event_of_a_line_at_a_time() -> None:
    taken: list[int] = []

    def endless() -> Iterator[tuple[float, int]]:
        n = 0
        while True:
            taken.append(n)
            yield n / 1000, n
            n += 1

    agenda = Agenda()
    agenda.add(5.0, endless(), lambda what, due: None)
    assert taken == [0]
    agenda.advance(5.0105)
    assert taken == list(range(12))
    assert agenda.due == 5.011


def test_a_late_turn_does_64_and_leaves_the_rest_for_the_next() -> None:
    agenda, done = Agenda(), []
    agenda.add(0.0, ((n / 1000, n) for n in range(200)), lambda what, due: done.append(what))
    counts = []
    while agenda.due <= 1.0:
        agenda.advance(1.0)
        counts.append(len(done))
    assert counts == [64, 128, 192, 200]


def test_what_is_due_together_is_done_together() -> None:
    """A thousand users that retire at the end begin no further iteration between them."""
    agenda, done = Agenda(), []
    agenda.add(0.0, ((1.0, n) for n in range(1000)), lambda what, due: done.append(what))
    agenda.add(0.0, iter([(1.0, "with them"), (1.1, "after")]), lambda what, due: done.append(what))
    agenda.advance(2.0)
    assert done == [*range(1000), "with them"]
    agenda.advance(2.0)
    assert done[-1] == "after"


def test_what_an_event_adds_takes_part() -> None:
    agenda, done = Agenda(), []

    def first(what: str, due: float) -> None:
        done.append(what)
        agenda.add(due, iter([(0.0, "at once"), (9.0, "later")]), lambda what, due: done.append((what, due)))

    agenda.add(1.0, iter([(0.0, "first")]), first)
    agenda.advance(3.0)
    assert done == ["first", ("at once", 1.0)]
    assert agenda.due == 10.0


class FakeAlarm:
    """Rings when the test says so; `times` are those that it was set to."""

    def __init__(self, _loop: Any, ring: Callable[[], None]) -> None:
        self.ring = ring
        self.times: list[float] = []
        self.closed = False

    def set(self, due: float) -> None:
        self.times.append(due)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def paced(monkeypatch: pytest.MonkeyPatch) -> tuple[Pacer, FakeAlarm, FakeClock, list[str]]:
    clock, crashes = FakeClock(100.0), []
    monkeypatch.setattr("loadspec.engine.pacing.monotonic", clock)
    pacer = Pacer(None, crashes.append, FakeAlarm)
    alarm: Any = pacer._alarm
    return pacer, alarm, clock, crashes


def test_the_alarm_is_set_to_what_comes_next(paced: Any) -> None:
    pacer, alarm, clock, crashes = paced
    done: list[tuple[str, float]] = []
    pacer.add(100.0, iter([(1.0, "a"), (3.0, "b")]), lambda what, due: done.append((what, due)))
    pacer.once(102.0, lambda: done.append(("once", clock())))
    assert alarm.times == [101.0, 101.0]
    clock.advance(0.5)
    alarm.ring()  # early
    assert done == []
    clock.advance(0.5)
    alarm.ring()
    assert (done, alarm.times[-1]) == ([("a", 101.0)], 102.0)
    clock.advance(5.0)  # late
    alarm.ring()
    assert done[1:] == [("once", 106.0), ("b", 103.0)]
    assert alarm.times[-1] == NEVER
    assert crashes == []
    pacer.close()
    assert alarm.closed


def test_it_keeps_to_due_times_whatever_happens_between(paced: Any) -> None:
    """Start n of a rate is due at begin + n/rate however late the ones before were: nothing adds up."""
    pacer, alarm, clock, _ = paced
    late: list[float] = []
    pacer.add(100.0, ((n / 8, n) for n in range(1000)), lambda what, due: late.append(clock() - due))
    for number in range(1000):
        clock.now = 100.0 + number / 8 + (0.0625 if number % 2 else 0.0)
        alarm.ring()
    assert late == [0.0, 0.0625] * 500


def test_a_bug_in_an_act_is_told_once(paced: Any) -> None:
    pacer, alarm, _, crashes = paced

    def broken(_what: Any, _due: float) -> None:
        raise ZeroDivisionError("a bug of ours")

    pacer.add(100.0, iter([(0.0, 1), (0.0, 2)]), broken)
    alarm.ring()
    assert len(crashes) == 1
    assert "ZeroDivisionError: a bug of ours" in crashes[0]
    assert alarm.times[-1] == NEVER


# The alarms themselves, on the real loop

ALARMS = [LoopTimer, *([TimerFd] if hasattr(time, "CLOCK_MONOTONIC") and os.uname().sysname == "Linux" else [])]


@pytest.mark.parametrize("kind", ALARMS)
def test_an_alarm_rings_when_it_is_due_and_not_before(kind: Any) -> None:
    rang, heard = [], Event()

    def ring() -> None:
        rang.append(monotonic())
        alarm.set(NEVER)
        heard.set()

    alarm = kind(get_hub().loop, ring)
    try:
        for ahead in (0.03, 0.0, -5.0):
            heard.clear()
            due = monotonic() + ahead
            alarm.set(due)
            assert heard.wait(30)
            assert rang[-1] >= due
        alarm.set(monotonic() + 0.01)
        alarm.set(NEVER)
        gevent.sleep(0.05)
        assert len(rang) == 3
        alarm.set(monotonic() + 3600)
        heard.clear()
        alarm.set(monotonic())  # a new time replaces the last one
        assert heard.wait(30)
    finally:
        alarm.close()


@pytest.mark.parametrize("kind", ALARMS)
def test_a_pacer_does_all_on_time_while_sockets_are_read(kind: Any) -> None:
    late, over = [], Event()
    pacer = Pacer(get_hub().loop, print, kind)
    begin = monotonic() + 0.01

    def act(what: int, due: float) -> None:
        late.append(monotonic() - due)
        if what == 199:
            over.set()

    left, right = socket.socketpair()
    left.setblocking(False)
    watcher = get_hub().loop.io(left.fileno(), 1)
    watcher.start(lambda: left.recv(100) and right.send(b"again"))
    right.send(b"first")
    try:
        pacer.add(begin, ((n / 1000, n) for n in range(200)), act)
        assert over.wait(30)
    finally:
        pacer.close()
        watcher.stop()
        watcher.close()
        left.close()
        right.close()
    assert len(late) == 200
    assert min(late) >= 0
    assert monotonic() - begin >= 0.199
