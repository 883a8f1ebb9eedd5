"""What the engine does for its users: sleeping, connections, chance; and starting and interrupting their greenlets."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from greenlet import greenlet

from loadspec.plan import Plan
from loadspec.protocols.user import User
from loadspec.transports.base import Interrupted
from loadspec.transports.fast import Channel
from loadspec.transports.network import Network


class EngineHost:
    """The `Host` of all users of one worker."""

    def __init__(self, plan: Plan) -> None:
        self.network = Network()
        self._plan = plan
        self.random: Callable[[], float] = random.Random(plan.seed).random

    def sleep(self, user: User, seconds: float) -> None:
        """Give way for `seconds`; for 0, until the loop has come round once."""
        timer = self.network.loop.timer(max(0.0, seconds))
        timer.start(user.resume, update=True)  # from now, not from when this turn of the loop began
        try:
            self.network.switch()
        finally:
            timer.stop()
            timer.close()

    def connect(self, user: User, origin: int) -> Channel:
        """A channel to an origin, not connected yet."""
        where, tls = self._plan.origins[origin], self._plan.tls
        context = self.network.context(tls.ca_file, tls.insecure_skip_verify) if where.tls else None
        return Channel(self.network, where, user.resume, context)

    def start(self, user: User, run: Callable[[User], None]) -> greenlet:
        """Run `run(user)` in a greenlet of its own, from the hub. A raw greenlet: a user costs little."""
        fiber = greenlet(run, parent=self.network.hub)
        user.resume = fiber.switch
        self.network.loop.run_callback(fiber.switch, user)
        return fiber

    def interrupt(self, fiber: greenlet) -> None:
        """Throw `Interrupted` into a user, wherever it waits."""
        self.network.loop.run_callback(_throw, fiber)

    def turn(self) -> Any:
        """Changes each time the loop has come round."""
        return self.network.loop.iteration


def _throw(fiber: greenlet) -> None:
    if fiber:
        fiber.throw(Interrupted)
