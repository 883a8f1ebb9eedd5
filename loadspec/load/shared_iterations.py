"""shared-iterations: users take iterations from one common budget until it is used up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from loadspec.load.commands import Budget, Command, base_info, hold, level
from loadspec.units import format_duration


@dataclass(frozen=True, slots=True)
class SharedIterations:
    """`vus` users share `iterations` iterations: whoever is free takes the next.

    `max_duration` is the regular time in seconds, k6's maxDuration: then users finish, for `graceful_stop` more.
    """

    vus: int
    iterations: int
    max_duration: float = 600.0
    graceful_stop: float = 30.0

    executor: ClassVar[str] = "shared-iterations"

    @property
    def max_vus(self) -> int:
        """All users start at once."""
        return self.vus

    @property
    def duration(self) -> float:
        """No iteration begins at or after it; the load is usually done long before."""
        return self.max_duration

    @property
    def end(self) -> float:
        """Seconds until the last kill."""
        return self.max_duration + self.graceful_stop

    def describe(self) -> str:
        """Such as `100 iterations shared among 10 VUs (maxDuration: 10m, gracefulStop: 30s)`."""
        info = base_info(f"maxDuration: {format_duration(self.max_duration)}", graceful_stop=self.graceful_stop)
        return f"{self.iterations} iterations shared among {self.vus} VUs{info}"

    def users_at(self, t: float) -> int:
        """Planned users at `t` seconds, as if the iterations lasted to `max_duration`."""
        return level(self.vus, self.duration, t)

    def commands(self) -> list[Command]:
        """All start at 0, retire at `max_duration`, are killed at `end`."""
        return hold(self.vus, self.duration, self.end)

    def budget(self) -> Budget | None:
        """One budget for all users."""
        return Budget(self.iterations, per_user=False)
