from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.plan.mix import _STREAM, weighted
from loadspec.pools.mixing import GAMMA_DRAW, GAMMA_USER, mix, stream

WEIGHTS = st.lists(st.one_of(st.integers(0, 10**6), st.floats(0, 1e6)), min_size=1, max_size=12).filter(
    lambda weights: sum(weights) > 0
)


def slowly(weights: list[float], seed: int, user: int, iteration: int) -> tuple[int, bool]:
    """The draw in exact arithmetic, and whether it is too near to a border for floats to be asked."""
    share = Fraction(mix(stream(seed, _STREAM) + user * GAMMA_USER + iteration * GAMMA_DRAW), 2**64)
    total, bound = sum(map(Fraction, weights)), Fraction(0)
    near = False
    for index, weight in enumerate(weights):
        bound += Fraction(weight)
        near = near or abs(share * total - bound) < total * Fraction(1, 10**9)
        if share * total < bound:
            return index, near
    raise AssertionError


@given(WEIGHTS, st.integers(0, 2**63), st.integers(0, 10**6), st.integers(0, 10**9))
def test_it_is_the_exact_draw(weights: list[float], seed: int, user: int, iteration: int) -> None:
    index, near = slowly(weights, seed, user, iteration)
    drawn = weighted(weights, seed)(user, iteration)
    assert weights[drawn] > 0
    assert drawn == index or near


def test_shares_are_as_the_weights() -> None:
    choose = weighted([3, 0, 1], 7)
    drawn = Counter(choose(user, n) for user in range(50) for n in range(400))
    assert set(drawn) == {0, 2}
    assert drawn[0] / 20_000 == pytest.approx(0.75, abs=0.01)


def test_a_weight_of_nothing_at_the_end_is_never_drawn() -> None:
    choose = weighted([1e-300, 1.0, 0], 3)
    assert {choose(user, 0) for user in range(5000)} == {1}


def test_seeds_and_users_and_iterations_differ() -> None:
    def row(seed: int, user: int) -> list[int]:
        return [weighted([1, 1], seed)(user, n) for n in range(64)]

    assert row(1, 1) == row(1, 1)
    assert len({tuple(row(seed, user)) for seed in (1, 2) for user in range(20)}) == 40
