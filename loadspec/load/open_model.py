"""What open models share: iterations start when they are due, whether or not others have ended."""

from __future__ import annotations

from math import ceil

from msgspec import Struct

from loadspec.load.commands import Budget, Command, base_info

MOST_USERS = 10_000
"""Where nobody says `max_vus`: no load makes more users than that by itself."""


def users_for(rate: float, lasting: float) -> int:
    """What a rate can need where each iteration takes `lasting` seconds; at least 1, at most `MOST_USERS`."""
    return max(1, ceil(round(min(MOST_USERS, rate * lasting), 6))) if rate else 1


class OpenModel(Struct, frozen=True, kw_only=True):
    """`max_vus` users may be busy at once, `pre_allocated_vus` of them are made before the load; a start that finds
    all of them busy is dropped."""

    max_vus: int = MOST_USERS
    pre_allocated_vus: int = 0
    graceful_stop: float = 30.0

    @property
    def by_chance(self) -> bool:
        """Whether the seed decides when iterations start, and how many."""
        return False

    def users_at(self, t: float) -> int:
        """None are planned: how many are busy is up to the server."""
        return 0

    def commands(self) -> list[Command]:
        """Users are started by starts."""
        return []

    def budget(self) -> Budget | None:
        """Only time ends this load."""
        return None

    def _limits(self, *facts: str) -> str:
        users = f"{self.pre_allocated_vus}-{self.max_vus}" if self.pre_allocated_vus else str(self.max_vus)
        return base_info(f"maxVUs: {users}", *facts, graceful_stop=self.graceful_stop)
