"""Signals that are counted, on a fake clock."""

from __future__ import annotations

import signal

import pytest

from loadspec.clock import FakeClock
from loadspec.run.signals import Signals


def test_each_is_counted_and_told_and_the_third_ends_the_process() -> None:
    told: list[int] = []
    before = signal.getsignal(signal.SIGTERM)
    with Signals(told.append) as signals:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.raise_signal(number)
        assert (signals(), told) == (2, [1, 2])
        with pytest.raises(SystemExit, match="105"):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize(
    ("times", "after", "hurried"), [(0, 99.0, False), (1, 7.9, False), (1, 8.1, True), (2, 0.0, True)]
)
def test_time_runs_out_after_the_first(times: int, after: float, hurried: bool) -> None:
    clock = FakeClock()
    with Signals(clock=clock) as signals:
        for _ in range(times):
            signal.raise_signal(signal.SIGTERM)
        clock.advance(after)
        assert signals.hurried() is hurried


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Signals() as signals:
            signal.raise_signal(signal.SIGHUP)
            assert signals() == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_to_ask_counts_as_the_first_and_never_hurries() -> None:
    told: list[int] = []
    clock = FakeClock()
    with Signals(told.append, clock) as signals:
        signals.ask("somebody")
        signals.ask("somebody else")
        clock.advance(60.0)
        assert (signals(), signals.by, signals.hurried(), told) == (1, "somebody", False, [1])
        signal.raise_signal(signal.SIGINT)
        assert (signals(), signals.by, signals.hurried(), told) == (2, "somebody", True, [1, 2])


def test_to_ask_after_a_signal_says_nothing_new() -> None:
    with Signals() as signals:
        signal.raise_signal(signal.SIGTERM)
        signals.ask("somebody")
        assert (signals(), signals.by) == (1, "a signal")
