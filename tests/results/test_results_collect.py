"""Snapshots collected: totals, points, failures, books."""

from __future__ import annotations

from typing import Any

from loadspec.metrics import Store, tags_of
from loadspec.metrics.meters import CheckMeter, Meters
from loadspec.results.books import check_results, endpoint_stats, request_counts
from loadspec.results.collect import Collector
from loadspec.results.model import EndpointInfo, Event

TAGS = {"scenario": "default", "endpoint": "generate", "poll": "false"}
ENDPOINTS = [EndpointInfo("generate", "POST", "/g"), EndpointInfo("never", "GET", "/n")]


def answered(meters: Meters, status: int, times: list[float]) -> None:
    meter = meters.requests(**TAGS)
    side = meter.expected if 200 <= status < 400 else meter.unexpected
    for ms in times:
        for values in (side.durations, side.waiting, side.sending, side.receiving):
            values.append(ms)
        side.statuses[status] += 1


def snapshot(store: Store, t: float, phase: str = "load", **changes: Any) -> dict[str, Any]:
    return {
        "phase": phase,
        "t": t,
        "store": store,
        "failures": [],
        "users": 3,
        "iterations": {"started": 0, "completed": 0, "interrupted": 0},
        "health": {"lag_ms": 1.0, "cpu_s": t, "peak_rss_bytes": 7},
        **changes,
    }


def failure(count: int, first: float, last: float, **more: Any) -> dict[str, Any]:
    return {"key": ["generate", "status", "status", 503], "count": count, "first": first, "last": last, **more}


def test_seconds_become_points_and_totals() -> None:
    meters, collector = Meters(), Collector()
    answered(meters, 202, [10.0, 20.0, 30.0])
    answered(meters, 503, [5.0])
    collector.add(snapshot(meters.drain(), 1.0, iterations={"started": 5, "completed": 4, "interrupted": 0}))
    meters.requests(**TAGS).failures["refused", "connect"] += 2
    collector.add(snapshot(meters.drain(), 2.5, users=1, iterations={"started": 9, "completed": 9, "interrupted": 0}))
    first, second = collector.course.points()
    assert (first.t, first.seconds, first.users, first.requests, first.failed, first.iterations) == (1, 1, 3, 4, 1, 4)
    assert (first.max, first.errors) == (30.0, {"status 503": 1})
    assert (second.seconds, second.requests, second.failed, second.iterations, second.p50) == (1.5, 2, 2, 5, None)
    assert collector.error_totals == {"status 503": 1, "refused": 2}
    assert collector.stores["load"].total("http_reqs") == 6
    assert collector.elapsed == 2.5


def sample(check: str, worker: int, n: int) -> dict[str, Any]:
    return {
        "endpoint": "generate",
        "check": check,
        "at": n / 10,
        "status": 200,
        "expected": "status == 202",
        "found": f"status = 200 in worker {worker}",
        "body": "{}",
    }


def test_five_samples_of_each_check_are_kept_whatever_the_number_of_workers() -> None:
    collector, meters = Collector(), Meters()
    checks = meters.checks(["a", "b"], {"endpoint": "generate"})
    checks.total, checks.fails = 9, [6, 1]
    for worker in range(2):
        samples = [sample("a", worker, n) for n in range(3)]
        collector.add(
            snapshot(meters.drain(), 1.0 + worker, check_samples=[*samples, sample("b", worker, 0)][: 4 - worker])
        )
    collector.add(snapshot(Store(), 0.1, "setup", check_samples=[sample("a", 9, 9)]))
    first, second = check_results(collector.stores["load"], collector.check_samples())
    assert [s.found[-1] for s in first.samples] == ["0", "0", "0", "1", "1"]
    assert [s.at for s in second.samples] == [0.0]
    assert list(collector.check_samples("setup")) == [("generate", "a")]
    assert check_results(collector.stores["load"])[0].samples == ()


def test_a_last_part_of_a_second_belongs_to_the_second_before() -> None:
    meters, collector = Meters(), Collector()
    answered(meters, 202, [10.0] * 3)
    collector.add(snapshot(meters.drain(), 1.0, iterations={"started": 3, "completed": 3, "interrupted": 0}))
    answered(meters, 202, [50.0])
    answered(meters, 503, [90.0])
    collector.add(snapshot(meters.drain(), 1.002, users=0, iterations={"started": 5, "completed": 4, "interrupted": 1}))
    (point,) = collector.course.points()
    assert (point.t, point.seconds, point.requests, point.failed, point.iterations) == (1.002, 1.002, 5, 1, 4)
    assert (point.max, point.users, point.errors) == (50.0, 3, {"status 503": 1})
    assert collector.error_totals == {"status 503": 1}
    assert collector.stores["load"].total("http_reqs") == 5


def test_setup_and_teardown_stay_out_of_the_load() -> None:
    meters, collector = Meters(), Collector()
    for phase in ("setup", "teardown"):
        answered(meters, 200, [1.0])
        collector.add(snapshot(meters.drain(), 0.1, phase))
    assert collector.stores["load"].total("http_reqs") == 0
    assert collector.course.points() == []
    counts = {(c.endpoint, c.phase): c.sent for c in request_counts(collector.stores, ENDPOINTS)}
    assert counts == {("generate", "setup"): 1, ("generate", "teardown"): 1}


def test_failures_of_a_class_are_told_once_and_added_up() -> None:
    collector = Collector()
    told = collector.add(snapshot(Store(), 1.0, failures=[failure(2, 0.5, 0.9, message="unexpected status 503")]))
    again = collector.add(snapshot(Store(), 2.0, failures=[failure(3, 1.5, 1.9)]))
    assert told == [Event(0.5, "first status 503 of generate (status): unexpected status 503")]
    assert again == []
    (row,) = collector.errors()
    assert (row.count, row.first, row.last, row.message) == (5, 0.5, 1.9, "unexpected status 503")


def test_what_is_new_is_told_in_the_order_of_time() -> None:
    rows = [
        {"name": "late", "began": 0.7, "ended": None, "started": 1, "completed": 0, "interrupted": 0},
        {"name": "early", "began": 0.0, "ended": 0.2, "started": 1, "completed": 1, "interrupted": 0},
    ]
    told = Collector().add(snapshot(Store(), 1.0, failures=[failure(2, 0.5, 0.9, message="no")], scenarios=rows))
    assert [event.t for event in told] == [0.0, 0.2, 0.5, 0.7]


def test_the_books_tell_sent_from_unsent() -> None:
    meters = Meters()
    answered(meters, 202, [1.0, 1.0])
    answered(meters, 402, [1.0])
    meter = meters.requests(**TAGS)
    meter.failures["refused", "connect"] += 5
    meter.failures["reset", "headers"] += 2
    meter.cut_off += 1
    meter.retries += 1
    stores = {"setup": Store(), "load": meters.drain(), "teardown": Store()}
    (count,) = request_counts(stores, ENDPOINTS)  # type: ignore[arg-type]
    assert (count.answered, count.no_answer, count.cut_off, count.unsent, count.sent) == (3, 3, 1, 5, 7)
    assert count.statuses == {"202": 2, "402": 1}


def test_endpoint_rows_count_all_requests_and_time_the_expected_answers() -> None:
    meters = Meters()
    answered(meters, 202, [10.0] * 9)
    answered(meters, 500, [100.0])
    (row,) = endpoint_stats(meters.drain(), ENDPOINTS, 5.0)
    assert (row.requests, row.rate, row.failed, row.min, row.max, row.avg) == (10, 2.0, 1, 10.0, 10.0, 10.0)


def test_an_endpoint_without_an_expected_answer_has_no_latency() -> None:
    meters = Meters()
    answered(meters, 500, [100.0])
    (row,) = endpoint_stats(meters.drain(), ENDPOINTS, 5.0)
    assert (row.requests, row.failed) == (1, 1)
    assert {row.avg, row.min, row.med, row.p90, row.p95, row.p99, row.max} == {None}


def test_checks_of_two_scenarios_are_one_row() -> None:
    store = Store()
    for scenario in ("a", "b"):
        meter = CheckMeter(["is 200"], {"endpoint": "login", "scenario": scenario})
        meter.total, meter.fails[0] = 4, 1
        meter.drain(store)
    (row,) = check_results(store)
    assert (row.name, row.endpoint, row.passes, row.fails) == ("is 200", "login", 6, 2)


def test_dropped_iterations_are_on_the_books() -> None:
    store, collector = Store(), Collector()
    store.counter("dropped_iterations", tags_of(scenario="default")).add(4)
    collector.add(snapshot(store, 1.0, iterations={"started": 6, "completed": 5, "interrupted": 1}))
    assert (collector.iterations.started, collector.iterations.dropped) == (6, 4)


def test_a_worker_that_is_late_changes_when_a_failure_came_first_and_last() -> None:
    collector = Collector()
    collector.add(snapshot(Store(), 2.0, failures=[failure(1, 1.5, 1.8, message="m")]))
    collector.add(snapshot(Store(), 3.0, failures=[failure(2, 0.5, 0.6)]))
    (error,) = collector.errors()
    assert (error.count, error.first, error.last) == (3, 0.5, 1.8)
