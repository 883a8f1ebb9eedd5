"""How starts lie around the planned rate: evenly, or by chance.

Starts are made where the area under the rate curve is one for each of them on average, and are then put on the time
axis by the curve's inverse. Evenly, start n lies at area n. By chance, the areas between starts are independent: with
exponential ones it is a Poisson process of that rate, with gamma ones a renewal process whose gaps vary more (shape
below 1: bursts) or less (above 1). The inversion of a renewal process for a rate that varies: Gerhardt and Nelson,
"Transforming renewal processes for simulation of nonstationary arrival processes", INFORMS J. Computing 21(4), 2009;
for Poisson's: Cinlar, "Introduction to stochastic processes", 1975.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from math import ceil, sqrt
from typing import Literal, NamedTuple

Kind = Literal["constant", "poisson", "gamma"]

_GAMMA = r"gamma\(\s*([0-9]+(?:\.[0-9]+)?)\s*\)"
MIN_SHAPE, MAX_SHAPE = 0.01, 1000.0


class Arrivals(NamedTuple):
    """The kind, and for gamma gaps their shape k: of mean 1, they have variance 1/k. Poisson is gamma(1)."""

    kind: Kind = "constant"
    shape: float = 1.0

    def __str__(self) -> str:
        return f"gamma({self.shape:g})" if self.kind == "gamma" else self.kind

    def areas(self, seed: int, first: int) -> Iterator[float]:
        """Area of each start, rising without end; even ones begin at `first`, others where chance puts them."""
        return count(first) if self.kind == "constant" else self._random(seed)

    def _random(self, seed: int) -> Iterator[float]:
        from random import Random

        chance, k = Random(seed), self.shape
        gamma, scale, area = self.kind == "gamma", 1 / k, 0.0
        while True:
            area += chance.gammavariate(k, scale) if gamma else chance.expovariate(1.0)
            yield area

    def most(self, area: float) -> int:
        """More starts than ever lie below `area`: the mean and eight deviations of a count that is nearly normal."""
        if self.kind == "constant":
            return ceil(area)
        return ceil(area + 8 * sqrt(area / self.shape) + 8 / self.shape + 8)


EVEN = Arrivals()


def parse_arrivals(text: str) -> Arrivals:
    """`constant`, `poisson` or `gamma(0.5)`. Raises ValueError with a sentence."""
    text = text.strip()
    if text == "constant":
        return EVEN
    if text == "poisson":
        return Arrivals("poisson")
    found = re.fullmatch(_GAMMA, text)
    if found is None:
        raise ValueError(f"`{text}` is no way to arrive: write constant, poisson or gamma(SHAPE), such as gamma(0.5)")
    shape = float(found[1])
    if not MIN_SHAPE <= shape <= MAX_SHAPE:
        raise ValueError(f"the shape of gamma gaps lies between {MIN_SHAPE:g} and {MAX_SHAPE:g}")
    return Arrivals("gamma", shape)
