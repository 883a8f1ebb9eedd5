"""How often it is told that workers are at their limit, and a generator that flaps for hours."""

from __future__ import annotations

import random

from support_journal import Seconds, head

from loadspec.metrics import Store
from loadspec.results.alarms import PAUSE, Alarms
from loadspec.results.assemble import assemble
from loadspec.results.health import SPANS, HealthLog
from loadspec.results.ledger import Ledger

HOURS = 8 * 3600


def test_a_first_time_is_told_at_once_and_what_follows_once_a_minute() -> None:
    alarms = Alarms()
    told = [alarms.tell(t, worker) for t, worker in ((3, 1), (8, 1), (9, 2), (62, 1), (69, 1), (70, 2), (200, 2))]
    assert told == [
        "worker 1 is at its limit",
        "",
        "worker 2 is at its limit",
        "",
        "workers were at their limit 3 times more since 00:03",
        "",
        "workers were at their limit 2 times more since 01:09",
    ]


def test_one_worker_is_told_by_its_number() -> None:
    alarms = Alarms()
    told = [alarms.tell(t, 4) for t in (3, 70, 75, 3700)]
    assert told == [
        "worker 4 is at its limit",
        "worker 4 is at its limit again",
        "",
        "worker 4 was at its limit 2 times more since 01:10",
    ]


def test_no_time_is_lost_and_no_two_lines_come_within_a_minute() -> None:
    source, alarms, t, last, counted = random.Random(7), Alarms(), 0.0, None, 0
    alarms.tell(t, 1)
    last = t
    for n in range(1, 2000):
        t += source.expovariate(0.1)
        if text := alarms.tell(t, 1):
            assert t - last >= PAUSE
            last = t
            counted += int(text.split("limit ")[1].split()[0]) if " more " in text else 1
            assert counted == n


def test_a_generator_that_flaps_for_hours_floods_nothing() -> None:
    """Three late seconds in five, so that each five are a stretch of their own."""
    ledger, second = Ledger([]), {**Seconds().second(1.0), "slowest": [], "pool_items": [], "store": Store()}
    ledger.take({"is": "begin", "phase": "load"})
    told = []
    for t in range(1, HOURS + 1):
        late = {"worker": 0, "t": float(t), "lag_p99_ms": 50.0 if t % 5 in (1, 2, 3) else 0.1}
        told += ledger.take({**second, "t": float(t), "workers": [late]})
    ledger.take({"is": "note", "text": "the last thing that happened"})
    limits = [event for event in told if "limit" in event.text]
    assert limits[0].text == "worker 1 is at its limit: hub lag p99 50ms, limit 5ms"
    assert limits[1].text == "worker 1 was at its limit 12 times more since 00:03: hub lag p99 50ms, limit 5ms"
    assert len(limits) == HOURS // 60
    (worker,) = (result := assemble(head(), ledger)).health
    assert len(worker.limited) == 1, "pauses of two seconds are none"
    assert worker.limited_seconds == HOURS * 3 / 5
    assert "at the limit for 4h48m of 8h" in result.limited
    assert result.events[-1].text == "the last thing that happened"


def test_spans_of_a_generator_that_flaps_slowly_are_bounded() -> None:
    log = HealthLog(1)
    for t in range(1, HOURS + 1):
        log.add({"t": float(t), "lag_p99_ms": 50.0 if t % 20 < 4 else 0.1})
    told = log.told()
    assert 0 < len(told.limited) <= SPANS
    assert abs(told.limited_seconds - HOURS * 4 / 20) <= 4
    assert told.limited[0].begin <= 20
    assert told.limited[-1].end >= HOURS - 20
