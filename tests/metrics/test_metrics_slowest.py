"""The slowest requests, as they are kept and merged, against a sorted list of all."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics.meters import Meters
from loadspec.metrics.slowest import KEPT, Slowest, slowest

TIMES = st.floats(0.0, 1e6)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "ms": st.sampled_from([1.0, 2.0, 2.5]) | TIMES,
            "at": st.integers(0, 3).map(float),
            "scenario": st.sampled_from(["main", "other"]),
            "endpoint": st.sampled_from(["a", "b"]),
            "poll": st.booleans(),
            "expected": st.booleans(),
            "status": st.sampled_from([200, 503, None]),
        }
    ),
    max_size=60,
)
BATCHES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["a", "b"]), st.booleans(), st.lists(TIMES, min_size=1, max_size=25)),
    max_size=12,
)


@given(ROWS, st.lists(st.integers(0, 3), min_size=60, max_size=60), st.randoms(use_true_random=False))
def test_those_of_parts_are_those_of_all(rows: list[dict[str, Any]], parts: list[int], random: Any) -> None:
    """Whatever came together with what, and in which order."""
    whole = slowest(rows)
    assert [row["ms"] for row in whole] == sorted((row["ms"] for row in rows), reverse=True)[:KEPT]
    found: list[Any] = []
    for part in random.sample(range(4), 4):
        own = [row for row, place in zip(rows, parts, strict=False) if place == part]
        random.shuffle(own)
        found = slowest([*slowest(own), *found])
    assert found == whole


@given(st.lists(BATCHES, max_size=5))
def test_a_worker_keeps_those_of_a_list_of_all_its_samples(seconds: list[Any]) -> None:
    kept, told, every = Slowest(), [], []
    for at, batches in enumerate(seconds):
        for extra, endpoint, expected, times in batches:
            statuses = range(200, 201 + extra)
            kept.offer(times, {"endpoint": endpoint, "scenario": "main", "poll": "false"}, expected, statuses)
            status = None if extra else 200
            every += [(ms, float(at), endpoint, expected, status) for ms in times]
        told += kept.take(float(at))
    assert kept.take(9.0) == []
    found = slowest(told)
    assert [row["ms"] for row in found] == sorted((ms for ms, *_ in every), reverse=True)[:KEPT]
    for row in found:
        assert (row["ms"], row["at"], row["endpoint"], row["expected"], row["status"]) in every


def test_what_is_no_slower_than_ten_is_not_told() -> None:
    kept, tags = Slowest(), {"endpoint": "a", "scenario": "main", "poll": "true"}
    kept.offer([float(n) for n in range(1, 31)], tags, True, {200})
    assert [row["ms"] for row in kept.take(0.0)] == [float(n) for n in range(30, 20, -1)]
    kept.offer([20.0, 21.0], tags, True, {200})
    assert kept.take(1.0) == []
    kept.offer([21.5, 3.0], tags, False, {500})
    (row,) = kept.take(2.0)
    assert row == {
        "ms": 21.5,
        "at": 2.0,
        "scenario": "main",
        "endpoint": "a",
        "poll": True,
        "expected": False,
        "status": 500,
    }


def test_meters_offer_what_they_fold_and_what_they_drain() -> None:
    meters = Meters()
    side = meters.requests(endpoint="a", scenario="main", poll="false").unexpected
    for times in ([5.0, 7.0], [6.0]):
        for values in (side.durations, side.waiting, side.sending, side.receiving):
            values += times
        side.statuses[503] += len(times)
        meters.fold(least=2)
    meters.drain()
    rows = meters.slowest.take(0.0)
    assert [(row["ms"], row["status"], row["expected"]) for row in rows] == [
        (7.0, 503, False),
        (6.0, 503, False),
        (5.0, 503, False),
    ]
