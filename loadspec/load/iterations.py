"""What the two executors of counted iterations share: all users start at once, and time is only a limit."""

from __future__ import annotations

from loadspec.load.commands import Command, Looping, base_info, hold, level, level_corners
from loadspec.units import format_duration


class Iterations(Looping, frozen=True):
    """`max_duration` is the regular time in seconds, k6's maxDuration: then users finish, `graceful_stop` more."""

    vus: int
    iterations: int
    max_duration: float = 600.0
    graceful_stop: float = 30.0

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

    def users_at(self, t: float) -> int:
        """Planned users at `t` seconds, as if the iterations lasted to `max_duration`."""
        return level(self.vus, self.duration, t)

    def corners(self) -> list[tuple[float, float]]:
        """Level."""
        return level_corners(self.vus, self.duration)

    def commands(self) -> list[Command]:
        """All start at 0, retire at `max_duration`, are killed at `end`."""
        return hold(self.vus, self.duration, self.end)

    def _limits(self) -> str:
        return base_info(f"maxDuration: {format_duration(self.max_duration)}", graceful_stop=self.graceful_stop)
