"""Snapshots of several workers, merged, against a slow reference: all samples in one worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.fleet.merging import Merger, merge_ends
from loadspec.metrics import Store, Trend, tags_of
from loadspec.metrics.items import unite_items
from loadspec.metrics.slowest import slowest
from loadspec.pools import pack
from loadspec.results import Collector
from loadspec.results.items import pool_items

ROWS = 12
SECONDS = 3


class Sample(NamedTuple):
    """A request of an iteration that began and ended with it."""

    worker: int
    second: int
    endpoint: str
    ms: float
    ok: bool
    row: int


class Worker:
    """Measures as an engine does: deltas of samples, sums of the rest."""

    def __init__(self, users: int) -> None:
        self.users = users
        self.started = 0
        self.seen = bytearray(ROWS)
        self.known: set[str] = set()

    def second(self, t: int, samples: Sequence[tuple[float, Sample]]) -> dict[str, Any]:
        """The snapshot at the end of second `t`; samples come with the moment at which they were taken."""
        store, failures = Store(), {}
        drawn = 0
        for at, sample in samples:
            tags = {"endpoint": sample.endpoint, "scenario": "main"}
            expected = {"expected_response": "true" if sample.ok else "false", "status": "200" if sample.ok else "503"}
            answer = {"expected_response": expected["expected_response"], "poll": "false"}
            store.trend("http_req_duration", tags_of(**tags, **answer)).add(sample.ms)
            store.counter("http_reqs", tags_of(**tags, **expected)).add(1)
            store.rate("http_req_failed", tags_of(**tags)).add(not sample.ok)
            self.started += 1
            self.seen[sample.row] = 1
            drawn += 1
            if not sample.ok:
                self._fail(failures, sample.endpoint, at)
        store.gauge("vus").add(self.users)
        store.gauge("vus_max").add(self.users)
        books = {"started": self.started, "completed": self.started, "interrupted": 0}
        return {
            "phase": "load",
            "t": float(t),
            "store": store.to_wire(),
            "failures": list(failures.values()),
            "check_samples": [],
            "notes": ["all workers say this"],
            "users": self.users,
            "iterations": books,
            "scenarios": [{"name": "main", "began": 0.0, "ended": None, "users": self.users, **books}],
            "pools": [{"name": "p", "rows": ROWS, "drawn": drawn, "seen": pack(self.seen) if drawn else ""}],
            "pool_items": items_of(samples),
            "slowest": slowest(slow_row(sample) for _, sample in samples),
            "health": {"lag_ms": 1.0, "cpu_s": float(t), "peak_rss_bytes": 7},
        }

    def _fail(self, failures: dict[str, Any], endpoint: str, at: float) -> None:
        row = failures.setdefault(
            endpoint, {"key": [endpoint, "status", "status", 503], "count": 0, "first": at, "last": at}
        )
        if endpoint not in self.known:
            self.known.add(endpoint)
            row.update(message=f"first at {at}", sample={"at": f"{at:.3f}"})
        row["count"] += 1
        row["last"] = at


def slow_row(sample: Sample) -> dict[str, Any]:
    status = 200 if sample.ok else 503
    own = {"scenario": "main", "endpoint": sample.endpoint, "poll": False}
    return {"ms": sample.ms, "at": float(sample.second), **own, "expected": sample.ok, "status": status}


def items_of(samples: Sequence[tuple[float, Sample]]) -> list[Any]:
    """What iterations cost by the row that they drew."""
    rows = []
    for _, sample in samples:
        times = Trend()
        times.add(sample.ms, int(sample.ok))
        text = f"row {sample.row}"
        rows.append(
            {"pool": "p", "row": sample.row, "text": text, "failed": int(not sample.ok), "times": times.to_wire()}
        )
    return unite_items(rows)


def moments(samples: Sequence[Sample]) -> list[tuple[float, Sample]]:
    """Each sample with a moment of its own, in its second."""
    return [(sample.second + (i + 1) / (len(samples) + 2), sample) for i, sample in enumerate(samples)]


def alone(samples: Sequence[Sample], users: int) -> Collector:
    """The reference: one worker takes all samples."""
    worker, collector = Worker(users), Collector()
    for second in range(SECONDS):
        snapshot = worker.second(second + 1, [one for one in moments(samples) if one[1].second == second])
        collector.add({**snapshot, "store": Store.from_wire(snapshot["store"])})
    return collector


def told(collector: Collector) -> dict[str, Any]:
    """All that was measured, to be compared; sums of floats are rounded, for their order differs."""
    store = {}
    for (metric, tags), value in collector.stores["load"].series.items():
        wire = value.to_wire()
        if value.kind == "trend":
            wire = [dict(zip(wire[0], wire[1], strict=True)), round(wire[2], 6), *wire[3:]]
        store[metric, tags] = wire[:3] if value.kind == "gauge" else wire
    return {
        "store": store,
        "errors": {(e.endpoint, e.count, e.first, e.last) for e in collector.errors()},
        "iterations": collector.iterations,
        "scenarios": collector.scenarios,
        "pools": {name: (usage.rows, usage.drawn, usage.distinct) for name, usage in collector.pools.items()},
        "items": [
            (item.row, item.text, item.iterations, item.failed, item.p50, item.p95, item.max)
            for item in pool_items(collector.items, "p")
        ],
        "slowest": collector.slowest,
    }


SAMPLES = st.lists(
    st.builds(
        Sample,
        st.integers(0, 3),
        st.integers(0, SECONDS - 1),
        st.sampled_from(["a", "b"]),
        st.floats(0.01, 5000),
        st.booleans(),
        st.integers(0, ROWS - 1),
    ),
    max_size=30,
)


@given(SAMPLES, st.integers(1, 4))
def test_a_second_of_several_workers_is_the_second_of_one(samples: list[Sample], n: int) -> None:
    workers, merger, collector = [Worker(k + 1) for k in range(n)], Merger(range(n)), Collector()
    for second in range(SECONDS):
        for k, worker in enumerate(workers):
            own = [one for one in moments(samples) if one[1].second == second and one[1].worker % n == k]
            merger.add(k, worker.second(second + 1, own))
        collector.add(merger.take())
    one = alone(samples, sum(worker.users for worker in workers))
    assert told(collector) == told(one)
    assert collector.course.points() == one.course.points()
    assert {e.endpoint: (e.message, e.sample) for e in collector.errors()} == {
        e.endpoint: (e.message, e.sample) for e in one.errors()
    }


@given(SAMPLES, st.integers(2, 4), st.randoms(use_true_random=False))
def test_whatever_is_late_is_counted_later(samples: list[Sample], n: int, random: Any) -> None:
    """The last take comes after all; those before it at any time."""
    workers, merger, collector = [Worker(k + 1) for k in range(n)], Merger(range(n)), Collector()
    left = [[k, 0] for k in range(n)]
    while left:
        turn = random.choice(left)
        k, second = turn
        own = [one for one in moments(samples) if one[1].second == second and one[1].worker % n == k]
        merger.add(k, workers[k].second(second + 1, own))
        turn[1] += 1
        left = [turn for turn in left if turn[1] < SECONDS]
        if not left or random.random() < 0.5:
            collector.add(merger.take())
            assert not merger.heard
    times = [point.t for point in collector.course.points()]
    assert times == sorted(times)
    found, expected = told(collector), told(alone(samples, sum(worker.users for worker in workers)))
    for metric in ("vus", "vus_max"):  # of users not heard of yet nobody knows
        assert found["store"].pop((metric, ()))[0] == expected["store"].pop((metric, ()))[0]
    assert found == expected


@given(SAMPLES)
def test_one_worker_is_left_as_it_is(samples: list[Sample]) -> None:
    worker, merger = Worker(3), Merger([0])
    for second in range(2):
        snapshot = worker.second(second + 1, [one for one in moments(samples) if one[1].second == second])
        snapshot["held_back"] = {"requests": 2, "seconds": 0.5}
        merger.add(0, snapshot)
        merged = merger.take()
        assert merged.pop("workers") == [{"worker": 0, "t": snapshot["t"], **snapshot["health"]}]
        if second:
            assert merged.pop("notes") == []
            del snapshot["notes"]
        assert {**merged, "store": merged["store"].to_wire()} == snapshot


def row(name: str = "main", **fields: Any) -> dict[str, Any]:
    return {"name": name, "began": 0.0, "ended": None, "users": 1, "started": 5, "completed": 4, **fields}


def snapshot(t: float = 1.0, scenarios: Sequence[dict[str, Any]] = (), **fields: Any) -> dict[str, Any]:
    return {**Worker(1).second(1, ()), "t": t, "scenarios": [{"interrupted": 0, **row} for row in scenarios], **fields}


@pytest.mark.parametrize(
    ("rows", "began", "ended"),
    [
        ([(0.0, 2.0), (0.1, 3.0)], 0.0, 3.0),
        ([(0.2, 2.0), (0.1, None)], 0.1, None),
        ([(None, None), (0.1, None)], 0.1, None),
        ([(None, 0.0), (0.1, 4.0)], 0.1, 4.0),
        ([(None, None), (None, None)], None, None),
    ],
)
def test_a_scenario_begins_with_the_first_and_ends_with_the_last(
    rows: list[tuple[float | None, float | None]], began: float | None, ended: float | None
) -> None:
    merger = Merger(range(len(rows)))
    for k, (since, until) in enumerate(rows):
        merger.add(k, snapshot(scenarios=[row(began=since, ended=until)]))
    (merged,) = merger.take()["scenarios"]
    assert (merged["began"], merged["ended"], merged["started"]) == (began, ended, 10)


def test_a_scenario_has_not_ended_while_a_worker_is_not_heard() -> None:
    merger = Merger(range(2))
    merger.add(0, snapshot(scenarios=[row(ended=1.0)]))
    assert merger.take()["scenarios"][0]["ended"] is None
    merger.lose(1)
    merger.add(0, snapshot(2.0, scenarios=[row(ended=1.0)]))
    assert merger.take()["scenarios"][0]["ended"] == 1.0


def test_the_users_of_a_lost_worker_are_gone_and_its_books_balance() -> None:
    merger = Merger(range(2))
    books = {"started": 5, "completed": 4, "interrupted": 0}
    for k in range(2):
        merger.add(k, snapshot(scenarios=[row()], iterations=books, users=1))
    assert merger.take()["users"] == 2
    merger.lose(1)
    merger.add(0, snapshot(2.0, scenarios=[row(started=7, completed=7, users=0)], iterations=books, users=1))
    merged = merger.take()
    assert merged["users"] == 1
    assert merged["iterations"] == {"started": 10, "completed": 8, "interrupted": 1}
    (scenario,) = merged["scenarios"]
    assert (scenario["users"], scenario["started"], scenario["completed"], scenario["interrupted"]) == (0, 12, 11, 1)
    gauge = merged["store"].gauge("vus")
    assert gauge.last == 1


def test_health_is_kept_of_each_and_of_all() -> None:
    merger = Merger(range(2))
    for k in range(2):
        merger.add(k, snapshot(health={"lag_ms": 2.0 + k, "cpu_s": 1.5, "peak_rss_bytes": 10, "open_files": 3 - k}))
    merged = merger.take()
    assert merged["health"] == {"lag_ms": 3.0, "cpu_s": 3.0, "peak_rss_bytes": 20, "open_files": 3}
    assert [(row["worker"], row["lag_ms"], row["t"]) for row in merged["workers"]] == [(0, 2.0, 1.0), (1, 3.0, 1.0)]


def test_what_only_some_tell_adds_up_where_anybody_tells_it() -> None:
    merger = Merger(range(2))
    merger.add(0, snapshot(held_back={"requests": 2, "seconds": 0.5}, stamped=3))
    merger.add(0, snapshot(stamped=4))
    merger.add(1, snapshot())
    merged = merger.take()
    assert (merged["held_back"], merged["stamped"]) == ({"requests": 2, "seconds": 0.5}, 7)
    merger.add(0, snapshot())
    assert not merger.take().keys() & {"held_back", "stamped"}


def end(status: str = "done", reason: str = "", **fields: Any) -> dict[str, Any]:
    return {"is": "end", "phase": "load", "status": status, "reason": reason, "notes": [], "pool_ends": [], **fields}


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["done", "done"], "done"),
        (["done", "stopped"], "stopped"),
        (["stopped", "failed"], "failed"),
        (["failed", "crashed"], "crashed"),
        (["timeout"], "timeout"),
    ],
)
def test_the_worst_end_is_the_end(statuses: list[str], status: str) -> None:
    merged = merge_ends([end(status, f"why {status}") for status in statuses])
    assert (merged["status"], merged["reason"]) == (status, f"why {status}")


def test_pools_that_end_are_told_once() -> None:
    same = "pool `p` is used up: no row is left of its 9"
    merged = merge_ends(
        [
            end(notes=["x"], pool_ends=[[same, False, 2]]),
            end(notes=["x", "y"], pool_ends=[[same, False, 1], ["pool `q` is used up", True, 1]]),
        ]
    )
    assert merged["notes"] == [
        "x",
        "y",
        f"{same}; 3 users stopped there",
        "pool `q` is used up; with that the load ended",
    ]


def test_what_workers_have_taken_is_not_forgotten_in_teardown() -> None:
    load = Merger(range(2))
    for k in range(2):
        load.add(k, snapshot(health={"lag_ms": 9.0, "cpu_s": 1.5, "peak_rss_bytes": 10}))
    load.lose(1)
    load.take()
    teardown = Merger([0], load)
    teardown.add(0, snapshot(phase="teardown", health={"lag_ms": 0.0, "cpu_s": 1.75, "peak_rss_bytes": 11}))
    assert teardown.take()["health"] == {"lag_ms": 0.0, "cpu_s": 3.25, "peak_rss_bytes": 21}
