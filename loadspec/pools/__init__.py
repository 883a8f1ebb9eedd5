"""Pools: data for virtual users, drawn by a policy; the same draws on any number of workers.

`words` is all that a grammar needs; the rest is loaded when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loadspec.pools.data import look_through, settle
    from loadspec.pools.errors import DataError
    from loadspec.pools.policies import PICKS, Exhausted
    from loadspec.pools.pool import Pool
    from loadspec.pools.readers import open_rows, rows_of
    from loadspec.pools.reading import Found, Reading
    from loadspec.pools.usage import Usage, pack

_HOMES = {
    "DataError": "errors",
    "Exhausted": "policies",
    "Found": "reading",
    "PICKS": "policies",
    "Pool": "pool",
    "Reading": "reading",
    "Usage": "usage",
    "look_through": "data",
    "open_rows": "readers",
    "pack": "usage",
    "rows_of": "readers",
    "settle": "data",
}

__all__ = [
    "PICKS",
    "DataError",
    "Exhausted",
    "Found",
    "Pool",
    "Reading",
    "Usage",
    "look_through",
    "open_rows",
    "pack",
    "rows_of",
    "settle",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"loadspec.pools.{_HOMES[name]}"), name)
