"""Data made ready: looked through by whoever validates a spec, opened by whoever draws from it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any

from loadspec.pools.errors import DataError
from loadspec.pools.reading import Found, keys_of
from loadspec.pools.rows import Chosen, Rows

Keep = Callable[[Any], bool]
"""Whether an item passes the pool's filter."""


def look_through(rows: Rows) -> Found:
    """Read everything once. Raises DataError for the first thing that is wrong."""
    columns = rows.columns
    if columns is None:
        columns = keys_of(rows.scan())
        rows.weights()
    else:
        rows.verify()
    return Found(len(rows), columns)


def settle(
    rows: Rows, keep: Keep | None = None, weights: Sequence[float] = ()
) -> tuple[Sequence[Any], Sequence[float]]:
    """→ (items to draw from, their weights if there are any): in memory where they are few, else still in the file.

    `weights` are those of the rows where the data has none. Raises DataError where data is malformed, or where the
    filter leaves nothing.
    """
    items: Sequence[Any] = rows
    weights = weights or rows.weights()
    if keep is not None:
        chosen = [(index, item) for index, item in enumerate(rows.scan()) if keep(item)] if rows.small() else None
        kept = array("Q", (index for index, _ in chosen)) if chosen is not None else _indices(rows, keep)
        if not kept:
            raise DataError("`where` leaves no row", f"it holds for none of the {len(rows)} there are", kind="empty")
        weights = array("d", (weights[index] for index in kept)) if weights else weights
        items = tuple(item for _, item in chosen) if chosen is not None else Chosen(rows, kept)
        if weights and not sum(weights):
            raise DataError("`where` leaves only rows of weight 0", kind="empty")
    elif rows.small():
        items = tuple(rows.scan())
    return items, weights


def _indices(rows: Rows, keep: Keep) -> array[int]:
    return array("I" if len(rows) < 1 << 32 else "Q", (i for i, item in enumerate(rows.scan()) if keep(item)))
