"""Crews: the users that one load drives. A scenario with a load of its own is one; all others form the mix.

Also when each crew is on: crews run side by side, from `start_at` or from the end of another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar

from msgspec import Struct

from loadspec.load.commands import LoadConfig

MIX = "mix"
"""The name of the crew whose users draw a scenario for each iteration; no scenario may be called so beside it."""


class Member(Protocol):
    """What a crew asks of a scenario. `weight` is None where the load is the scenario's own."""

    @property
    def name(self) -> str:
        """The scenario's name."""

    @property
    def load(self) -> LoadConfig:
        """Its own load, or the mix's."""

    @property
    def weight(self) -> float | None:
        """Its share of the mix's iterations, relative to the others'."""

    @property
    def start_at(self) -> float:
        """Seconds after the begin of the load."""

    @property
    def after(self) -> str | None:
        """The scenario whose end it waits for."""


M = TypeVar("M", bound=Member)


class Crew(Struct, Generic[M], frozen=True):
    """`first_user` is the number of its first user: users are numbered through all crews. `after` names a crew.

    `first_seat` likewise numbers those who draw from pools: its users, or the starts of an open model.
    """

    name: str
    load: LoadConfig
    members: tuple[M, ...]
    first_user: int = 0
    start_at: float = 0.0
    after: str | None = None
    first_seat: int = 0

    @property
    def is_mix(self) -> bool:
        """Whether its users draw what they do."""
        return self.members[0].weight is not None


class Window(NamedTuple):
    """When a crew is on at the latest, in seconds of the load: from `start`, regularly to `finish`, at most to `end`.

    After another crew it may begin earlier, where the other ends before its time.
    """

    start: float
    finish: float
    end: float


def crews_of(members: Iterable[M]) -> tuple[Crew[M], ...]:
    """The crews, in the order of their first scenarios."""
    groups: dict[str, list[M]] = {}
    home: dict[str, str] = {}
    for member in members:
        crew = member.name if member.weight is None else MIX
        groups.setdefault(crew, []).append(member)
        home[member.name] = crew
    found: list[Crew[M]] = []
    user = seat = 0
    for name, group in groups.items():
        lead = group[0]
        after = None if lead.after is None else home[lead.after]
        found.append(Crew(name, lead.load, tuple(group), user, lead.start_at, after, seat))
        user += lead.load.max_vus
        seat += lead.load.seats
    return tuple(found)


def max_users(crews: Iterable[Crew[M]]) -> int:
    """The users of all crews together; each has a number of its own."""
    return sum(crew.load.max_vus for crew in crews)


def max_seats(crews: Iterable[Crew[M]]) -> int:
    """All who draw from pools, those of all crews together."""
    return sum(crew.load.seats for crew in crews)


def windows(crews: Iterable[Crew[M]]) -> Mapping[str, Window]:
    """Crew → when it is on at the latest. What waits for itself by way of others has no window."""
    waiting = {crew.name: crew for crew in crews}
    known: dict[str, Window] = {}
    while ready := [crew for crew in waiting.values() if crew.after is None or crew.after in known]:
        for crew in ready:
            start = crew.start_at if crew.after is None else known[crew.after].end
            known[crew.name] = Window(start, start + crew.load.duration, start + crew.load.end)
            del waiting[crew.name]
    return known
