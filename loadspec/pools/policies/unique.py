"""`unique`: every row at most once in a run, over all users and workers."""

from __future__ import annotations

from msgspec.structs import replace

from loadspec.pools.policies.draw import Draw, Exhausted, Row
from loadspec.pools.policies.sequential import sequential_row


def unique_row(draw: Draw) -> Row:
    """The stripes of `sequential`, which are disjoint, without ever beginning again."""
    return sequential_row(replace(draw, wraps=False))


def block_row(begin: int, count: int) -> Row:
    """Rows of setup's or teardown's own, one after the other: of those that lie before `first`."""

    def row(user: int, n: int) -> int:
        if n >= count:
            raise Exhausted
        return begin + n

    return row
