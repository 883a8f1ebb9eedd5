"""What the executors of open models share: iterations start when they are due, whether or not others have ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import ClassVar

from loadspec.load.arrivals import EVEN, Arrivals
from loadspec.load.commands import Budget, Command, base_info
from loadspec.load.curve import RateCurve

MOST_USERS = 10_000
"""Where nobody says `max_vus`: no load makes more users than that by itself."""


def users_for(rate: Fraction, timeout: float) -> int:
    """What a rate can need where each iteration lasts for `timeout` seconds; at least 1, at most `MOST_USERS`."""
    return max(1, min(MOST_USERS, ceil(rate * Fraction(timeout))))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalRate:
    """`max_vus` users may be busy at once, `pre_allocated_vus` of them are made before the load; a start that finds
    all of them busy is dropped."""

    max_vus: int = MOST_USERS
    pre_allocated_vus: int = 0
    graceful_stop: float = 30.0
    arrivals: Arrivals = EVEN
    _curve: RateCurve = field(init=False, repr=False, compare=False)

    _first: ClassVar[int]
    """The area at which the first of even starts lies."""

    @property
    def end(self) -> float:
        """Seconds until the last kill."""
        return self._curve.duration + self.graceful_stop

    def users_at(self, t: float) -> int:
        """None are planned: how many are busy is up to the server."""
        return 0

    def rate_at(self, t: float) -> float:
        """Planned starts a second at `t`."""
        return self._curve.rate_at(t)

    @property
    def planned(self) -> int | None:
        """How many iterations are to start; of arrivals by chance, how many on average."""
        if self.arrivals != EVEN:
            return round(self._curve.area)
        return max(0, floor(self._curve.reach) - self._first + 1)

    @property
    def seats(self) -> int:
        """Each start draws from pools as one of so many."""
        return max(1, self.arrivals.most(float(self._curve.area)))

    def commands(self) -> list[Command]:
        """Users are started by starts."""
        return []

    def budget(self) -> Budget | None:
        """Only time ends this load."""
        return None

    def starts(self, seed: int) -> Iterator[float]:
        """When iterations start, in seconds, sorted, without end in memory: one is worked out when it is asked for."""
        return self._curve.times(self.arrivals.areas(seed, self._first))

    def _limits(self) -> str:
        users = f"{self.pre_allocated_vus}-{self.max_vus}" if self.pre_allocated_vus else str(self.max_vus)
        by_chance = () if self.arrivals == EVEN else (f"arrivals: {self.arrivals}",)
        return base_info(f"maxVUs: {users}", *by_chance, graceful_stop=self.graceful_stop)
