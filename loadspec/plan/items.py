"""What the items of small pools cost: each iteration by the rows that it drew, and what it rested or failed.

What is noted of an iteration lies in the user's `draws`, which are new with each: the number of its first row of pool p
under ~p, the seconds that it rested, whether a step failed. Flows without a small pool note nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from loadspec.expr import Getter
from loadspec.masking import MASK, Masker, is_telling
from loadspec.metrics import Store, Trend
from loadspec.metrics.items import SMALL
from loadspec.pools import DataError, Pool
from loadspec.protocols.user import Branch, User

Noted = tuple[Mapping[Any, Any], float]
"""`User.draws` of an iteration, and how many seconds it took."""
_RESTED, _FAILED = "rested", "failed"
_SHOWN = 80
"""Characters of an item."""
_EVERY = 10.0
"""Seconds between two times that a worker tells of items: twenty histograms a second would double a journal."""


def small_pools(pools: Sequence[Pool]) -> frozenset[int]:
    """The numbers of the pools whose iterations are counted by row."""
    return frozenset(number for number, pool in enumerate(pools) if len(pool) <= SMALL)


def noted_draw(pool: int) -> Getter:
    """→ what draws a new row of a small pool; the first one of an iteration is noted."""

    key = ~pool

    def draw(user: User) -> Any:
        item = user.draw(pool)
        user.draws.setdefault(key, user.row)
        return item

    return draw


def noted_item(pool: int) -> Getter:
    """→ the row of this iteration of a small pool: `User.pool_item`, noted."""
    key = ~pool

    def item(user: User) -> Any:
        draws = user.draws
        found = draws.get(pool, draws)
        if found is draws:
            found = draws[pool] = user.draw(pool)
            draws.setdefault(key, user.row)
        return found

    return item


def note_rest(user: User, seconds: float) -> None:
    """A user thought or kept its pace: no part of what its items cost. While a branch rests, others go on."""
    if not isinstance(user, Branch):
        user.draws[_RESTED] = user.draws.get(_RESTED, 0.0) + seconds


def note_failure(user: User) -> None:
    """A step of this iteration failed."""
    user.draws[_FAILED] = True


class ItemMeter:
    """The iterations of one worker's load by the rows of small pools that they drew; see `metrics.meters.Meter`.

    `add` takes what a completed iteration noted, and its seconds. `shown` are texts of the
    rows of each small pool, by its number.
    """

    __slots__ = ("_failed", "_names", "_next", "_shown", "_times", "_values", "add")

    def __init__(self, names: Mapping[int, str], shown: Mapping[int, Sequence[str]]) -> None:
        self._names = names
        self._shown = shown
        self._values: list[Noted] = []
        self.add = self._values.append
        self._times: dict[tuple[int, int], Trend] = {}
        self._failed: dict[tuple[int, int], int] = {}
        self._next = 0.0

    def waiting(self) -> int:
        """See `Meter`."""
        return len(self._values)

    def drain(self, _store: Store) -> None:
        """See `Meter`: into histograms of its own, which are no metric."""
        for pool, texts in self._shown.items():
            times, failed = _by_row(self._values, ~pool, len(texts))
            for row, number in enumerate(failed):
                if number or times[row]:
                    self._times.setdefault((pool, row), Trend()).add_many(times[row])
                    self._failed[pool, row] = self._failed.get((pool, row), 0) + number
        self._values.clear()

    def take(self, t: float, ended: bool = False) -> list[dict[str, Any]]:
        """Rows of `metrics.items` since the last time it told, every ten seconds of the load and when it has `ended`;
        `t` is now, in seconds of it."""
        if t < self._next and not ended:
            return []
        self._next = t + _EVERY
        times, failed = self._times, self._failed
        self._times, self._failed = {}, {}
        return [
            {
                "pool": self._names[pool],
                "row": row,
                "text": self._shown[pool][row],
                "failed": failed.get((pool, row), 0),
                "times": trend.to_wire(),
            }
            for (pool, row), trend in sorted(times.items())
        ]


def _by_row(noted: Iterable[Noted], key: int, rows: int) -> tuple[list[list[float]], list[int]]:
    """For each row of the pool whose rows stand under `key`: times of iterations, ms, and the number of failed ones."""
    times: list[list[float]] = [[] for _ in range(rows)]
    failed = [0] * rows
    for notes, seconds in noted:
        row = notes.get(key)
        if row is None:
            continue
        if _FAILED in notes:
            failed[row] += 1
        elif _RESTED in notes:
            times[row].append(max(0.0, seconds - notes[_RESTED]) * 1000)
        else:
            times[row].append(seconds * 1000)
    return times, failed


def item_meter(pools: Sequence[Pool], small: Collection[int], secrets: Sequence[str]) -> ItemMeter:
    """A meter for the pools of these numbers; `secrets` are shown nowhere."""
    names = {number: pools[number].name for number in sorted(small)}
    return ItemMeter(names, {number: shown_items(pools[number], secrets) for number in names})


def shown_items(pool: Pool, secrets: Sequence[str]) -> list[str]:
    """The begin of each item as text, without secrets: those given, and what stands under a telling name."""
    hidden = is_telling(pool.name) or is_telling(pool.name.removesuffix("s"))
    return [MASK if hidden else _shown(pool, row, secrets) for row in range(len(pool))]


def _shown(pool: Pool, row: int, secrets: Sequence[str]) -> str:
    try:
        item = pool.plain[row]
    except DataError:
        return "(no longer to be read)"
    masker = Masker([*secrets, *_telling(item)])
    text = item if isinstance(item, str) else json.dumps(_plain(item), ensure_ascii=False, default=str)
    shown = masker.begin(text.encode("utf-8", "replace"), _SHOWN + 1)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."


def _telling(item: Any) -> Iterable[str]:
    """What an item holds under telling names, at any depth."""
    if isinstance(item, Mapping):
        for name, value in item.items():
            if is_telling(str(name)):
                yield str(value)
            else:
                yield from _telling(value)
    elif isinstance(item, list | tuple):
        for value in item:
            yield from _telling(value)


def _plain(item: Any) -> Any:
    """An item without what telling names hold, and without bytes."""
    if isinstance(item, Mapping):
        return {str(name): MASK if is_telling(str(name)) else _plain(value) for name, value in item.items()}
    if isinstance(item, list | tuple):
        return [_plain(value) for value in item]
    return f"({len(item)} bytes)" if isinstance(item, bytes) else item
