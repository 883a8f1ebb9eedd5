"""ramping-vus: the number of users follows straight ramps from stage to stage.

k6's rules (its `lib/executor/ramping_vus.go`): a ramp from a to b over d seconds changes by one user a step, step k
at d·k/|b−a| after the stage's start. A stage of no duration is a jump, an equal target holds. n planned users are
users 0 to n−1, so the newest leave first. A dropped user finishes its iteration, for `graceful_ramp_down` at most,
unless a later ramp takes it back before. At the end of the last stage the others leave too, and `graceful_stop` later
whoever is left is killed, a user on its ramp-down included.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate
from typing import ClassVar

from loadspec.load.commands import Budget, Command, Looping, base_info
from loadspec.load.stages import Stage, stage_corners
from loadspec.units import format_duration


class RampingVus(Looping, frozen=True, dict=True):
    """Start with `start_vus` users, then ramp through `stages`; graces in seconds."""

    stages: tuple[Stage, ...]
    start_vus: int = 1
    graceful_ramp_down: float = 30.0
    graceful_stop: float = 30.0

    executor: ClassVar[str] = "ramping-vus"

    @cached_property
    def _ends(self) -> tuple[float, ...]:
        """When each stage ends. What is asked before the run takes no step one by one: there may be millions."""
        return tuple(accumulate(stage.duration for stage in self.stages))

    @property
    def max_vus(self) -> int:
        """The highest level that is named."""
        return max((self.start_vus, *(stage.target for stage in self.stages)))

    @property
    def duration(self) -> float:
        """Seconds of all stages together."""
        return self._ends[-1] if self._ends else 0.0

    @property
    def end(self) -> float:
        """Seconds until the last kill."""
        return self.duration + self.graceful_stop

    def describe(self) -> str:
        """Such as `Up to 10 looping VUs for 1m10s over 4 stages (gracefulRampDown: 30s, gracefulStop: 30s)`."""
        grace = f"gracefulRampDown: {format_duration(self.graceful_ramp_down)}"
        return (
            f"Up to {self.max_vus} looping VUs for {format_duration(self.duration)} over {len(self.stages)} stages"
            f"{base_info(grace, graceful_stop=self.graceful_stop)}"
        )

    def users_at(self, t: float) -> int:
        """Planned users at `t` seconds; who is finishing after its retire does not count."""
        now = bisect_right(self._ends, t)
        if t < 0 or now == len(self.stages):
            return 0
        stage = self.stages[now]
        begin, level = (self._ends[now - 1], self.stages[now - 1].target) if now else (0.0, self.start_vus)
        steps = abs(stage.target - level)
        done = bisect_right(range(1, steps), t, key=lambda k: begin + stage.duration * k / steps)
        return level + done if stage.target > level else level - done

    def corners(self) -> list[tuple[float, float]]:
        """Straight from stage to stage."""
        return stage_corners(self.start_vus, self.stages)

    def commands(self) -> list[Command]:
        """The whole schedule; one pass over the steps, one command for each thing that happens to a user."""
        times, levels = _steps(self.start_vus, self.stages)
        last, end = self.duration, self.end
        final = self.stages[-1].target if self.stages else self.start_vus
        done: list[Command] = []
        doomed: dict[int, float] = {}  # retired user → when it is killed; kept in the order of those times
        running = 0
        for at, level in zip(times, levels, strict=True):
            _kill(done, doomed, before=at)
            for user in range(running, level):
                doomed.pop(user, None)
                done.append(Command(at, "start", user))
            for user in range(running - 1, level - 1, -1):
                by_the_end = at >= last and user < final  # not dropped by a ramp: the graceful stop is for these
                doomed[user] = end if by_the_end else min(at + self.graceful_ramp_down, end)
                done.append(Command(at, "retire", user))
            running = level
        done.extend(Command(at, "kill", user) for user, at in doomed.items())
        return done

    def budget(self) -> Budget | None:
        """Only time ends this load."""
        return None


def _kill(done: list[Command], doomed: dict[int, float], before: float) -> None:
    """Move who dies before that time from `doomed` to a command; each user is looked at once."""
    while doomed:
        user, at = next(iter(doomed.items()))
        if at >= before:
            return
        del doomed[user]
        done.append(Command(at, "kill", user))


def _steps(start_vus: int, stages: tuple[Stage, ...]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """(times, levels): from times[i] on, levels[i] users are planned. Only the last of several levels at one time
    stays, so that a jump over another level, or a ramp that peaks at the end, starts nobody for nothing."""
    times: list[float] = []
    levels: list[int] = []
    for at, level in _ramps(start_vus, stages):
        if times and times[-1] == at:
            levels[-1] = level
        else:
            times.append(at)
            levels.append(level)
    return tuple(times), tuple(levels)


def _ramps(start_vus: int, stages: tuple[Stage, ...]) -> Iterator[tuple[float, int]]:
    """Every step of every stage, and the end, where nobody stays."""
    yield 0.0, start_vus
    begin, level = 0.0, start_vus
    for stage in stages:
        finish = begin + stage.duration
        rise = stage.target - level
        steps = abs(rise)
        sign = 1 if rise > 0 else -1
        if stage.duration > 0:
            for k in range(1, steps):
                yield begin + stage.duration * k / steps, level + sign * k
        if steps:
            yield finish, stage.target
        begin, level = finish, stage.target
    yield begin, 0
