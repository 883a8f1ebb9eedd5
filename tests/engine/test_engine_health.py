"""What a worker notices of itself."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_plan import think

from loadspec.clock import FakeClock
from loadspec.engine import health
from loadspec.engine.health import GcWatch, HealthProbe, Pauses, Usage, Work, percentile, record
from loadspec.engine.lag import EVERY, LagProbe, moments
from loadspec.load.constant_vus import ConstantVus
from loadspec.metrics import Store, tags_of
from loadspec.results.health import COLUMNS


@pytest.mark.parametrize(
    ("late", "found"),
    [(-0.001, [0.0]), (0.0, [0.0]), (0.004, [0.004]), (0.01, [0.01]), (0.025, [0.025, 0.015, 0.005])],
)
def test_a_pause_counts_for_each_look_that_it_swallowed(late: float, found: list[float]) -> None:
    assert list(moments(late)) == pytest.approx(found)


@given(st.floats(0.0, 5.0))
def test_looks_during_a_pause_are_as_many_as_had_come(late: float) -> None:
    """A slow reference: the moments of all looks that lay in the pause, and how long each waited for its end."""
    looks = [late - n * EVERY for n in range(int(late / EVERY) + 2) if n == 0 or late - n * EVERY > 0]
    assert list(moments(late)) == pytest.approx(looks)


@given(st.lists(st.floats(0.0, 1.0)), st.floats(0.1, 100.0))
def test_percentile_is_the_nearest_rank(values: list[float], percent: float) -> None:
    found = percentile(values, percent)
    if not values:
        assert found == 0
        return
    assert sum(value <= found for value in values) >= percent / 100 * len(values) - 1e-9
    assert sum(value < found for value in values) < percent / 100 * len(values) + 1e-9


def test_a_record_of_two_looks_at_the_clocks() -> None:
    store = Store()
    for endpoint, poll, ms in (("a", "false", 10.0), ("b", "false", 30.0), ("c", "true", 900.0)):
        store.trend("http_req_duration", tags_of(endpoint=endpoint, poll=poll)).add(ms, 20 if endpoint == "a" else 10)
    store.trend("dispatch_delay", tags_of(scenario="x")).add(2.0)
    lags = [0.001] * 98 + [0.007, 0.5]
    found = record(
        Usage(12.0, 3.5, 0.4, 120.0, 1200.0),
        Usage(10.0, 2.0, 0.2, 100.0, 1000.0),
        lags,
        Pauses(2, 0.03, 0.04),
        Work(50, 49, 1, 7, 3, store),
    )
    assert found == {
        "lag_ms": 500.0,
        "lag_p99_ms": 7.0,
        "dispatch_p99_ms": pytest.approx(2.0, rel=0.01),
        "latency_p50_ms": pytest.approx(10.0, rel=0.01),
        "due": 50,
        "made": 49,
        "dropped": 1,
        "users_busy": 7,
        "users_free": 3,
        "cpu_percent": 75.0,
        "waited_percent": pytest.approx(10.0),
        "gc_count": 2,
        "gc_longest_ms": 30.0,
        "gc_total_ms": 40.0,
        "steal_percent": 10.0,
    }
    assert found.keys() <= set(COLUMNS)


def test_what_the_system_does_not_tell_is_left_out() -> None:
    found = record(Usage(1.0, 0.5), Usage(0.0, 0.0), [], Pauses(), Work())
    assert not {"waited_percent", "steal_percent", "dispatch_p99_ms", "latency_p50_ms"} & found.keys()
    assert found["lag_p99_ms"] == 0.0


def test_the_collectors_pauses_are_timed() -> None:
    clock = FakeClock()
    watch = GcWatch(clock)
    for took in (0.01, 0.03):
        watch._heard("start", {})
        clock.advance(took)
        watch._heard("stop", {})
    assert watch.take() == Pauses(2, pytest.approx(0.03), pytest.approx(0.04))
    assert watch.take() == Pauses()


def test_a_collection_is_heard_while_the_probe_is_on_and_never_after() -> None:
    listening = len(gc.callbacks)
    with HealthProbe() as probe:
        gc.collect()
        assert probe.take(1.0, Work())["gc_count"] >= 1
        assert probe.take(1.0, Work()).keys() <= {"t", *COLUMNS}
    assert len(gc.callbacks) == listening


def test_a_loop_that_stood_still_was_late() -> None:
    probe = LagProbe()
    try:
        gevent.sleep(0.05)
        probe.take()
        time.sleep(0.2)
        late = probe.take()  # overdue already, although no look has come
        gevent.sleep(0.05)
        later = probe.take()
    finally:
        probe.stop()
    assert max(late) > 0.15
    assert sum(lag > 0.1 for lag in late) >= 5
    assert later


@pytest.fixture
def proc(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Files of /proc as a test writes them."""
    texts: dict[str, str] = {}

    def words(path: str, first: str = "") -> list[str]:
        lines = texts.get(path, "").splitlines()
        return next((line.split() for line in lines if line.startswith(first)), [])

    monkeypatch.setattr(health, "_words", words)
    return lambda **files: texts.update({f"/proc/{name.replace('__', '/')}": text for name, text in files.items()})


def test_the_machines_figures_are_read_from_proc(proc: Callable[..., None]) -> None:
    proc(
        self__schedstat="44500912 250000000 31\n",
        stat="cpu  10 0 20 60 4 1 2 3 50 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n",
        net__sockstat="sockets: used 16\nTCP: inuse 2 orphan 0 tw 23 alloc 2 mem 160\n",
        sys__net__ipv4__ip_local_port_range="32768\t60999\n",
    )
    used = health.usage()
    assert (used.waited, used.stolen, used.ticks) == (0.25, 3.0, 100.0)
    assert health.ports_in_use(11.0) == 34
    assert health.ports_in_use(None) is None
    assert health.port_range() == 28_232
    assert health.port_range(4) == 4 * 28_232


def test_a_system_without_proc_tells_less(proc: Callable[..., None]) -> None:
    used = health.usage()
    assert (used.waited, used.stolen, used.ticks) == (None, None, None)
    assert health.ports_in_use(11.0) is None
    assert health.port_range() is None


def test_each_second_of_load_has_its_record(bench: Any) -> None:
    ran = bench(think(0.3, 0.3), load=ConstantVus(3, 1.2, 5.0)).load()
    records = [snapshot["health"] for snapshot in ran.snapshots]
    assert [record["t"] for record in records] == [snapshot["t"] for snapshot in ran.snapshots]
    assert sum(record["due"] for record in records) == 3
    assert sum(record["made"] for record in records) == 3
    assert all(record["lag_p99_ms"] <= record["lag_ms"] for record in records)
    assert (records[0]["users_busy"], records[0]["users_free"]) == (3, 0)
