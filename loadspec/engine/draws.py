"""What the load's users drew from pools, for snapshots: rows drawn since the last one, and which were seen at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from loadspec.pools import Pool, pack
from loadspec.pools.usage import EACH_TIME


class Draws:
    """Counts draws of users, who count their own: a draw costs no more for it."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        self._pools = pools
        self._before = [0] * len(pools)

    def begin(self) -> None:
        """The load begins: what setup drew is left out."""
        for pool in self._pools:
            pool.seen = bytearray(len(pool))

    def rows(self, draws: Iterable[Sequence[int]], ended: bool) -> list[dict[str, Any]]:
        """One row a pool, of draws by pool that add up; `seen` is a map of its rows (see `pools.usage`), empty where it
        need not be told now."""
        totals = [sum(drawn) for drawn in zip(*draws, strict=True)] or [0] * len(self._pools)
        found = []
        for index, pool in enumerate(self._pools):
            drawn = totals[index] - self._before[index]
            told = (drawn and len(pool) <= EACH_TIME) or (totals[index] and ended)
            seen = pack(pool.seen) if told else ""
            found.append({"name": pool.name, "rows": len(pool), "drawn": drawn, "seen": seen})
        self._before = totals
        return found
