"""A pool: rows of data, and the policy that says which user draws which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from loadspec.pools.policies import PICKS, Draw, Row


class Pool:
    """Rows that virtual users draw from; what is drawn depends on (seed, name, user, n) alone, not on the worker.

    `row(user, n)` is the index and `draw(user, n)` the item that user `user` gets at its draw number `n`; both count
    from 0. `max_users` is the most users that the whole run can have, not this worker's share.
    Raises ValueError for an empty pool, an unknown policy or no users.
    """

    __slots__ = ("draw", "items", "name", "row")

    name: str
    items: tuple[Any, ...]
    row: Row
    draw: Callable[[int, int], Any]

    def __init__(self, name: str, items: Sequence[Any], pick: str, seed: int, max_users: int) -> None:
        if not items:
            raise ValueError(f"pool `{name}` has no items")
        if pick not in PICKS:
            raise ValueError(f"pool `{name}`: there is no policy `{pick}`; legal are {', '.join(PICKS)}")
        if max_users < 1:
            raise ValueError(f"pool `{name}`: max_users is {max_users}, a run has at least one user")
        rows = tuple(items)
        row = PICKS[pick](Draw(seed, name, len(rows), max_users))
        self.name, self.items, self.row = name, rows, row
        self.draw = lambda user, n: rows[row(user, n)]

    def __len__(self) -> int:
        return len(self.items)
