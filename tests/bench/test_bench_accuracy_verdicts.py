from __future__ import annotations

import heapq
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.accuracy import mixture, verdicts
from bench.accuracy.verdicts import Error, Residences
from loadspec.clock import FakeClock

MS = 1_000_000


def log(*requests: tuple[float, float]) -> Residences:
    """Arrivals and ends in ms → a log; an end of 0 is none."""
    return Residences([round(a * MS) for a, _ in requests], [round(e * MS) for _, e in requests])


@pytest.mark.parametrize(
    ("tool", "server", "of_bar", "met"),
    [
        (6.0, 5.0, 1.0, True),  # 1 ms, also where that is 20 %
        (6.01, 5.0, 1.01, False),
        (4.0, 5.0, 1.0, True),
        (3.9, 5.0, 1.1, False),
        (51.0, 50.0, 1.0, True),  # where both bars meet
        (102.0, 100.0, 1.0, True),  # 2 %
        (102.2, 100.0, 1.1, False),
        (97.9, 100.0, 1.05, False),
        (0.5, 0.0, 0.5, True),
    ],
)
def test_the_bar_of_percentiles(tool, server, of_bar, met):
    error = Error(95, tool, server)
    assert (error.of_bar, error.met) == (pytest.approx(of_bar), met)
    assert error.ms == pytest.approx(tool - server)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.floats(0, 100))
def test_percentiles_lie_between_the_values_around_their_rank(values, percent):
    ordered = sorted(values)
    found = verdicts.percentile(ordered, percent)
    below = sum(value <= found * (1 + 1e-9) for value in ordered)
    above = sum(value >= found * (1 - 1e-9) for value in ordered)
    rank = percent / 100 * (len(ordered) - 1)
    assert below >= int(rank) + 1
    assert above >= len(ordered) - 1 - int(rank)


def test_percentiles_are_k6s_and_of_nothing_there_is_none():
    assert [verdicts.percentile([1.0, 2.0, 3.0, 5.0], p) for p in (0, 50, 90, 100)] == pytest.approx([1, 2.5, 4.4, 5])
    with pytest.raises(ValueError, match="nothing"):
        verdicts.percentile([], 50)


def test_errors_are_against_what_the_server_realised_of_answered_requests():
    found = verdicts.errors({50: 2.5, 90: 2, 95: 2, 99: 2}, log((0, 2), (1, 3), (2, 0), (3, 5)))
    assert [(e.percent, e.server, e.ms) for e in found][:2] == [(50, 2.0, 0.5), (90, 2.0, 0.0)]


def test_nearer_compares_each_percentile_by_its_bar():
    own = [Error(50, 5.2, 5.0), Error(99, 103.0, 100.0)]
    peer = [Error(50, 4.7, 5.0), Error(99, 102.0, 100.0)]
    assert verdicts.nearer(own, peer) == [50]
    assert verdicts.nearer(own, own) == []


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 500)), min_size=1, max_size=40))
def test_the_mean_in_flight_is_that_of_counting_at_each_moment(requests):
    found = log(*((begin, begin + length) for begin, length in requests))
    first, last = min(b for b, _ in requests), max(b + n for b, n in requests)
    counted = Counter(at for begin, length in requests for at in range(begin, begin + length))
    assert found.in_flight == pytest.approx(sum(counted.values()) / (last - first))


@pytest.mark.parametrize(("requests", "mean", "off"), [(4, 10.0, 0.0), (4, 10.2, 0.02), (3, 10.0, -0.25)])
def test_littles_law(requests, mean, off):
    found = log((0, 10), (10, 20), (20, 30), (20, 30))
    assert found.in_flight == pytest.approx(4 / 3)
    assert verdicts.littles_error(found, requests, mean) == pytest.approx(off)


def frozen_run(rate: int, seconds: float, frozen: float, after: float) -> list[float]:
    """Latencies, by a clock that is turned by hand, of a constant rate on a server that stands still once."""
    clock = FakeClock()
    waits = []
    for number in range(round(rate * seconds)):
        clock.now = number / rate
        thaw = after + frozen if after <= clock() < after + frozen else clock()
        waits.append(thaw - clock())
    return sorted(waits)


@given(
    rate=st.integers(200, 500),
    frozen=st.floats(0.5, 3),
    after=st.floats(1, 5),
    percent=st.sampled_from([50, 90, 95, 99]),
)
def test_a_frozen_server_gives_the_percentiles_that_are_due(rate, frozen, after, percent):
    told = verdicts.percentile(frozen_run(rate, 20, frozen, after), percent)
    assert told == pytest.approx(verdicts.frozen_latency(percent, frozen, 20), abs=2 / rate)
    assert verdicts.frozen_met(told, percent, frozen, 20)


@pytest.mark.parametrize(
    ("percent", "told", "met"),
    [(95, 1.0, True), (95, 1.059, True), (95, 1.061, False), (99, 1.8, True), (99, 1.739, False), (99, 0.0049, False)],
)
def test_two_seconds_of_twenty(percent, told, met):
    assert verdicts.frozen_latency(percent, 2.0, 20.0) == pytest.approx({95: 1.0, 99: 1.8}[percent])
    assert verdicts.frozen_met(told, percent, 2.0, 20.0) is met
    assert verdicts.frozen_latency(50, 2.0, 20.0) == 0


def test_an_even_schedule_has_no_pacing_error_wherever_it_begins():
    found = verdicts.pacing((5_000 + n * 2 * MS for n in range(1000)), 500)
    assert found.late == found.interval == (0, 0, 0)


def test_pacing_tells_one_late_start_and_a_rate_that_is_missed():
    late = [n * 2 * MS for n in range(1000)]
    late[500] += MS
    assert verdicts.pacing(late, 500) == verdicts.Pacing((0, 0, 1), (0, 0, 1))
    slow = verdicts.pacing((n * 2.02 * MS for n in range(1001)), 500)
    assert slow.late == pytest.approx((10, 19.8, 20))
    assert slow.interval == pytest.approx((0.02, 0.02, 0.02))
    first_is_late = verdicts.pacing([3 * MS, *(n * 10 * MS for n in range(1, 11))], 100)
    assert first_is_late.late[2] == pytest.approx(3)


@given(st.lists(st.integers(0, 10**12), min_size=2, max_size=30), st.randoms())
def test_pacing_does_not_depend_on_the_order_of_the_log(arrivals, chance: random.Random):
    shuffled = arrivals[:]
    chance.shuffle(shuffled)
    assert verdicts.pacing(shuffled, 100) == verdicts.pacing(arrivals, 100)


def test_delays_are_those_of_the_mixture_and_the_same_for_each_tool():
    drawn = [ns / MS for ns in mixture.delays("platform", 7)]
    assert mixture.delays("platform", 7, 100) == mixture.delays("platform", 7)[:100]
    assert mixture.delays("platform", 8, 100) != mixture.delays("platform", 7, 100)
    assert sum(ms < 20 for ms in drawn) / len(drawn) == pytest.approx(0.80, abs=0.01)
    assert sum(20 <= ms <= 40 for ms in drawn) / len(drawn) == pytest.approx(0.16, abs=0.01)
    assert min(heapq.nlargest(2600, drawn)) >= 80
    assert max(drawn) <= 150
    assert set(mixture.delays("instant", 1, 10)) == {0}


@pytest.mark.parametrize("name", mixture.MIXTURES)
def test_the_parts_of_a_mixture_are_a_whole_and_no_percentile_falls_between_them(name):
    shares = [share for share, _ in mixture.MIXTURES[name]]
    assert sum(shares) == pytest.approx(1)
    edges = [sum(shares[:n]) * 100 for n in range(1, len(shares))]
    assert all(abs(edge - percent) >= 0.9 for edge in edges for percent in verdicts.PERCENTS)
