from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.pools import PICKS, Pool
from loadspec.pools.mixing import GAMMA_DRAW, GAMMA_USER, MASK, mix, stream

USERS, DRAWS = 10, 400


def pool(
    pick: str, size: int = 8, seed: int = 1, name: str = "prompts", max_users: int = USERS, at_end: str | None = None
) -> Pool:
    weights = range(1, size + 1) if pick == "weighted" else ()
    items = [f"item {index}" for index in range(size)]
    return Pool(name, items, pick, seed, max_users, at_end=at_end, weights=weights)


def chi_square(counts: Counter[int], cells: int, total: int) -> float:
    expected = total / cells
    return sum((counts[cell] - expected) ** 2 / expected for cell in range(cells))


def test_splitmix64_is_the_published_one() -> None:
    """The first numbers of splitmix64.c for the seed 1234567."""
    state, numbers = 1234567, []
    for _ in range(5):
        state = (state + GAMMA_DRAW) & MASK
        numbers.append(mix(state))
    assert numbers == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_random_rows_follow_the_slow_formula() -> None:
    picked = pool("random", size=1000, seed=7)
    for user, n in itertools.product((0, 1, 9, 10_000), (0, 1, 2, 10**6)):
        word = mix(stream(7, "prompts") + user * GAMMA_USER + n * GAMMA_DRAW)
        assert picked.row(user, n) == word * 1000 // 2**64


# Upper 0.1 % points of chi-square: 7 degrees of freedom 24.3, 63 degrees 103.4.


@pytest.mark.parametrize("seed", [0, 1, 42])
def test_random_is_even_over_all_draws(seed: int) -> None:
    picked = pool("random", seed=seed)
    counts = Counter(picked.row(user, n) for user in range(USERS) for n in range(DRAWS))
    assert chi_square(counts, 8, USERS * DRAWS) < 24.3


def test_random_is_even_for_one_user_and_for_one_draw_of_many() -> None:
    picked = pool("random", max_users=4000)
    assert chi_square(Counter(picked.row(3, n) for n in range(4000)), 8, 4000) < 24.3
    assert chi_square(Counter(picked.row(user, 3) for user in range(4000)), 8, 4000) < 24.3


@pytest.mark.parametrize("step", [(0, 1), (1, 0), (1, 1)])
def test_neighbouring_random_draws_do_not_hang_together(step: tuple[int, int]) -> None:
    picked = pool("random")
    pairs = Counter(
        picked.row(user, n) * 8 + picked.row(user + step[0], n + step[1]) for user in range(40) for n in range(200)
    )
    assert chi_square(pairs, 64, 8000) < 103.4


def test_seeds_and_names_give_different_draws() -> None:
    draws = [
        [picked.row(user, n) for user in range(5) for n in range(20)]
        for pick in ("random", "shuffle")
        for picked in (pool(pick), pool(pick, seed=2), pool(pick, name="users"))
    ]
    assert len({tuple(rows) for rows in draws}) == len(draws)


@pytest.mark.parametrize("pick", sorted(PICKS))
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_any_number_of_workers_draws_the_same(pick: str, workers: int) -> None:
    size = 400 if pick == "unique" else 7
    whole = pool(pick, size=size)
    expected = {(user, n): whole.draw(user, n) for user in range(USERS) for n in range(30)}
    drawn = {}
    for worker in range(workers):
        own = pool(pick, size=size)  # each process builds its own, and asks in its own order
        for user in reversed(range(worker, USERS, workers)):
            for n in range(30):
                drawn[user, n] = own.draw(user, n)
    assert drawn == expected


def test_sequential_takes_row_after_row() -> None:
    picked = pool("sequential", size=7, max_users=3)
    assert [picked.row(user, n) for n in range(4) for user in range(3)] == [i % 7 for i in range(12)]
    assert picked.draw(1, 2) == "item 0"
    assert [pool("sequential", size=3, max_users=1).row(index, 0) for index in range(5)] == [0, 1, 2, 0, 1]


@given(st.integers(1, 30), st.integers(1, 12), st.integers(0, 2**64))
def test_shuffle_never_repeats_within_a_cycle(size: int, max_users: int, seed: int) -> None:
    picked = pool("shuffle", size=size, max_users=max_users, seed=seed)
    rows = [picked.row(user, n) for n in range(3 * size) for user in range(max_users)]
    for begin in range(0, len(rows), size):
        assert sorted(rows[begin : begin + size]) == list(range(size))


@pytest.mark.parametrize("pick", [pick for pick in sorted(PICKS) if pick != "unique"])
def test_a_pool_of_one(pick: str) -> None:
    picked = pool(pick, size=1, max_users=1)
    assert {picked.draw(user, n) for user in range(3) for n in range(3)} == {"item 0"}


@pytest.mark.parametrize("pick", [pick for pick in sorted(PICKS) if pick != "unique"])
def test_every_row_is_reached_and_none_beside(pick: str) -> None:
    picked = pool(pick, size=5)
    assert {picked.row(user, n) for user in range(USERS) for n in range(50)} == set(range(5))
    assert all(picked.draw(user, n) == picked.items[picked.row(user, n)] for user in range(3) for n in range(9))


@pytest.mark.parametrize(
    ("items", "pick", "max_users", "sentence"),
    [
        ([], "random", 1, "no items"),
        ([1], "sorted", 1, "legal are random, sequential, shuffle, weighted, zipf, per_vu, unique"),
        ([1], "random", 0, "at least one user"),
    ],
)
def test_what_makes_no_pool(items: list[int], pick: str, max_users: int, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Pool("p", items, pick, 0, max_users)
