"""Data to draw from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PoolDef:
    """Data to draw from, once an iteration."""

    name: str
    pick: str = "random"
    items: tuple[Any, ...] = ()
