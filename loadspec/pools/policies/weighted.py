"""`weighted`: rows by their weight, whatever was drawn before.

The alias method: Walker, "An efficient method for generating discrete random variables with general distributions",
ACM TOMS 3(3), 1977; the table is made as in Vose, "A linear algorithm for generating random numbers with a given
distribution", IEEE TSE 17(9), 1991. One 64-bit number gives a column (its high part) and a place in it (its low part).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from loadspec.pools.mixing import GAMMA_DRAW, GAMMA_USER, MASK, mix, stream
from loadspec.pools.policies.draw import Draw, Row


def weighted_row(draw: Draw) -> Row:
    """A row of its own for each (seed, pool, user, n). Raises ValueError for weights that no row can be drawn by."""
    start, size = stream(draw.seed, draw.name), draw.size
    stays, aliases = alias_table(draw.weights)

    def row(user: int, n: int) -> int:
        product = mix(start + user * GAMMA_USER + n * GAMMA_DRAW) * size
        column = product >> 64
        return column if product & MASK < stays[column] else aliases[column]

    return row


def alias_table(weights: Sequence[float]) -> tuple[list[int], array[int]]:
    """→ (for each column: below which of 2^64 places it stays itself; what it is otherwise)."""
    size, total = len(weights), float(sum(weights))
    if not 0 < total < float("inf") or min(weights) < 0:
        raise ValueError("weights are 0 or more, and one of them is more")
    shares = [weight * size / total for weight in weights]
    stays, aliases = [1 << 64] * size, array("Q", range(size))
    small = [index for index, share in enumerate(shares) if share < 1]
    large = [index for index, share in enumerate(shares) if share >= 1]
    while small and large:
        less, more = small.pop(), large[-1]
        stays[less], aliases[less] = int(shares[less] * 2**64), more
        shares[more] -= 1 - shares[less]
        if shares[more] < 1:
            small.append(large.pop())
    for index in small:  # rounding left them a hair below 1, or they weigh nothing and no column was left for them
        if not weights[index]:
            stays[index], aliases[index] = 0, max(range(size), key=weights.__getitem__)
    return stays, aliases
