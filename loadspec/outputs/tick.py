"""What live outputs are sent: a `Tick`, made of the newest seconds of the load that wait in a `Backlog`. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from loadspec.metrics import Store


class Second(Struct, frozen=True):
    """What was measured in one second of the load, or in several in a row that were joined."""

    t: float
    """Seconds since the load began, at the end of this one."""
    at: float
    """The same moment in Unix time, seconds."""
    users: int
    delta: Store
    """What is new. Nobody may change it: all live outputs share it."""
    count: int = 1
    """How many seconds were joined."""


class Tick(Struct, frozen=True):
    """One message to a live output: what is new, and all that was measured so far."""

    t: float
    """Seconds since the load began, at the end of what is new."""
    at: float
    """The same moment in Unix time, seconds."""
    users: int
    delta: Store
    """What is new since the tick before."""
    total: Store
    """Everything since the load began, `delta` included."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The run's, which belong to every series."""
    count: int = 1
    """How many seconds are new."""

    @property
    def began(self) -> float:
        """When the load began, in Unix time."""
        return self.at - self.t


def joined(first: Second, then: Second) -> Second:
    """Both as one, which ends when the later one does."""
    both = Store()
    both.merge(first.delta)
    both.merge(then.delta)
    return replace(then, delta=both, count=first.count + then.count)


class Backlog:
    """Seconds that wait to be sent, at most `limit`: beyond, the two oldest are joined, so that nothing is lost."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[Second] = deque()
        self.squeezed = 0
        """How often two were joined for lack of room."""

    def add(self, second: Second) -> None:
        """Append the newest."""
        self._waiting.append(second)
        if len(self._waiting) > self._limit:
            first, then = self._waiting.popleft(), self._waiting.popleft()
            self._waiting.appendleft(joined(first, then))
            self.squeezed += 1

    def take(self, least: int = 1) -> Second | None:
        """The oldest ones that make up `least` seconds, joined; None as long as fewer wait. With 0, all there is."""
        if not self._waiting or sum(second.count for second in self._waiting) < least:
            return None
        taken = self._waiting.popleft()
        while self._waiting and (taken.count < least or not least):
            taken = joined(taken, self._waiting.popleft())
        return taken
