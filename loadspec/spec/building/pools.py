"""Pools of a document → the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.spec.model import PoolDef


def build_pool(name: str, raw: Mapping[str, Any]) -> PoolDef:
    """One pool."""
    return PoolDef(name, raw.get("pick", "random"), tuple(raw["items"]))
