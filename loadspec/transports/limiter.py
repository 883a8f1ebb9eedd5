"""`http.rps` and `--max-rate`: no more requests a second than that, whoever sends them.

A schedule of tokens: request n may go 1/rate after request n − 1, and time in which nobody asked is not made up for.
Users are served in the order in which they asked. What they wait here is no part of an exchange, which begins after it:
it makes the request late.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any

from loadspec.clock import Clock, monotonic
from loadspec.transports.base import KEEP, Deadlines
from loadspec.transports.network import Network
from loadspec.wire.url import Origin


class _Turn:
    """A user's place in the line; `resume` is None once it has left. `come`: it may send."""

    __slots__ = ("come", "resume")

    def __init__(self, resume: Callable[[], Any]) -> None:
        self.resume: Callable[[], Any] | None = resume
        self.come = False


class RateLimiter:
    """One for all users of a worker, `rate` requests a second.

    `held` requests waited, `waited` seconds together, since the last `take`.
    One timer serves the line. Who is interrupted leaves it, and those behind move up.
    """

    def __init__(self, rate: float, network: Network, clock: Clock = monotonic) -> None:
        self.rate = rate
        self._network = network
        self._clock = clock
        self._next = 0.0
        self._line: deque[_Turn] = deque()
        self._waiting = 0
        self._timer: Any = None
        self.held = 0
        self.waited = 0.0

    def hold(self, resume: Callable[[], Any]) -> float:
        """Return when the caller may send its request → seconds for which it waited."""
        now = self._clock()
        if self._next <= now and not self._waiting:
            self._next = now + 1 / self.rate
            return 0.0
        turn = _Turn(resume)
        self._line.append(turn)
        self.held += 1
        self._waiting += 1
        if self._timer is None:
            self._arm(now)
        try:
            while not turn.come:
                self._network.switch()
        finally:
            turn.resume = None
            waited = self._clock() - now
            self.waited += waited
            if not turn.come:
                self._leave()
        return waited

    def _leave(self) -> None:
        self._waiting -= 1
        if not self._waiting:
            self._line.clear()
            self._stop()

    def _arm(self, now: float) -> None:
        self._stop()
        self._timer = self._network.loop.timer(max(0.0, self._next - now))
        self._timer.start(self._serve, update=True)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
            self._timer = None

    def _serve(self) -> None:
        """Let the first of the line go on, if its time has come. Runs in the hub."""
        now = self._clock()
        if now < self._next:
            return self._arm(now)
        turn = self._line.popleft()
        while turn.resume is None:
            turn = self._line.popleft()
        self._next += 1 / self.rate
        turn.come = True
        self._waiting -= 1
        if self._waiting:
            self._arm(now)
        else:
            self._stop()
        return turn.resume()  # type: ignore[no-any-return]

    def take(self) -> tuple[int, float]:
        """(requests held, seconds waited) since the last call."""
        taken = (self.held, self.waited)
        self.held, self.waited = 0, 0.0
        return taken


def loop_wait(network: Network) -> Callable[[float, Callable[[], Any]], None]:
    """(seconds, what wakes the caller): waits that long on a worker's loop; may come back early."""

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
    """A kind of channel whose exchanges wait for their turn first, by their network's limiter; `user` is the one that
    does, and whose request is late by it."""

    class Limited(kind):  # type: ignore[misc]  # a class made of a parameter
        __slots__ = ("_hold", "user")

        def __init__(self, network: Network, origin: Origin, resume: Callable[[], Any], seat: int = 0) -> None:
            super().__init__(network, origin, resume, seat)
            self._hold = network.limiter.hold  # type: ignore[union-attr]  # it has one where this kind is asked for

        def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, body: int = KEEP) -> bool:
            self.user.late += self._hold(self._resume)
            answered: bool = super().exchange(request, deadlines, idempotent, body)
            return answered

    return Limited
