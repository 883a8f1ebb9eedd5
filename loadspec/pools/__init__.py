"""Pools: data for virtual users, drawn by a policy; the same draws on any number of workers."""

from __future__ import annotations

from loadspec.pools.errors import DataError
from loadspec.pools.policies import AT_END, ENDLESS, PICKS, Exhausted
from loadspec.pools.pool import Pool
from loadspec.pools.usage import Usage, pack

__all__ = ["AT_END", "ENDLESS", "PICKS", "DataError", "Exhausted", "Pool", "Usage", "pack"]
