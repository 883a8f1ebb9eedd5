"""The pools: how much of the load's data was new, how much was sent again, and what each item of small ones cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from loadspec.results.items import PoolItem
from loadspec.results.model import RunResult

_ENOUGH = 10
"""Iterations of an item from which on it is compared with the others."""


def figures(result: RunResult) -> Mapping[str, Any]:
    """A row a pool, with the share of draws that repeated a row; `cached` names pools that caches may flatter; `items`
    are those of small pools, the slowest first."""
    rows = [{"pool": pool, "share": pool.repeated / pool.drawn if pool.drawn else None} for pool in result.pools]
    return {
        "rows": rows,
        "cached": any(pool.repeated and not pool.busted for pool in result.pools),
        "items": [(pool.name, item_rows(pool.items)) for pool in result.pools if pool.items],
    }


def item_rows(items: Sequence[PoolItem]) -> list[Mapping[str, Any]]:
    """The slowest median first: each with its share of failed iterations, its median over that of the others' medians
    (None where either is of few), and a bar for the median in parts of the greatest, 0..1."""
    ordered = sorted(items, key=lambda item: (-(item.p50 or 0.0), item.row))
    most = max((item.p50 for item in items if item.p50 is not None), default=0.0)
    return [
        {
            "item": item,
            "share": item.failed / item.iterations if item.iterations else None,
            "times": _times(item, items),
            "bar": item.p50 / most if item.p50 and most else 0.0,
        }
        for item in ordered
    ]


def _times(item: PoolItem, items: Sequence[PoolItem]) -> float | None:
    others = [other.p50 for other in items if other is not item and other.p50 and _told(other)]
    return item.p50 / median(others) if item.p50 and _told(item) and others else None


def _told(item: PoolItem) -> bool:
    return item.iterations - item.failed >= _ENOUGH
