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
