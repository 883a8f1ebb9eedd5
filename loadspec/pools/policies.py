"""Pick policies: which row user `user` takes at its draw number `n`. Pure functions of their arguments.

A new policy is one function and one row of PICKS.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from loadspec.pools.mixing import GAMMA_DRAW, GAMMA_USER, MASK, mix, stream

Row = Callable[[int, int], int]
"""(user, n) → a row's index; `user` and `n` count from 0."""

CACHED_ROWS = 100_000
"""Rows of permutations that a shuffled pool remembers: the cycles that users are in at the same time."""


class Draw(NamedTuple):
    """What a policy may know: the seed, the pool's name, how many rows it has and how many users there can be."""

    seed: int
    name: str
    size: int
    max_users: int


def random_row(draw: Draw) -> Row:
    """Every row alike, whatever was drawn before."""
    start, size = stream(draw.seed, draw.name), draw.size

    def row(user: int, n: int) -> int:
        # mix() written out: a call would add a fifth to the price. Multiply and shift instead of a remainder; the bias
        # is below size / 2^64.
        value = (start + user * GAMMA_USER + n * GAMMA_DRAW) & MASK
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
        return ((value ^ (value >> 31)) * size) >> 64

    return row


def sequential_row(draw: Draw) -> Row:
    """One row after another: user u takes row u + n·max_users, and begins again behind the last."""
    size, max_users = draw.size, draw.max_users
    return lambda user, n: (user + n * max_users) % size


def shuffled_row(draw: Draw) -> Row:
    """As sequential, with the rows in a new order in every cycle: no row twice before each was once."""
    start, size, max_users = stream(draw.seed, draw.name), draw.size, draw.max_users
    orders: dict[int, list[int]] = {}
    capacity = max(4, CACHED_ROWS // size)

    def order_of(cycle: int) -> list[int]:
        if len(orders) >= capacity:
            del orders[next(iter(orders))]  # the oldest: users move on together
        order = orders[cycle] = permutation(mix(start + cycle * GAMMA_DRAW), size)
        return order

    def row(user: int, n: int) -> int:
        cycle, position = divmod(user + n * max_users, size)
        return (orders.get(cycle) or order_of(cycle))[position]

    return row


def permutation(seed: int, size: int) -> list[int]:
    """0 … size-1 in an order that `seed` decides (Fisher and Yates' shuffle, Durstenfeld's form).

    Only `Random.random()` is used: the one sequence that Python promises to keep from version to version.
    """
    order = list(range(size))
    draw = random.Random(seed).random
    for last in range(size - 1, 0, -1):
        other = int(draw() * (last + 1))
        order[last], order[other] = order[other], order[last]
    return order


PICKS: dict[str, Callable[[Draw], Row]] = {
    "random": random_row,
    "sequential": sequential_row,
    "shuffle": shuffled_row,
}
