"""`shuffle`: as `sequential`, in a new order every time round: no row twice before each was once.

A small pool's orders are lists, made once a cycle. A large one's are computed row by row, so that no process holds a
list of a million numbers: a Feistel network over a grid of a × b places just above the pool's size; a place beyond
the last row walks on until it is a row (Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from math import isqrt

from loadspec.pools.mixing import GAMMA_DRAW, mix, stream
from loadspec.pools.policies.draw import Draw, Exhausted, Row

SMALL = 4096
"""Up to so many rows an order is a list."""
CACHED_ROWS = 100_000
"""Rows of orders that a small pool remembers: the cycles that users are in at the same time."""
_ROUNDS = 4
_KEYS = 64
"""Cycles whose keys a large pool remembers."""

Order = Callable[[int], int]
"""Position in a cycle → row."""


def shuffled_row(draw: Draw) -> Row:
    """User u takes position u + n·max_users of the orders, one order behind another."""
    size, max_users = draw.size, draw.max_users
    place = _listed(draw) if size <= SMALL else _computed(draw)
    if draw.wraps:
        return lambda user, n: place(user + n * max_users)

    def row(user: int, n: int) -> int:
        position = user + n * max_users
        if position >= size:
            raise Exhausted
        return place(position)

    return row


def _listed(draw: Draw) -> Order:
    start, size = stream(draw.seed, draw.name), draw.size
    orders: dict[int, list[int]] = {}
    capacity = max(4, CACHED_ROWS // size)

    def order_of(cycle: int) -> list[int]:
        if len(orders) >= capacity:
            del orders[next(iter(orders))]  # the oldest: users move on together
        order = orders[cycle] = permutation(mix(start + cycle * GAMMA_DRAW), size)
        return order

    def place(position: int) -> int:
        cycle, position = divmod(position, size)
        return (orders.get(cycle) or order_of(cycle))[position]

    return place


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


def _computed(draw: Draw) -> Order:
    start, size = stream(draw.seed, draw.name), draw.size
    orders: dict[int, Order] = {}

    def place(position: int) -> int:
        cycle, position = divmod(position, size)
        order = orders.get(cycle)
        if order is None:
            if len(orders) >= _KEYS:
                del orders[next(iter(orders))]
            order = orders[cycle] = feistel(mix(start + cycle * GAMMA_DRAW), size)
        return order(position)

    return place


def feistel(seed: int, size: int) -> Order:
    """A permutation of 0 … size-1 that `seed` decides, computed place by place in constant time and memory."""
    height = isqrt(size - 1) + 1
    width = -(-size // height)
    keys = [(mix(seed + 2 * r), mix(seed + 2 * r + 1)) for r in range(1, _ROUNDS + 1)]

    def row(position: int) -> int:
        while True:
            left, right = divmod(position, width)
            for one, other in keys:
                left = (left + mix(one + right)) % height
                right = (right + mix(other + left)) % width
            position = left * width + right
            if position < size:
                return position

    return row
