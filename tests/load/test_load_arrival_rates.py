"""Open models: k6's examples to the start, a slow exact reference, and what must hold for any stages."""

from __future__ import annotations

import math
import random
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import islice, pairwise
from statistics import fmean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.load import (
    Arrivals,
    ConstantArrivalRate,
    RampingArrivalRate,
    RateStage,
    parse_rate,
    parse_rate_stages,
    users_for,
)
from loadspec.load.share import Share


def constant(rate, duration, **more):
    return ConstantArrivalRate(parse_rate(rate), duration, **more)


def ramping(stages, start="0", **more):
    return RampingArrivalRate(parse_rate_stages(stages), parse_rate(start), **more)


CONSTANT = [
    ("2/s", 2.0, [0.0, 0.5, 1.0, 1.5]),  # k6 races the one that is due at the end, and once gave 5
    ("1/s", 1.0, [0.0]),
    ("1/s", 0.1, [0.0]),
    ("30/m", 5.0, [0.0, 2.0, 4.0]),
    ("1/h", 3600.5, [0.0, 3600.0]),
    ("10/s", 0.3, [0.0, 0.1, 0.2]),  # in floats 0.3 * 10 is 3, and 3 / 10 is not below 0.3
    ("3/s", 1.0, [0.0, 1 / 3, 2 / 3]),
]


@pytest.mark.parametrize(("rate", "duration", "starts"), CONSTANT)
def test_a_constant_rate_starts_number_n_at_n_by_rate(rate, duration, starts):
    load = constant(rate, duration)
    assert list(load.starts(1)) == starts
    assert (load.planned, load.seats) == (len(starts), len(starts))


RAMPING = [
    ("2s:2/s", "0", [math.sqrt(2)]),  # area 2 is reached at the very end: no start there
    ("2s:2/s, 1s:2/s", "0", [math.sqrt(2), 2.0, 2.5]),
    ("2s:2/s", "2/s", [0.5, 1.0, 1.5]),  # the first at area 1, not at 0 seconds
    ("2s:2/s, 2s:0", "0", [math.sqrt(2), 2.0, 4 - math.sqrt(2)]),
    ("2s:2/s, 2s:0, 1s:0", "0", [math.sqrt(2), 2.0, 4 - math.sqrt(2), 4.0]),  # 4 is no longer the end
    ("0s:4/s, 1s:4/s", "0", [0.25, 0.5, 0.75]),
    ("1s:4/s, 0s:1/s, 2s:1/s", "4/s", [0.25, 0.5, 0.75, 1.0, 2.0]),
    ("1s:1/s, 0s:0, 5s:0, 0s:1/s, 1s:1/s", "1/s", [1.0]),
    ("1s:0, 1s:2/s", "0", []),
    ("10s:30/m", "30/m", [2.0, 4.0, 6.0, 8.0]),
]


@pytest.mark.parametrize(("stages", "start", "starts"), RAMPING)
def test_a_ramping_rate_starts_where_the_area_reaches_a_number(stages, start, starts):
    load = ramping(stages, start)
    assert list(load.starts(1)) == pytest.approx(starts, abs=1e-12)
    assert load.planned == len(starts)


K6 = [
    ("1", [3162, 4472, 5500, 6527, 7837, 11_000]),
    (
        "3",
        [1825, 2581, 3162, 3651, 4082, 4472, 4830, 5166, 5499, 5833, 6169, 6527, 6917, 7348, 7837, 8418, 9174, 10999],
    ),
]


@pytest.mark.parametrize(("rate", "times"), K6)
def test_starts_are_those_of_k6(rate, times):
    """TestRampingArrivalRateCal of k6's ramping_arrival_rate_test.go, in ms; its last start is due at the very end."""
    load = ramping(f"5s:{rate}/s, 1s:{rate}/s, 5s:0")
    assert [1000 * t for t in load.starts(1)] == pytest.approx(times[:-1], rel=0.001)
    assert times[-1] == pytest.approx(1000 * load.duration, rel=0.001)


def test_a_small_slope_and_a_long_load_lose_no_digit():
    load = ramping("1000h:1000.000001/s", "1000/s")
    at = next(islice(load.starts(1), 2_000_000 - 1, None))
    assert at == pytest.approx(2000.0, rel=1e-12)
    almost_nothing = ramping("1000s:0.000001/s", "1/s")
    assert list(islice(almost_nothing.starts(1), 1)) == pytest.approx([1.0005005001248744], rel=1e-12)


rates = st.one_of(
    st.just(Fraction(0)), st.integers(0, 200).map(lambda n: Fraction(n, 6)), st.integers(0, 40).map(Fraction)
)
seconds = st.one_of(st.just(0.0), st.integers(1, 5000).map(lambda ms: ms / 1000))
stage_lists = st.lists(st.builds(RateStage, seconds, rates), min_size=1, max_size=6).map(tuple)


def reference(load):
    """Start → time, slowly: exact areas, and the quadratic formula as at school with sixty digits."""
    found, n, begin, area, rate = [], 1, Fraction(0), Fraction(0), load.start_rate
    end = sum(Fraction(str(stage.duration)) for stage in load.stages)
    for stage in load.stages:
        length = Fraction(str(stage.duration))
        after = area + length * (rate + stage.target) / 2
        while length and n <= after and after > area:
            slope = (stage.target - rate) / length
            due = begin + _solve(slope / 2, rate, n - area)
            if n == after:
                due = begin + length
            if due < end:
                found.append(due)
            n += 1
        begin, area, rate = begin + length, after, stage.target
    return found


def _solve(a, b, c):
    """x > 0 of a·x² + b·x = c where the curve first reaches c."""
    if a == 0:
        return c / b
    with localcontext(prec=60):
        inside = b * b + 4 * a * c
        root = (Decimal(inside.numerator) / Decimal(inside.denominator)).sqrt()
        return (Fraction(root) - b) / (2 * a)


@given(stage_lists, rates)
def test_starts_are_those_of_the_reference(stages, start_rate):
    load = RampingArrivalRate(stages, start_rate)
    starts, exact = list(load.starts(7)), reference(load)
    assert len(starts) == len(exact) == load.planned
    assert starts == sorted(starts)
    assert all(0 <= t < load.duration for t in starts)
    assert starts == pytest.approx([float(t) for t in exact], abs=1e-12, rel=1e-13)


@given(st.integers(1, 5000), st.sampled_from([1, 60, 3600]), st.integers(1, 20_000))
def test_a_constant_rate_has_as_many_starts_as_its_area_rounded_up(count, unit, ms):
    rate, duration = Fraction(count, unit), ms / 1000
    load = ConstantArrivalRate(rate, duration)
    if rate * duration < 5000:
        starts = list(load.starts(1))
        assert len(starts) == math.ceil(rate * Fraction(ms, 1000)) == load.planned
        assert starts == [n / float(rate) for n in range(len(starts))]
        assert all(t < duration for t in starts)


everything = st.one_of(
    st.builds(
        RampingArrivalRate,
        stage_lists,
        rates,
        arrivals=st.sampled_from([Arrivals(), Arrivals("poisson"), Arrivals("gamma", 0.3), Arrivals("gamma", 9.0)]),
    ),
    st.builds(
        ConstantArrivalRate,
        st.integers(1, 300).map(lambda n: Fraction(n, 3)),
        st.integers(1, 3000).map(lambda ms: ms / 1000),
        arrivals=st.sampled_from([Arrivals(), Arrivals("poisson"), Arrivals("gamma", 0.3), Arrivals("gamma", 9.0)]),
    ),
)


@given(everything, st.integers(0, 2**63), st.integers(1, 9))
def test_shares_are_the_whole_in_order_and_within_the_time(load, seed, n):
    whole = list(load.starts(seed))
    assert whole == sorted(whole)
    assert all(0 <= t < load.duration for t in whole)
    assert len(whole) <= load.seats
    shares = [Share(k, n) for k in range(n)]
    dealt = [[(i, t) for i, t in enumerate(load.starts(seed)) if share.owns(i)] for share in shares]
    assert sorted(pair for own in dealt for pair in own) == list(enumerate(whole))
    assert [len(own) for own in dealt] == [share.count(len(whole)) for share in shares]


@given(everything, st.floats(0, 1, exclude_max=True))
def test_the_rate_is_that_of_the_stages(load, where):
    t = where * load.duration
    if load.duration:
        assert 0 <= load.rate_at(t) <= load.peak_rate * (1 + 1e-12)
    assert load.rate_at(-0.1) == load.rate_at(load.duration) == 0.0
    assert load.users_at(t) == 0


def test_the_rate_over_time():
    load = ramping("2s:4/s, 2s:4/s, 0s:1/s, 1s:1/s")
    assert [load.rate_at(t) for t in (0, 1, 2, 3.9, 4, 4.9, 5)] == [0, 2, 4, 4, 1, 1, 0]
    assert (load.peak_rate, load.duration, load.end) == (4.0, 5.0, 35.0)


GAPS = [("poisson", 1.0), ("gamma", 0.25), ("gamma", 4.0)]


@pytest.mark.parametrize(("kind", "shape"), GAPS)
def test_gaps_by_chance_have_their_mean_and_variance(kind, shape):
    load = constant("50/s", 2000.0, arrivals=Arrivals(kind, shape))
    starts = list(load.starts(42))
    gaps = [50 * (later - earlier) for earlier, later in pairwise(starts)]
    assert len(starts) == pytest.approx(load.planned, abs=5 * math.sqrt(100_000 / shape))
    assert fmean(gaps) == pytest.approx(1.0, abs=5 / math.sqrt(100_000 * shape))
    assert pvariance(gaps) == pytest.approx(1 / shape, rel=0.06)


def test_a_poisson_process_counts_as_poisson_does():
    """Starts of one second each: mean and variance are the rate, and neighbours know nothing of each other."""
    starts = list(constant("20/s", 5000.0, arrivals=Arrivals("poisson")).starts(3))
    counts = [0] * 5000
    for t in starts:
        counts[int(t)] += 1
    mean, variance = fmean(counts), pvariance(counts)
    together = fmean((one - mean) * (other - mean) for one, other in pairwise(counts)) / variance
    assert (mean, variance) == (pytest.approx(20, abs=0.32), pytest.approx(20, rel=0.1))
    assert abs(together) < 0.07


@pytest.mark.parametrize(("kind", "shape"), GAPS)
def test_by_chance_a_ramp_is_followed_on_average(kind, shape):
    """Mapped back through the area under the ramp, the gaps are those of a rate of 1."""
    load = ramping("1000s:100/s, 1000s:0", arrivals=Arrivals(kind, shape))

    def area(t):
        return 0.05 * t * t if t < 1000 else 100_000 - 0.05 * (2000 - t) ** 2

    starts = list(load.starts(11))
    gaps = [area(later) - area(earlier) for earlier, later in pairwise(starts)]
    assert fmean(gaps) == pytest.approx(1.0, abs=5 / math.sqrt(100_000 * shape))
    assert pvariance(gaps) == pytest.approx(1 / shape, rel=0.06)
    half = sum(t < 1000 for t in starts)
    assert half == pytest.approx(50_000, abs=5 * math.sqrt(50_000 / shape))


def test_chance_is_repeated_by_its_seed():
    load = constant("10/s", 10.0, arrivals=Arrivals("poisson"))
    assert list(load.starts(1)) == list(load.starts(1)) != list(load.starts(2))
    random.seed(1)
    before = random.random()
    random.seed(1)
    list(load.starts(5))
    assert random.random() == before  # nobody else's chance is used up


@pytest.mark.parametrize(
    ("rate", "lasting", "users"),
    [
        ("1/m", 60.0, 1),
        ("2/s", 30.0, 60),
        ("1/m", 1.0, 1),
        ("500/s", 60.0, 10_000),
        ("20/m", 9.0, 3),
        ("1/h", math.inf, 10_000),
        ("0", math.inf, 1),
    ],
)
def test_users_for_a_rate(rate, lasting, users):
    assert users_for(float(parse_rate(rate)), lasting) == users
