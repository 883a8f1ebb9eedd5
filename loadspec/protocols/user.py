"""A virtual user as compiled steps see it, and the signals a step can end with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from loadspec.pools import Pool
from loadspec.transports.base import Answer
from loadspec.transports.fast import Channel


class Stop(Exception):  # noqa: N818 - a signal, not an error
    """A step ended more than itself; the three below say what."""


class EndIteration(Stop):
    """The rest of the iteration is left out; it counts as completed."""


class StopUser(Stop):
    """This user starts no further iteration."""


class AbortRun(Stop):
    """The whole run ends; the text says why."""


class Outcome:
    """How a step of this iteration ended. `sent` is when its last request was sent (monotonic), 0 if it was not."""

    __slots__ = ("duration", "ok", "sent", "status")

    def __init__(self, ok: bool = False, status: int = 0, duration: float = 0.0, sent: float = 0.0) -> None:
        self.ok = ok
        self.status = status
        self.duration = duration
        self.sent = sent


SKIPPED = Outcome()
"""A step that did not run is not ok."""


class Host(Protocol):
    """What the engine does for a user."""

    def sleep(self, user: User, seconds: float) -> None:
        """Give way for so long."""

    def connect(self, user: User, origin: int) -> Channel:
        """A channel to an origin of the plan."""

    def random(self) -> float:
        """Evenly in [0, 1)."""


class User:
    """One virtual user: what lives as long as it, and what lives for one iteration."""

    __slots__ = (
        "answer",
        "captures",
        "channels",
        "drawn",
        "draws",
        "host",
        "index",
        "iteration",
        "ok",
        "outcomes",
        "pools",
        "resume",
        "retiring",
        "setup",
        "trouble",
    )

    def __init__(self, index: int, host: Host, pools: Sequence[Pool], origins: int, setup: Mapping[str, Any]) -> None:
        self.index = index
        self.host = host
        self.pools = pools
        self.setup = setup
        self.iteration = -1  # the first one is 0
        self.channels: list[Channel | None] = [None] * origins
        self.drawn = [0] * len(pools)
        self.retiring = False
        self.resume: Callable[[], Any] = _nowhere
        self._clear(0)

    def begin(self, slots: int) -> None:
        """Start an iteration of a flow with so many steps: captures, draws and outcomes are new."""
        self.iteration += 1
        self._clear(slots)

    def _clear(self, slots: int) -> None:
        self.captures: dict[str, Any] = {}
        self.draws: dict[int, Any] = {}
        self.outcomes: list[Outcome] = [SKIPPED] * slots
        self.answer: Answer = NOTHING
        self.ok = False
        self.trouble = ""

    def pool_item(self, pool: int) -> Any:
        """The row of this iteration, drawn at first use."""
        item = self.draws.get(pool, self)
        if item is self:
            item = self.draws[pool] = self.draw(pool)
        return item

    def draw(self, pool: int) -> Any:
        """A new row."""
        n = self.drawn[pool]
        self.drawn[pool] = n + 1
        return self.pools[pool].draw(self.index, n)

    def channel(self, origin: int) -> Channel:
        """This user's connection to an origin."""
        try:
            channel = self.channels[origin]
        except IndexError:  # one that became known while the load runs
            self.channels += [None] * (origin + 1 - len(self.channels))
            channel = None
        if channel is None:
            channel = self.channels[origin] = self.host.connect(self, origin)
        return channel

    def close(self) -> None:
        """Close all connections."""
        for channel in self.channels:
            if channel is not None:
                channel.close()


def _nowhere() -> None:
    raise RuntimeError("this user does not run yet")


NOTHING = Answer()
"""The answer before any request."""
