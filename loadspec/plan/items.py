"""What the items of small pools cost: each iteration by the rows that it drew, and what it rested or failed.

What is noted of an iteration lies in the user's `draws`, which are new with each: the number of its first row of pool p
under ~p, the seconds that it rested, whether a step failed. Where no pool of a flow is small, nothing is noted.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from loadspec.expr import Getter
from loadspec.masking import MASK, Masker, is_suspect
from loadspec.metrics import Store, Trend
from loadspec.metrics.items import SMALL
from loadspec.pools import DataError, Pool
from loadspec.protocols.user import Branch, User

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


class _Small(Struct):
    """A small pool, and what was counted of its rows since a worker last told of them."""

    key: int
    name: str
    shown: Sequence[str]
    times: list[list[float]]
    """By row, in ms; they wait to become `trends`."""
    failed: list[int]
    trends: dict[int, Trend] = field(default_factory=dict)


class ItemMeter:
    """The iterations of one worker's load by the rows of small pools that they drew; see `metrics.meters.Meter`.

    `shown` are texts of the rows of each small pool, by its number.
    """

    __slots__ = ("_next", "_pools")

    def __init__(self, names: Mapping[int, str], shown: Mapping[int, Sequence[str]]) -> None:
        self._pools = [
            _Small(~number, name, shown[number], [[] for _ in shown[number]], [0] * len(shown[number]))
            for number, name in names.items()
        ]
        self._next = 0.0

    def add(self, notes: Mapping[Any, Any], seconds: float) -> None:
        """An iteration is complete: what it noted, and how long it took. On the hot path; no item is held on to."""
        failed = _FAILED in notes
        if _RESTED in notes:
            seconds = max(0.0, seconds - notes[_RESTED])
        for pool in self._pools:
            row = notes.get(pool.key)
            if row is None:
                continue
            if failed:
                pool.failed[row] += 1
            else:
                pool.times[row].append(seconds * 1000)

    def waiting(self) -> int:
        """See `Meter`."""
        return sum(map(len, (times for pool in self._pools for times in pool.times)))

    def drain(self, _store: Store) -> None:
        """See `Meter`: into histograms of its own, which are no metric."""
        for pool in self._pools:
            for row, times in enumerate(pool.times):
                if times:
                    pool.trends.setdefault(row, Trend()).add_many(times)
                    times.clear()

    def take(self, t: float, ended: bool = False) -> list[dict[str, Any]]:
        """Rows of `metrics.items` since the last time it told, every ten seconds of the load and when it has `ended`;
        `t` is now, in seconds of it."""
        if t < self._next and not ended:
            return []
        self._next = t + _EVERY
        return [row for pool in self._pools for row in _told(pool)]


def _told(pool: _Small) -> list[dict[str, Any]]:
    trends, pool.trends = pool.trends, {}
    failed, pool.failed = pool.failed, [0] * len(pool.failed)
    return [
        {
            "pool": pool.name,
            "row": row,
            "text": text,
            "failed": failed[row],
            "times": trends.get(row, Trend()).to_wire(),
        }
        for row, text in enumerate(pool.shown)
        if failed[row] or row in trends
    ]


def item_meter(
    pools: Sequence[Pool], small: Collection[int], secrets: Sequence[str], hidden: Collection[str] = ()
) -> ItemMeter:
    """A meter for the pools of these numbers; `secrets` are shown nowhere, nor is any item of pools in `hidden`."""
    names = {number: pools[number].name for number in sorted(small)}
    shown = {
        number: [MASK] * len(pools[number]) if name in hidden else shown_items(pools[number], secrets)
        for number, name in names.items()
    }
    return ItemMeter(names, shown)


def shown_items(pool: Pool, secrets: Sequence[str]) -> list[str]:
    """The begin of each item as text, without secrets: those given, and what stands under a telling name."""
    return [MASK if is_suspect(pool.name) else _shown(pool, row, secrets) for row in range(len(pool))]


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
            if is_suspect(str(name)):
                yield str(value)
            else:
                yield from _telling(value)
    elif isinstance(item, list | tuple):
        for value in item:
            yield from _telling(value)


def _plain(item: Any) -> Any:
    """An item without what telling names hold, and without bytes."""
    if isinstance(item, Mapping):
        return {str(name): MASK if is_suspect(str(name)) else _plain(value) for name, value in item.items()}
    if isinstance(item, list | tuple):
        return [_plain(value) for value in item]
    return f"({len(item)} bytes)" if isinstance(item, bytes) else item
