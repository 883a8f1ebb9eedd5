"""constant-vus: a fixed number of users loop for a fixed time."""

from __future__ import annotations

from typing import ClassVar

from loadspec.load.commands import Budget, Command, Looping, base_info, hold, level, level_corners
from loadspec.units import format_duration


class ConstantVus(Looping, frozen=True):
    """`vus` users loop for `duration` seconds; then they finish, and are killed after `graceful_stop` more."""

    vus: int
    duration: float
    graceful_stop: float = 30.0

    executor: ClassVar[str] = "constant-vus"

    @property
    def max_vus(self) -> int:
        """All users run all the time."""
        return self.vus

    @property
    def end(self) -> float:
        """Seconds until the last kill."""
        return self.duration + self.graceful_stop

    def describe(self) -> str:
        """Such as `3 looping VUs for 5s (gracefulStop: 30s)`."""
        length = format_duration(self.duration)
        return f"{self.vus} looping VUs for {length}{base_info(graceful_stop=self.graceful_stop)}"

    def users_at(self, t: float) -> int:
        """Planned users at `t` seconds."""
        return level(self.vus, self.duration, t)

    def corners(self) -> list[tuple[float, float]]:
        """Level."""
        return level_corners(self.vus, self.duration)

    def commands(self) -> list[Command]:
        """All start at 0, retire at `duration`, are killed at `end`."""
        return hold(self.vus, self.duration, self.end)

    def budget(self) -> Budget | None:
        """Only time ends this load."""
        return None
