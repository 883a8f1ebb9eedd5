"""What the items of small pools cost, as results show it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from loadspec.metrics import Trend
from loadspec.metrics.items import Row


class PoolItem(Struct, frozen=True):
    """The iterations that drew one item of a small pool. Times are ms, thinking and pacing left out, of those in which
    no step failed; None where there is none."""

    row: int
    """Its number in the pool, from 1."""
    text: str
    """Its begin, secrets masked; of a file, and so hostile."""
    iterations: int
    failed: int
    """Iterations in which a step failed."""
    p50: float | None = None
    p95: float | None = None
    max: float | None = None


def pool_items(rows: Iterable[Row], pool: str) -> list[PoolItem]:
    """Those of one pool, of rows of `metrics.items`, in their order."""
    return [_item(row) for row in rows if row["pool"] == pool]


def _item(row: Row) -> PoolItem:
    times = Trend.from_wire(row["times"])
    p50, p95 = times.percentiles((50, 95)) if times.count else (None, None)
    greatest = times.max if times.count else None
    return PoolItem(row["row"] + 1, row["text"], times.count + row["failed"], row["failed"], p50, p95, greatest)
