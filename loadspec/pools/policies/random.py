"""`random`: every row alike, whatever was drawn before."""

from __future__ import annotations

from loadspec.pools.mixing import GAMMA_DRAW, GAMMA_USER, MASK, stream
from loadspec.pools.policies.draw import Draw, Row


def random_row(draw: Draw) -> Row:
    """A row of its own for each (seed, pool, user, n)."""
    start, size = stream(draw.seed, draw.name), draw.size

    def row(user: int, n: int) -> int:
        # mix() written out: a call would add a fifth to the price. Multiply and shift instead of a remainder; the bias
        # is below size / 2^64.
        value = (start + user * GAMMA_USER + n * GAMMA_DRAW) & MASK
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
        return ((value ^ (value >> 31)) * size) >> 64

    return row
