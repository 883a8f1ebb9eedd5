"""Pools: data for virtual users, drawn by a policy; the same draws on any number of workers."""

from __future__ import annotations

from loadspec.pools.policies import PICKS
from loadspec.pools.pool import Pool

__all__ = ["PICKS", "Pool"]
