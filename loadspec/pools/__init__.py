"""Pools: data for virtual users, drawn by a policy; the same draws on any number of workers."""

from __future__ import annotations

from loadspec.pools.cells import TYPES
from loadspec.pools.data import Found, look_through, settle
from loadspec.pools.errors import DataError
from loadspec.pools.policies import AT_END, ENDLESS, PICKS, Exhausted
from loadspec.pools.pool import Pool
from loadspec.pools.readers import FORMATS, open_rows, rows_of
from loadspec.pools.reading import Reading, format_of
from loadspec.pools.usage import Usage, pack

__all__ = [
    "AT_END",
    "ENDLESS",
    "FORMATS",
    "PICKS",
    "TYPES",
    "DataError",
    "Exhausted",
    "Found",
    "Pool",
    "Reading",
    "Usage",
    "format_of",
    "look_through",
    "open_rows",
    "pack",
    "rows_of",
    "settle",
]
