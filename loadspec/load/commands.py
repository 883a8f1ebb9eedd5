"""What a schedule is made of: commands to users, a budget of iterations, and what every executor answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, NamedTuple, Protocol

from msgspec import Struct

from loadspec.units import format_duration

Action = Literal["start", "retire", "kill"]


class Command(NamedTuple):
    """Tell user `user` (counted from 0) to do `action`, `at` seconds after the scenario's start.

    `start`: begin to iterate, or go on if it is still finishing after a retire.
    `retire`: finish the iteration at hand and begin no other.
    `kill`: interrupt the iteration at hand; never sent to a user that was started again since its retire.
    A tuple, because ten thousand users are told thirty thousand things.
    """

    at: float
    action: Action
    user: int


class Budget(NamedTuple):
    """How many iterations may begin: `total` for all users together or, with `per_user`, for each of them."""

    total: int
    per_user: bool


class LoadConfig(Protocol):
    """What every executor's configuration answers. Times are seconds after the scenario's start."""

    executor: ClassVar[str]
    """k6's name of the executor, where k6 has it."""

    @property
    def max_vus(self) -> int:
        """The most users that the plan runs at once."""

    @property
    def pre_allocated_vus(self) -> int:
        """How many of them an open model makes before the load; 0 where users loop."""

    @property
    def duration(self) -> float:
        """When the last users are retired: no iteration begins at or after it."""

    @property
    def end(self) -> float:
        """When whoever is still finishing is killed: `duration` and the graceful stop."""

    def describe(self) -> str:
        """k6's line for the scenario, without its name."""

    def users_at(self, t: float) -> int:
        """Planned running users at `t`: a step function that takes its new value at the step itself."""

    def rate_at(self, t: float) -> float:
        """Planned starts a second at `t`; 0 where users loop."""

    def corners(self) -> list[tuple[float, float]]:
        """(seconds, level) between which the plan is straight: users, or starts a second of an open model; a corner
        for each stage and one before them. None where the plan has no straight pieces."""

    @property
    def peak_rate(self) -> float:
        """The highest of them."""

    @property
    def planned(self) -> int | None:
        """How many starts an open model plans, on average where chance has a say; None where users loop."""

    @property
    def seats(self) -> int:
        """How many draw from pools, each rows of its own: users, or the starts of an open model (never more)."""

    @property
    def by_chance(self) -> bool:
        """Whether the seed decides when iterations start, and how many."""

    def commands(self) -> list[Command]:
        """The whole schedule, sorted by time."""

    def budget(self) -> Budget | None:
        """How many iterations may begin; None if only time ends the load."""

    def starts(self, seed: int) -> Iterator[float] | None:
        """When iterations start in an open model (see `arrival_rate`), sorted, all of the run's; None where users loop.

        Then `commands()` is empty, `max_vus` is how many users there may be, and `duration` lies behind all starts.
        Loads with one seed have the same chances: whoever runs several gives each a seed of its own.
        """


class Looping(Struct, frozen=True):
    """What closed models have in common: a user begins its next iteration when the last one is done."""

    @property
    def max_vus(self) -> int:
        """See LoadConfig."""
        raise NotImplementedError

    @property
    def pre_allocated_vus(self) -> int:
        """Users are made when they start."""
        return 0

    @property
    def seats(self) -> int:
        """Each user draws from pools for itself."""
        return self.max_vus

    @property
    def peak_rate(self) -> float:
        """None is planned."""
        return 0.0

    @property
    def planned(self) -> int | None:
        """When an iteration starts is up to the users."""
        return None

    @property
    def by_chance(self) -> bool:
        """No start is planned."""
        return False

    def rate_at(self, t: float) -> float:
        """None is planned."""
        return 0.0

    def starts(self, seed: int) -> Iterator[float] | None:
        """When an iteration starts is up to the users."""
        return None


def hold(vus: int, duration: float, end: float) -> list[Command]:
    """The schedule of a level load: `vus` users from 0 to `duration`, whoever is left killed at `end`."""
    return [
        *(Command(0.0, "start", user) for user in range(vus)),
        *(Command(duration, "retire", user) for user in reversed(range(vus))),
        *(Command(end, "kill", user) for user in reversed(range(vus))),
    ]


def level(vus: int, duration: float, t: float) -> int:
    """Planned users of a level load at `t`."""
    return vus if 0 <= t < duration else 0


def level_corners(height: float, duration: float) -> list[tuple[float, float]]:
    """Those of a level plan."""
    return [(0.0, float(height)), (duration, float(height))]


def base_info(*facts: str, graceful_stop: float) -> str:
    """The bracket that ends k6's scenario lines; like k6 it leaves out a graceful stop of zero."""
    if graceful_stop > 0:
        facts = (*facts, f"gracefulStop: {format_duration(graceful_stop)}")
    return f" ({', '.join(facts)})" if facts else ""
