"""`shuffle`: as `sequential`, in a new order every time round: no row twice before each was once.

An order is no list but a function, computed row by row in constant time and memory, so that a million rows cost what
a hundred do: a Feistel network over a grid of a × b places just above the pool's size; a place beyond the last row
walks on until it is a row (Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002). No adversary is
meant: its round function is a multiply-xorshift hash, and six rounds of it are even by the tests. Of few rows a
network makes some orders more often than others: theirs are lists.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from math import isqrt

from loadspec.pools.mixing import GAMMA_DRAW, mix, stream
from loadspec.pools.policies.draw import Draw, Exhausted, Row

FEW = 64
"""Up to so many rows an order is a list."""
_ROUNDS = 3
"""Of two half-rounds each."""
_REMEMBERED = 256
"""Orders that a pool remembers: of the cycles that users are in at the same time."""
_FACTOR, _BITS = 0x9E3779B1, (1 << 58) - 1
"""2^32 divided by the golden ratio; numbers of two digits for Python, which are the fast ones."""

Order = Callable[[int], int]
"""Position in a cycle → row."""


def shuffled_row(draw: Draw) -> Row:
    """User u takes position u + n·max_users of the orders, one order behind another."""
    start, size, max_users = stream(draw.seed, draw.name), draw.size, draw.max_users
    orders: dict[int, Order] = {}
    make = feistel if size > FEW else listed

    def order_of(cycle: int) -> Order:
        if len(orders) >= _REMEMBERED:
            del orders[next(iter(orders))]  # the oldest: users move on together
        order = orders[cycle] = make(mix(start + cycle * GAMMA_DRAW), size)
        return order

    def row(user: int, n: int) -> int:
        cycle, position = divmod(user + n * max_users, size)
        return (orders.get(cycle) or order_of(cycle))(position)

    if draw.wraps:
        return row
    once = order_of(0)

    def row_once(user: int, n: int) -> int:
        position = user + n * max_users
        if position >= size:
            raise Exhausted
        return once(position)

    return row_once


def feistel(seed: int, size: int) -> Order:
    """A permutation of 0 … size-1 that `seed` decides."""
    height = isqrt(size - 1) + 1
    width = -(-size // height)
    keys = [(mix(seed + 2 * r) >> 8, mix(seed + 2 * r + 1) >> 8) for r in range(1, _ROUNDS + 1)]

    def row(position: int) -> int:
        while True:
            left, right = divmod(position, width)
            for one, other in keys:
                value = (right + one) * _FACTOR & _BITS
                left = (left + (value >> 29 ^ value)) % height
                value = (left + other) * _FACTOR & _BITS
                right = (right + (value >> 29 ^ value)) % width
            position = left * width + right
            if position < size:
                return position

    return row


def listed(seed: int, size: int) -> Order:
    """The same by Fisher and Yates' shuffle, in Durstenfeld's form.

    Only `Random.random()` is used: the one sequence that Python promises to keep from version to version.
    """
    order = list(range(size))
    draw = random.Random(seed).random
    for last in range(size - 1, 0, -1):
        other = int(draw() * (last + 1))
        order[last], order[other] = order[other], order[last]
    return order.__getitem__
