"""How long the server takes: delays drawn from known mixtures, the same sequence for every tool. Pure."""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Callable, Mapping, Sequence

COUNT = 1 << 16
"""So many delays are drawn; after them the sequence starts again."""

Draw = Callable[[random.Random], float]
"""One delay in ms."""


def _usual(draw: random.Random) -> float:
    return draw.lognormvariate(math.log(5.0), 0.25)


def _slow(draw: random.Random) -> float:
    return draw.uniform(20.0, 40.0)


def _slowest(draw: random.Random) -> float:
    return draw.uniform(80.0, 150.0)


MIXTURES: Mapping[str, Sequence[tuple[float, Draw]]] = {
    # No percentile that is compared falls into a gap between two parts, where one request more would move it by 40 ms.
    "platform": ((0.80, _usual), (0.16, _slow), (0.04, _slowest)),
    "instant": ((1.0, lambda draw: 0.0),),
}
"""Name → (share, how it is drawn) of each part; shares add up to 1."""


def delays(name: str, seed: int, count: int = COUNT) -> array[int]:
    """`count` delays in ns of the mixture `name`: which part, then how long, all from `seed`. Raises KeyError."""
    draw = random.Random(seed)
    shares, parts = zip(*MIXTURES[name], strict=True)
    return array("q", (round(draw.choices(parts, shares)[0](draw) * 1e6) for _ in range(count)))
