"""Time as a dependency: what waits or schedules takes a clock, so that tests can turn the hands."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Returns monotonic seconds; only differences mean anything."""

monotonic: Clock = time.perf_counter


class FakeClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """The time on it."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Move the hands forward by `seconds`."""
        self.now += seconds
