"""`unique`: every row at most once in a run, over all users and workers."""

from __future__ import annotations

from dataclasses import replace

from loadspec.pools.policies.draw import Draw, Row
from loadspec.pools.policies.sequential import sequential_row


def unique_row(draw: Draw) -> Row:
    """The stripes of `sequential`, which are disjoint, without ever beginning again."""
    return sequential_row(replace(draw, wraps=False))
