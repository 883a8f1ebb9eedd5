"""`http.rps` and `--max-rate`: no more requests a second than that, whoever sends them.

A schedule of tokens: request n may go 1/rate after request n − 1, and time in which nobody asked is not made up for.
Users are served in the order in which they asked. What they wait here is no latency: an exchange begins after it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from loadspec.clock import Clock, monotonic
from loadspec.transports.base import KEEP, Deadlines
from loadspec.transports.network import Network
from loadspec.wire.url import Origin

Wait = Callable[[float, Callable[[], Any]], None]
"""(seconds, what wakes the caller): waits that long; may come back early."""


class RateLimiter:
    """One for all users of a worker. `held` requests waited, `waited` seconds together, since the last `take`."""

    def __init__(self, rate: float, wait: Wait, clock: Clock = monotonic) -> None:
        self._interval = 1.0 / rate
        self._wait = wait
        self._clock = clock
        self._next = 0.0
        self.held = 0
        self.waited = 0.0

    def hold(self, resume: Callable[[], Any]) -> None:
        """Return when the caller may send its request."""
        now = self._clock()
        due = self._next
        if due <= now:
            self._next = now + self._interval
            return
        self._next = due + self._interval
        self.held += 1
        begin = now
        try:
            while (left := due - now) > 0:
                self._wait(left, resume)
                now = self._clock()
        finally:
            self.waited += max(0.0, self._clock() - begin)

    def take(self) -> tuple[int, float]:
        """(requests held, seconds waited) since the last call."""
        taken = (self.held, self.waited)
        self.held, self.waited = 0, 0.0
        return taken


def loop_wait(network: Network) -> Wait:
    """Waiting on a worker's loop."""

    def wait(seconds: float, resume: Callable[[], Any]) -> None:
        timer = network.loop.timer(seconds)
        timer.start(resume, update=True)
        try:
            network.switch()
        finally:
            timer.stop()
            timer.close()

    return wait


@cache
def limited(kind: Any) -> Any:
    """A kind of channel whose exchanges wait for their turn first, by their network's limiter."""

    class Limited(kind):  # type: ignore[misc]  # a class made of a parameter
        __slots__ = ("_hold",)

        def __init__(self, network: Network, origin: Origin, resume: Callable[[], Any], seat: int = 0) -> None:
            super().__init__(network, origin, resume, seat)
            self._hold = network.limiter.hold  # type: ignore[union-attr]  # it has one where this kind is asked for

        def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, body: int = KEEP) -> bool:
            self._hold(self._resume)
            answered: bool = super().exchange(request, deadlines, idempotent, body)
            return answered

    return Limited
