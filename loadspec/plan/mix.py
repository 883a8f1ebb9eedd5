"""Which scenario an iteration of a mix runs: drawn by weight, a pure function of seed, user and iteration."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from loadspec.pools.mixing import GAMMA_DRAW, GAMMA_USER, mix, stream

Choose = Callable[[int, int], int]
"""(user, iteration) → a scenario's index; both count from 0."""

_STREAM = "/scenarios"
"""No pool can be called so: its draws are others."""
_UNIT = 2.0**-64


def weighted(weights: Sequence[float], seed: int, name: str = _STREAM) -> Choose:
    """The draw of a mix: any worker, asked for the same user and iteration, says the same. Weights sum to above 0.

    A name other than a pool's or another draw's makes the draws independent of theirs.
    """
    start = stream(seed, name)
    bounds = list(accumulate(weights))
    total, last = bounds[-1], max(index for index, weight in enumerate(weights) if weight > 0)

    def choose(user: int, iteration: int) -> int:
        share = mix(start + user * GAMMA_USER + iteration * GAMMA_DRAW) * _UNIT * total
        return min(bisect_right(bounds, share), last)  # rounding may reach the end; a weight of 0 is never drawn

    return choose
