"""Data to draw from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from loadspec.pools import Reading


class Bust(Struct, frozen=True):
    """How an item is made unlike any other: the field to change (None: the item itself) and what it becomes."""

    field: str | None = None
    template: str = "{{ mark }} {{ value }}"


class PoolDef(Struct, frozen=True):
    """Data to draw from, once an iteration: `items`, or what `reading` says of a file or folder."""

    name: str
    pick: str = "random"
    items: tuple[Any, ...] = ()
    reading: Reading | None = None
    """None for items as they stand."""
    weights: tuple[float, ...] = ()
    """For inline items; those of a file are in a column."""
    exponent: float = 1.0
    at_end: str | None = None
    where: str | None = None
    bust: Bust | None = None
