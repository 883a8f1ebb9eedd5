"""Histograms against exact sorted values; merging against adding."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics.histogram import Histogram, bucket_edges, bucket_middle, bucket_of
from loadspec.metrics.meters import Meters
from loadspec.metrics.store import Store, tags_of
from loadspec.metrics.values import KINDS, Counter, Gauge, Rate, Trend, merge_values

times = st.floats(min_value=1e-4, max_value=1e7)
batches = st.lists(times, min_size=1, max_size=200)


def exact_percentile(values: list[float], percent: float) -> float:
    """k6's definition on the sorted values themselves: the slow reference."""
    ordered = sorted(values)
    rank = percent / 100 * (len(ordered) - 1)
    low, high = ordered[math.floor(rank)], ordered[math.ceil(rank)]
    return low + (high - low) * (rank - math.floor(rank))


@given(st.floats(min_value=-1e30, max_value=1e30).filter(lambda v: abs(v) > 1e-30))
def test_middle_of_a_bucket_is_within_half_a_percent(value: float) -> None:
    assert bucket_middle(bucket_of(value)) == pytest.approx(value, rel=0.004)


@given(batches, st.floats(0, 100))
def test_percentile_within_one_percent_of_the_exact_one(values: list[float], percent: float) -> None:
    histogram = Histogram()
    histogram.add_many(values)
    assert histogram.percentile(percent) == pytest.approx(exact_percentile(values, percent), rel=0.01)


@given(st.one_of(times, st.floats(-1e7, -1e-4)))
def test_a_value_lies_between_the_edges_of_its_bucket(value: float) -> None:
    low, high = bucket_edges(bucket_of(value))
    assert low - abs(low) * 1e-7 <= value <= high + abs(high) * 1e-7
    assert high - low <= abs(value) / 127


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sign", [1, -1])
def test_percentiles_of_many_values_are_far_nearer_than_a_bucket_is_wide(seed: int, sign: int) -> None:
    draw = random.Random(seed)
    values = [sign * draw.uniform(80.0, 150.0) for _ in range(20_000)]
    histogram = Histogram()
    histogram.add_many(values)
    for percent in (1, 50, 90, 99):
        assert histogram.percentile(percent) == pytest.approx(exact_percentile(values, percent), rel=0.001)


@given(batches)
def test_count_sum_min_max_are_exact(values: list[float]) -> None:
    histogram = Histogram()
    histogram.add_many(values)
    assert (histogram.count, histogram.min, histogram.max) == (len(values), min(values), max(values))
    assert histogram.sum == pytest.approx(math.fsum(values))
    assert histogram.avg == pytest.approx(math.fsum(values) / len(values))


@given(st.lists(st.one_of(times, st.just(0.0), st.floats(-1e6, -1e-3)), max_size=50))
def test_a_batch_equals_single_additions(values: list[float]) -> None:
    batch, single = Histogram(), Histogram()
    batch.add_many(values)
    for value in values:
        single.add(value)
    assert batch.counts == single.counts
    assert (batch.min, batch.max) == (single.min, single.max)


@given(batches, batches)
def test_merging_equals_adding_all(one: list[float], two: list[float]) -> None:
    first, second, both = Trend(), Trend(), Trend()
    first.add_many(one)
    second.add_many(two)
    both.add_many(one + two)
    first.merge(second)
    assert first.counts == both.counts
    assert first.percentiles([50, 99]) == both.percentiles([50, 99])


@given(batches)
def test_wire_form_keeps_everything(values: list[float]) -> None:
    trend = Trend()
    trend.add_many(values)
    back = Trend.from_wire(trend.to_wire())
    assert back.to_wire() == trend.to_wire()
    assert back.percentile(95) == trend.percentile(95)


def test_numbers_that_are_none_are_left_out() -> None:
    histogram = Histogram()
    histogram.add_many([1.0, float("nan"), float("inf"), 1e39])
    assert histogram.count == 2
    assert histogram.max == 1e39


def test_an_empty_histogram_answers_zero() -> None:
    assert (Histogram().percentile(99), Histogram().avg, Histogram().count) == (0.0, 0.0, 0)


def test_memory_is_bounded_by_buckets() -> None:
    histogram = Histogram()
    for start in range(50):
        histogram.add_many([1e-3 * 1.0001**i + start for i in range(2000)])
    assert len(histogram.counts) < 4096
    assert histogram.count == 100_000


def test_rate_counter_gauge() -> None:
    rate, counter, gauge = Rate(), Counter(), Gauge()
    for value in (True, 0, 1, None):
        rate.add(value)
    counter.add()
    counter.add(2.5)
    for level in (3, 9, 4):
        gauge.add(level)
    assert (rate.passes, rate.total, rate.rate) == (2, 4, 0.5)
    assert (counter.value, counter.samples) == (3.5, 2)
    assert (gauge.last, gauge.min, gauge.max, gauge.samples) == (4, 3, 9, 3)


def test_gauge_merge_keeps_the_newer_last_value() -> None:
    old, new = Gauge(5, 1, 9, 3), Gauge(2, 2, 2, 1)
    old.merge(new)
    old.merge(Gauge())
    assert old.to_wire() == [2, 1, 9, 4]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_merges_to_none(kind: str) -> None:
    assert merge_values([]) is None
    assert KINDS[kind]().samples == 0


def test_store_selects_and_merges_by_tags() -> None:
    store, more = Store(), Store()
    store.counter("http_reqs", tags_of(endpoint="a", poll="false")).add(2)
    store.counter("http_reqs", tags_of(endpoint="b", poll="true")).add(3)
    more.counter("http_reqs", tags_of(poll="false", endpoint="a")).add(5)
    store.merge(more)
    assert store.total("http_reqs") == 10
    assert store.total("http_reqs", endpoint="a") == 7
    assert store.where("http_reqs", endpoint="c") is None
    assert Store.from_wire(store.to_wire()).to_wire() == store.to_wire()


def test_tags_may_be_called_as_parameters_are() -> None:
    meters = Meters()
    tags = {"self": "a", "metric": "b", "kind": "c", "tags": "d"}
    meters.requests(**tags).failures["refused", "connect"] += 1
    meters.value("counter", "boxes", **tags).add(1)
    store = meters.drain()
    assert store.total("http_reqs", **tags) == store.total("boxes", **tags) == 1


@given(st.lists(st.tuples(batches, st.sampled_from([None, 1, 50, 500])), max_size=6))
def test_what_is_folded_in_between_is_drained_all_the_same(parts: list[tuple[list[float], int | None]]) -> None:
    folded, whole = Meters(), Meters()
    for meters in (folded, whole):
        meters.requests(endpoint="a")
    for values, least in parts:
        for meters in (folded, whole):
            trend, rate, counter = (meters.value(kind, kind) for kind in ("trend", "rate", "counter"))
            checks, side = meters.checks(["c"], {"endpoint": "a"}), meters.requests(endpoint="a").expected
            for value in values:
                trend.add(value)
                rate.add(value > 1)
                counter.add(1)
                checks.total += 1
                side.statuses[200] += 1
                for timings in (side.durations, side.waiting, side.sending, side.receiving):
                    timings.append(value)
        if least is not None:
            folded.fold(least)
    one, other = folded.drain(), whole.drain()
    assert one.series.keys() == other.series.keys()
    for key, value in other.series.items():
        found = one.series[key]
        assert found.samples == value.samples, key
        if isinstance(value, Trend):
            assert (found.min, found.max, found.percentiles((50, 99))) == (
                value.min,
                value.max,
                value.percentiles((50, 99)),
            )
            assert found.sum == pytest.approx(value.sum)
    assert folded.drain().series == {}
