"""A live output never holds the load up: seconds wait, are joined, sent again, or counted as lost."""

from __future__ import annotations

from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_live import second

from loadspec.metrics import Store
from loadspec.outputs.pump import WAITING, Pump, Pumps, Refused
from loadspec.outputs.tick import Backlog, Tick, joined

FOREVER = 30.0
"""Seconds that a test waits for another thread: no test judges how long it took."""


class Sink:
    """Keeps what it is sent; fails with the next of its errors, if there is one; waits for `free`."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.ticks: list[Tick] = []
        self.totals: list[float] = []
        self.tries = 0
        self.closed = False
        self.busy = Event()
        self.free = Event()
        self.free.set()

    def send(self, tick: Tick) -> None:
        self.tries += 1
        self.busy.set()
        self.free.wait(FOREVER)
        if self.errors:
            raise self.errors.pop(0)
        self.ticks.append(tick)
        self.totals.append(tick.total.total("http_reqs"))

    def close(self) -> None:
        self.closed = True


def requests(store: Store) -> int:
    return int(store.total("http_reqs"))


@given(st.lists(st.integers(1, 4), max_size=40), st.integers(1, 6), st.integers(0, 5), st.integers(1, 5))
def test_a_backlog_loses_nothing_and_keeps_the_order(scales, limit, between, least):
    backlog = Backlog(limit)
    taken = []
    for number, scale in enumerate(scales):
        backlog.add(second(number, scale))
        if between and number % between == 0 and (found := backlog.take(least)):
            taken.append(found)
    while found := backlog.take(0):
        taken.append(found)
    assert sum(requests(one.delta) for one in taken) == sum(scales)
    assert sum(one.count for one in taken) == len(scales)
    assert [one.t for one in taken] == sorted({one.t for one in taken})


def test_a_backlog_is_bounded_and_counts_what_it_squeezed():
    backlog = Backlog(3)
    for number in range(10):
        backlog.add(second(number))
    assert backlog.squeezed == 7
    counts = []
    while found := backlog.take():
        counts.append(found.count)
    assert counts == [8, 1, 1]


def test_joining_leaves_what_others_share_as_it_was():
    first, then = second(1, 2), second(2, 3)
    both = joined(first, then)
    assert (both.t, both.count, requests(both.delta)) == (2.0, 2, 5)
    assert (requests(first.delta), requests(then.delta)) == (2, 3)


def test_each_second_is_sent_with_what_is_new_and_with_the_total():
    sink = Sink()
    pump = Pump("sink", sink, {"env": "ci"}, patience=FOREVER)
    for number in range(1, 4):
        pump.offer(second(number, number))
    assert Pumps([pump]).close() == []
    assert [requests(one.delta) for one in sink.ticks] == [1, 2, 3]
    assert sink.totals == [1, 3, 6]
    assert sink.ticks[0].tags == {"env": "ci"}
    assert sink.closed


def test_a_period_makes_one_tick_of_several_seconds():
    sink = Sink()
    pump = Pump("sink", sink, period=5, patience=FOREVER)
    for number in range(1, 13):
        pump.offer(second(number))
    Pumps([pump]).close()
    assert [one.count for one in sink.ticks] == [5, 5, 2]


def test_what_failed_is_sent_again_and_told_once():
    sink = Sink(OSError("connection refused"), OSError("connection refused"))
    pump = Pump("sink", sink, pause=0.001, patience=FOREVER)
    pump.offer(second(1))
    assert sink.busy.wait(FOREVER)
    while not sink.ticks:
        sink.busy.wait(0.01)
    assert Pumps([pump]).close() == []
    assert pump.news() == ["sink: connection refused; the load goes on", "sink: sending again"]
    assert (sink.tries, sink.totals) == (3, [1])


def test_what_is_refused_is_counted_and_not_sent_again():
    sink = Sink(Refused("answered 400: out of bounds"))
    pump = Pump("sink", sink, patience=FOREVER)
    pump.offer(second(1))
    pump.offer(second(2))
    (warning,) = Pumps([pump]).close()
    assert warning == "sink: 1 of 2 snapshots were not sent: answered 400: out of bounds"
    assert sink.tries == 2
    assert pump.news()[0] == "sink: answered 400: out of bounds; the load goes on"


def test_a_hung_output_is_left_behind_and_its_seconds_counted():
    sink = Sink()
    sink.free.clear()
    pump = Pump("sink", sink, patience=0.0)
    pump.offer(second(1))
    assert sink.busy.wait(FOREVER)
    for number in range(2, 12):
        pump.offer(second(number))
    assert Pumps([pump]).close() == ["sink: 11 of 11 snapshots were not sent: no answer came in time"]
    sink.free.set()


def test_whoever_is_in_a_hurry_waits_for_nothing():
    sink = Sink()
    sink.free.clear()
    pump = Pump("sink", sink, patience=FOREVER)
    pump.offer(second(1))
    assert sink.busy.wait(FOREVER)
    assert len(Pumps([pump]).close(hurried=lambda: True)) == 1
    sink.free.set()


def test_a_slow_output_gets_seconds_joined_and_that_is_said():
    sink = Sink()
    sink.free.clear()
    pump = Pump("sink", sink, patience=FOREVER)
    pump.offer(second(0))
    assert sink.busy.wait(FOREVER)
    for number in range(1, WAITING + 8):
        pump.offer(second(number))
    sink.free.set()
    (warning,) = Pumps([pump]).close()
    assert warning == f"sink was slow: 7 of {WAITING + 8} snapshots were sent joined with others"
    assert sink.totals[-1] == WAITING + 8


def test_an_output_that_fails_to_the_end_is_given_up_after_one_last_try():
    sink = Sink(*[OSError("connection refused")] * 1000)
    pump = Pump("sink", sink, pause=FOREVER, patience=FOREVER)
    for number in range(5):
        pump.offer(second(number))
    assert sink.busy.wait(FOREVER)
    assert Pumps([pump]).close() == ["sink: 5 of 5 snapshots were not sent: connection refused"]
    assert sink.tries <= 2
    assert sink.closed


@pytest.mark.parametrize("error", [OSError(), ValueError("odd"), MemoryError()])
def test_whatever_an_output_raises_stays_in_its_thread(error):
    sink = Sink(error, error)
    pump = Pump("sink", sink, pause=0.0, patience=FOREVER)
    pump.offer(second(1))
    Pumps([pump]).close()
    assert pump.news()
