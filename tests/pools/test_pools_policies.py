"""Each policy against a slow reference: counts, orders and ends."""

from __future__ import annotations

from collections import Counter
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadspec.pools import PICKS, Exhausted, Pool
from loadspec.pools.cells import TYPES
from loadspec.pools.mixing import mix
from loadspec.pools.policies import Draw
from loadspec.pools.policies.shuffle import FEW, feistel, listed, shuffled_row
from loadspec.pools.policies.weighted import alias_table
from loadspec.pools.policies.zipf import zipf_row
from loadspec.pools.readers import READERS
from loadspec.pools.words import AT_END, ENDLESS, FORMATS, POLICIES, SUFFIXES, TYPE_NAMES


def made(pick: str, size: int, users: int = 4, at_end: str | None = None, **more: object) -> Pool:
    return Pool("p", list(range(size)), pick, 7, users, at_end=at_end, **more)  # type: ignore[arg-type]


def all_rows(pool: Pool, users: int, draws: int) -> list[int]:
    """What users draw in turn; a user that finds nothing draws no more."""
    rows, left = [], set(range(users))
    for n in range(draws):
        for user in sorted(left):
            try:
                rows.append(pool.row(user, n))
            except Exhausted:
                left.discard(user)
    return rows


def deviation(count: int, expected: float) -> float:
    """In standard deviations of a Poisson count."""
    return abs(count - expected) / sqrt(expected)


@settings(max_examples=60)
@given(st.integers(1, 3000), st.integers(0, 2**64))
def test_feistel_is_a_permutation(size: int, seed: int) -> None:
    order = feistel(seed, size)
    assert sorted(map(order, range(size))) == list(range(size))


def test_feistel_puts_rows_anywhere() -> None:
    """First places, pairs of neighbours and distances over many seeds are as even as those of chance."""
    size, seeds = 5003, 4000
    orders = [feistel(mix(seed), size) for seed in range(seeds)]
    for position in (0, 1, size // 2, size - 1):
        cells = Counter(order(position) * 8 // size for order in orders)
        assert max(deviation(cells[cell], seeds / 8) for cell in range(8)) < 4.5
    pairs = Counter((order(17) * 4 // size, order(18) * 4 // size) for order in orders)
    assert max(deviation(pairs[a, b], seeds / 16) for a in range(4) for b in range(4)) < 4.5
    order = orders[0]
    steps = Counter((order(i + 1) - order(i)) % size * 8 // size for i in range(size - 1))
    assert max(deviation(steps[cell], (size - 1) / 8) for cell in range(8)) < 4.5


def test_orders_of_few_rows_come_about_alike() -> None:
    counts = Counter(tuple(map(listed(mix(seed), 4), range(4))) for seed in range(12_000))
    assert len(counts) == 24
    assert max(deviation(count, 500) for count in counts.values()) < 5


@pytest.mark.parametrize("size", [65, 130])
def test_feistel_puts_rows_of_small_pools_anywhere(size: int) -> None:
    seeds = 3000
    orders = [feistel(mix(seed), size) for seed in range(seeds)]
    for position in (0, 1, size // 2, size - 1):
        rows = Counter(order(position) for order in orders)
        assert max(deviation(rows[row], seeds / size) for row in range(size)) < 4.5
    pairs = Counter((order(3) * 4 // size, order(4) * 4 // size) for order in orders)
    assert len(pairs) == 16


@pytest.mark.parametrize("size", [1, 2, FEW, FEW + 1, 4096, 10_007])
def test_shuffles_of_any_size_show_each_row_once_a_cycle(size: int) -> None:
    row = shuffled_row(Draw(3, "p", size, 10))
    rows = [row(user, n) for n in range(2 * size // 10 + 1) for user in range(10)]
    first, second = rows[:size], rows[size : 2 * size]
    assert sorted(first) == sorted(second) == list(range(size))
    assert first != second or size < 6


def test_a_large_shuffle_makes_no_list() -> None:
    row = shuffled_row(Draw(3, "p", 10**12, 10))
    assert len({row(user, n) for user in range(10) for n in range(1000)}) == 10_000


@settings(max_examples=100)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40).filter(lambda weights: sum(weights) > 1e-3))
def test_the_alias_table_holds_exactly_the_weights(weights: list[float]) -> None:
    stays, aliases = alias_table(weights)
    shares = [stay / 2**64 for stay in stays]
    for column, alias in enumerate(aliases):
        shares[alias] += 1 - stays[column] / 2**64
    total = sum(weights)
    assert shares == pytest.approx([weight * len(weights) / total for weight in weights], abs=1e-6)
    assert all(not (share and not weight) for share, weight in zip(shares, weights, strict=True))


def test_weighted_draws_follow_the_weights() -> None:
    weights = [0, 5, 1, 0, 3, 1]
    counts = Counter(all_rows(made("weighted", 6, weights=weights), 20, 1000))
    assert counts[0] == counts[3] == 0
    assert max(deviation(counts[row], 2000 * weight) for row, weight in enumerate(weights) if weight) < 4.5


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [float("inf"), 1]])
def test_weights_that_are_none(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights are 0 or more"):
        made("weighted", 2, weights=weights)


@pytest.mark.parametrize("exponent", [0.3, 0.999999999, 1.0, 1.2, 2.0, 8.0, 20.0])
@pytest.mark.parametrize("size", [1, 2, 7, 300])
def test_zipf_draws_follow_the_law(exponent: float, size: int) -> None:
    row = zipf_row(Draw(5, "p", size, 10, exponent=exponent))
    counts = Counter(row(user, n) for user in range(10) for n in range(1200))
    assert min(counts) >= 0
    assert max(counts) < size
    shares = [1 / k**exponent for k in range(1, size + 1)]
    expected = [12_000 * share / sum(shares) for share in shares]
    assert max(deviation(counts[k], expected[k]) for k in range(size) if expected[k] > 20) < 4.8


def test_zipf_over_very_many_rows() -> None:
    row = zipf_row(Draw(5, "p", 10**9, 10, exponent=0.5))
    assert all(0 <= row(user, n) < 10**9 for user in range(10) for n in range(300))


def test_per_vu_is_the_same_row_each_time() -> None:
    pool = made("per_vu", 3)
    assert [[pool.row(user, n) for n in range(3)] for user in range(4)] == [[0] * 3, [1] * 3, [2] * 3, [0] * 3]


@pytest.mark.parametrize("pick", ["unique", "sequential", "shuffle"])
@given(size=st.integers(1, 60), users=st.integers(1, 9), workers=st.integers(1, 4))
def test_without_wrapping_every_row_comes_once_over_all_workers(pick: str, size: int, users: int, workers: int) -> None:
    drawn: list[int] = []
    for worker in range(workers):
        pool = made(pick, size, users, at_end="stop_vu")  # each process has its own
        for user in range(worker, users, workers):
            for n in range(size + 1):
                try:
                    drawn.append(pool.row(user, n))
                except Exhausted:
                    break
    assert sorted(drawn) == list(range(size))


@pytest.mark.parametrize("pick", sorted(set(PICKS) - set(ENDLESS)))
@pytest.mark.parametrize("at_end", ["stop_vu", "stop", "error"])
def test_rows_end(pick: str, at_end: str) -> None:
    pool = made(pick, 3, users=2, at_end=at_end)
    with pytest.raises(Exhausted):
        [pool.row(3, n) for n in range(3)]
    assert pool.at_end == at_end


def test_how_policies_end_unless_told() -> None:
    assert {pick: made(pick, 3, weights=[1, 2, 3]).at_end for pick in PICKS} == {
        **dict.fromkeys(PICKS, "wrap"),
        "unique": "stop_vu",
    }


def test_a_bust_gives_another_text_each_time_and_in_each_run() -> None:
    def bust(item: int, mark: str) -> str:
        return f"{mark} {item}"

    pools = [made("sequential", 3, bust=bust, run_id=run) for run in ("one", "one", "two")]
    drawn = [[pool.draw(user, n) for user in range(4) for n in range(50)] for pool in pools]
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0]) | set(drawn[2])) == 400
    plain = made("sequential", 3)
    assert [text.split()[1] for text in drawn[0]] == [str(plain.draw(u, n)) for u in range(4) for n in range(50)]
    assert all(len(text.split()[0]) == 16 for text in drawn[0])


def test_the_words_of_the_grammar_are_those_of_the_tables() -> None:
    assert tuple(PICKS) == POLICIES
    assert tuple(TYPES) == TYPE_NAMES
    assert {*READERS, "yaml"} == {*FORMATS, "folder"}
    assert set(SUFFIXES.values()) == set(FORMATS)
    assert all(made("sequential", 1, at_end=at_end).at_end == at_end for at_end in AT_END)
