"""What constant and ramping arrival rates share: a curve of rates, and starts that lie around it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from math import floor
from typing import ClassVar

from loadspec.load.arrivals import EVEN, Arrivals
from loadspec.load.curve import RateCurve
from loadspec.load.open_model import OpenModel


class ArrivalRate(OpenModel, frozen=True, kw_only=True, dict=True):
    """`arrivals` says how starts lie around the rate."""

    arrivals: Arrivals = EVEN

    _first: ClassVar[int]
    """The area at which the first of even starts lies."""

    @cached_property
    def _curve(self) -> RateCurve:
        raise NotImplementedError

    @property
    def end(self) -> float:
        """Seconds until the last kill."""
        return self._curve.duration + self.graceful_stop

    @property
    def by_chance(self) -> bool:
        """Whether the seed decides when iterations start, and how many."""
        return self.arrivals.kind != "constant"

    @property
    def planned(self) -> int | None:
        """How many iterations are to start; of arrivals by chance, how many on average."""
        if self.by_chance:
            return round(self._curve.area)
        return max(0, floor(self._curve.reach) - self._first + 1)

    @property
    def seats(self) -> int:
        """Each start draws from pools as one of so many."""
        return max(1, self.arrivals.most(float(self._curve.area)))

    def rate_at(self, t: float) -> float:
        """Planned starts a second at `t`."""
        return self._curve.rate_at(t)

    def starts(self, seed: int) -> Iterator[float]:
        """When iterations start, in seconds, sorted; each is worked out when it is asked for."""
        return self._curve.times(self.arrivals.areas(seed, self._first))

    def _bracket(self) -> str:
        return self._limits(*([f"arrivals: {self.arrivals}"] if self.by_chance else []))
