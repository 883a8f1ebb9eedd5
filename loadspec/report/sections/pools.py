"""The pools: how much of the load's data was new, and how much was sent again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.results.model import RunResult


def figures(result: RunResult) -> Mapping[str, Any]:
    """A row a pool, with the share of draws that repeated a row; `cached` names pools that caches may flatter."""
    rows = [{"pool": pool, "share": pool.repeated / pool.drawn if pool.drawn else None} for pool in result.pools]
    return {"rows": rows, "cached": any(pool.repeated and not pool.busted for pool in result.pools)}
