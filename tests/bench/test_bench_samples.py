from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.measure import CoreTime, Usage
from bench.samples import Sample, Spread, Target, judge, ratios, spread, value, values
from bench.tools import Figures


def sample(
    tool: str, number: int, cpu: float, *, requests: int = 1000, memory: int = 0, failed: bool = False
) -> Sample:
    usage = Usage(0, 10.0, cpu, memory, CoreTime(9.0, 0.0), "", "")
    figures = None if failed else Figures(requests, 1.5, 9.0, 0)
    return Sample("flow", tool, number, requests, 8, 4.0, usage, figures, "it broke" if failed else "")


def test_quantities_of_one_sample():
    one = sample("k6", 1, 0.25, requests=1600, memory=5_000_000)
    names = ("cpu", "rate", "p50", "p99", "memory", "cpu_total", "server")
    assert [value(name, one) for name in names] == [156.25, 200.0, 1.5, 9.0, 5.0, 0.25, 50.0]


def test_ratios_are_taken_round_by_round():
    samples = [sample("loadspec", n, c) for n, c in ((1, 1.0), (2, 2.0), (3, 4.0))]
    samples += [sample("k6", n, c) for n, c in ((1, 6.0), (2, 10.0), (3, 28.0))]
    assert ratios("cpu", samples, "k6") == Spread(5.0, 6.0, 7.0)
    assert ratios("cpu", samples, "loadspec") == Spread(1.0, 1.0, 1.0)


def test_a_round_that_one_side_lacks_gives_no_ratio():
    samples = [sample("loadspec", 1, 1.0), sample("loadspec", 2, 1.0, failed=True), sample("k6", 2, 9.0)]
    assert ratios("cpu", samples, "k6") is None
    assert ratios("cpu", [*samples, sample("k6", 1, 5.0)], "k6") == Spread(5.0, 5.0, 5.0)


def test_failed_runs_have_no_values():
    assert values("cpu", [sample("k6", 1, 1.0, failed=True)], "k6") == {}


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_spread_is_in_order_and_within(found):
    got = spread(found)
    assert got is not None
    assert (got.low, got.high) == (min(found), max(found))
    assert got.low <= got.median <= got.high


def test_spread_of_nothing():
    assert spread([]) is None


ROUNDS = [
    *(sample("loadspec", n, 1.0, memory=m) for n, m in ((1, 100_000_000), (2, 200_000_000), (3, 300_000_000))),
    *(sample("k6", n, c) for n, c in ((1, 4.0), (2, 5.0), (3, 9.0))),
]


@pytest.mark.parametrize(
    ("target", "measured", "met"),
    [
        (Target("", "cpu", 5.0, None, "k6", at_least=True), 5.0, True),
        (Target("", "cpu", 5.1, None, "k6", at_least=True), 5.0, False),
        (Target("", "cpu", 0.2, None, "k6"), 0.2, True),
        (Target("", "cpu", 0.1, None, "k6"), 0.2, False),
        (Target("", "cpu", 5.0, None, "locust", at_least=True), None, None),
        (Target("", "memory", 250.0), 300.0, False),
        (Target("", "memory", 300.0), 300.0, True),
        (Target("", "rate", 120.0, at_least=True), 125.0, True),
        (Target("", "rate", 126.0, at_least=True), 125.0, False),
    ],
)
def test_targets_take_the_median_ratio_or_the_worst_round(target, measured, met):
    outcome = judge(target, ROUNDS)
    assert (outcome.measured, outcome.met) == (measured, met)


@pytest.mark.parametrize(("aim", "aimed"), [(None, None), (5.0, True), (5.5, False)])
def test_an_aim_is_held_beside_the_limit(aim, aimed):
    outcome = judge(Target("", "cpu", 4.0, aim, "k6", at_least=True), ROUNDS)
    assert (outcome.met, outcome.aimed) == (True, aimed)
