"""Pick policies: which row user `user` takes at its draw number `n`. Pure functions of their arguments.

The family: one file a policy, one row in `PICKS`. A policy is given a `Draw` and returns a `Row`.
"""

from __future__ import annotations

from collections.abc import Callable

from loadspec.pools.policies.draw import Draw, Exhausted, Row
from loadspec.pools.policies.per_vu import per_vu_row
from loadspec.pools.policies.random import random_row
from loadspec.pools.policies.sequential import sequential_row
from loadspec.pools.policies.shuffle import shuffled_row
from loadspec.pools.policies.unique import unique_row
from loadspec.pools.policies.weighted import weighted_row
from loadspec.pools.policies.zipf import zipf_row

PICKS: dict[str, Callable[[Draw], Row]] = {
    "random": random_row,
    "sequential": sequential_row,
    "shuffle": shuffled_row,
    "weighted": weighted_row,
    "zipf": zipf_row,
    "per_vu": per_vu_row,
    "unique": unique_row,
}

__all__ = ["PICKS", "Draw", "Exhausted", "Row"]
