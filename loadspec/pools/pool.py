"""A pool: rows of data, and the policy that says which user draws which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from loadspec.pools.mixing import GAMMA_DRAW, GAMMA_USER, mix, stream
from loadspec.pools.policies import PICKS, Draw, Row
from loadspec.pools.words import AT_END, end_of

Bust = Callable[[Any, str], Any]
"""(item, mark) → the item made unlike any other by the mark, 16 hexadecimal digits."""


class Pool:
    """Rows that virtual users draw from; what is drawn depends on (seed, name, user, n) alone, not on the worker.

    `row(user, n)` is the index and `draw(user, n)` the item that user `user` gets at its draw number `n`; both count
    from 0, both raise Exhausted where no row is left. `max_users` is the most users that the whole run can have, not
    this worker's share. `seen` has a byte for each row, set to 1 by whoever draws it for a user. `bust` changes what
    is drawn, by a mark that depends on `run_id` too: what a cache keeps of one run must not serve the next. Of a
    `unique` pool the rows before `first` are left to setup and teardown: see `apart`. Of each of `replays`, (a seat,
    rows), the users from that seat on take those rows first.
    Raises ValueError for an empty pool, an unknown policy or no users.
    """

    __slots__ = ("at_end", "by_user", "items", "name", "pick", "row", "seen")

    name: str
    pick: str
    at_end: str
    by_user: bool
    """Whether rows are the users' own: elsewhere an iteration of an open load draws for itself, whoever runs it."""
    items: Sequence[Any]
    row: Row
    seen: bytearray

    def __init__(
        self,
        name: str,
        items: Sequence[Any],
        pick: str,
        seed: int,
        max_users: int,
        *,
        at_end: str | None = None,
        weights: Sequence[float] = (),
        exponent: float = 1.0,
        bust: Bust | None = None,
        run_id: str = "",
        first: int = 0,
        replays: Sequence[tuple[int, Sequence[int]]] = (),
    ) -> None:
        if not len(items):
            raise ValueError(f"pool `{name}` has no items")
        if pick not in PICKS:
            raise ValueError(f"pool `{name}`: there is no policy `{pick}`; legal are {', '.join(PICKS)}")
        if max_users < 1:
            raise ValueError(f"pool `{name}`: max_users is {max_users}, a run has at least one user")
        self.name, self.pick, self.at_end = name, pick, at_end or end_of(pick)
        if self.at_end not in AT_END:
            raise ValueError(f"pool `{name}`: at_end is {self.at_end}; legal are {', '.join(AT_END)}")
        self.by_user = pick == "per_vu"
        self.items = tuple(items) if isinstance(items, list) else items
        wraps = self.at_end == "wrap"
        self.row = PICKS[pick](Draw(seed, name, len(items), max_users, wraps, weights, exponent, first))
        for seat, rows in replays:
            self.row = _replayed(self.row, seat, rows)
        self.seen = bytearray(len(items))
        if bust is not None:
            busted = _Busted(self.items, self.row, bust, stream(seed, f"{run_id}/{name}/bust"))
            self.items, self.row = busted, busted.row

    def apart(self, phase: str, row: Row | None) -> Pool:
        """The same pool for setup or teardown: rows of its own, if `row` is given, and marks of its own."""
        pool = copy(self)
        pool.row = row or self.row
        if isinstance(self.items, _Busted):
            busted = self.items.apart(phase, pool.row)
            pool.items, pool.row = busted, busted.row
        return pool

    @property
    def plain(self) -> Sequence[Any]:
        """The items as they are without a mark."""
        return self.items.plain if isinstance(self.items, _Busted) else self.items

    def draw(self, user: int, n: int) -> Any:
        """The item, uncounted. `User.draw` does the same in line: a call less on the hot path."""
        return self.items[self.row(user, n)]

    def __len__(self) -> int:
        return len(self.items)


def _replayed(row: Row, first: int, rows: Sequence[int]) -> Row:
    behind = first + len(rows)

    def replayed(user: int, n: int) -> int:
        return rows[user - first] if n == 0 and first <= user < behind else row(user, n)

    return replayed


class _Busted(Sequence[Any]):
    """Items with a mark. Whoever draws asks for the row first and for the item next, with nothing in between."""

    __slots__ = ("_bust", "_mark", "_row", "_start", "plain")

    def __init__(self, items: Sequence[Any], row: Row, bust: Bust, start: int) -> None:
        self.plain, self._row, self._bust, self._start = items, row, bust, start
        self._mark = start

    def apart(self, phase: str, row: Row) -> _Busted:
        """The same items with other marks."""
        return _Busted(self.plain, row, self._bust, stream(self._start, phase))

    def row(self, user: int, n: int) -> int:
        self._mark = self._start + user * GAMMA_USER + n * GAMMA_DRAW
        return self._row(user, n)

    def __getitem__(self, index: Any) -> Any:
        return self._bust(self.plain[index], f"{mix(self._mark):016x}")

    def __len__(self) -> int:
        return len(self.plain)
