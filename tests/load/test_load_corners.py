"""The straight pieces of plans, held against the plans themselves."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.load import (
    ConstantArrivalRate,
    ConstantVus,
    LoadConfig,
    PerVuIterations,
    RampingArrivalRate,
    RampingVus,
    RateStage,
    SharedIterations,
    Stage,
    TraceReplay,
)

SECONDS = st.integers(0, 100)


@pytest.mark.parametrize(
    "load",
    [
        ConstantVus(3, 10.0),
        SharedIterations(3, 7, 10.0),
        PerVuIterations(3, 7, 10.0),
        ConstantArrivalRate(Fraction(3), 10.0),
    ],
    ids=lambda load: load.executor,
)
def test_a_level_plan_is_one_piece(load: LoadConfig) -> None:
    assert load.corners() == [(0.0, 3), (10.0, 3)]


def test_a_trace_has_none() -> None:
    assert TraceReplay("t", [0.0, 1.0], [0, 1], 2.0).corners() == []


@given(st.integers(0, 50), st.lists(st.tuples(SECONDS, st.integers(0, 50)), max_size=6))
def test_users_follow_the_pieces_to_less_than_one(start: int, pairs: list[tuple[int, int]]) -> None:
    load = RampingVus(tuple(Stage(float(seconds), target) for seconds, target in pairs), start_vus=start)
    corners = load.corners()
    assert len(corners) == len(pairs) + 1
    assert corners[-1][0] == load.duration
    for (begin, low), (end, high) in pairwise(corners):
        if begin < end:
            assert abs(load.users_at((begin + end) / 2) - (low + high) / 2) <= 1


@given(st.integers(0, 50), st.lists(st.tuples(SECONDS, st.integers(0, 50)), max_size=6))
def test_rates_follow_the_pieces(start: int, pairs: list[tuple[int, int]]) -> None:
    stages = tuple(RateStage(float(seconds), Fraction(target)) for seconds, target in pairs)
    load = RampingArrivalRate(stages=stages, start_rate=Fraction(start))
    corners = load.corners()
    assert len(corners) == len(pairs) + 1
    for (begin, low), (end, high) in pairwise(corners):
        if begin < end:
            assert load.rate_at((begin + end) / 2) == pytest.approx((low + high) / 2)
