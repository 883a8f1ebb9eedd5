"""What the engine does for its users: sleeping, connections, chance; and starting and interrupting their greenlets."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from greenlet import greenlet

from loadspec.engine.bounds import Bounds
from loadspec.engine.branches import Gathering, interrupt
from loadspec.engine.watched import watched
from loadspec.load import WHOLE, Share
from loadspec.plan import Plan
from loadspec.pools.mixing import stream
from loadspec.protocols.user import Branch, User
from loadspec.transports import channel_kind
from loadspec.transports.base import Channel
from loadspec.transports.limiter import RateLimiter
from loadspec.transports.network import Network


class EngineHost:
    """The `Host` of all users of one worker."""

    def __init__(self, plan: Plan, bounds: Bounds | None = None, share: Share = WHOLE) -> None:
        bounds = bounds or Bounds()
        self.network = Network(plan.settings, bounds.hosts, share=share)
        rates = [rate for rate in (bounds.rate, plan.settings.http.rps) if rate is not None]
        self._rate = min(rates, default=0.0)
        if rates:
            self.network.limiter = RateLimiter(self._rate, self.network)
        self.turn: Callable[[], Any] = partial(attrgetter("iteration"), self.network.loop)
        """Changes each time the loop has come round."""
        self._plan = plan
        self.parked: dict[User, Any] = {}
        """Users that wait for others → the callback that resumes one, None as long as nobody has woken it."""
        self._gatherings: dict[User, Gathering] = {}
        self.on_park: Callable[[], Any] = bool
        """Told of each that begins to wait, and where one may be left that does nothing else."""
        self._released: set[User] = set()
        self.random: Callable[[], float] = random.Random(stream(plan.seed, f"host/{share.k}")).random

    def share_rate(self, share: Share) -> None:
        """Requests go at this share of the rate that is allowed from now on."""
        if self.network.limiter is not None:
            self.network.limiter.rate = self._rate / share.n

    def sleep(self, user: User, seconds: float) -> None:
        """Give way for `seconds`; for 0, until the loop has come round once."""
        timer = self.network.loop.timer(max(0.0, seconds))
        timer.start(user.resume, update=True)  # from now, not from when this turn of the loop began
        try:
            self.network.switch()
        finally:
            timer.stop()
            timer.close()

    def park(self, user: User, seconds: float) -> bool:
        """Give way until `wake` or `release` is called for this user; False where no `wake` came within `seconds`."""
        timer = self.network.loop.timer(max(0.0, seconds))
        timer.start(user.resume, update=True)
        self.parked[user] = None
        self.on_park()
        try:
            self.network.switch()
        finally:
            timer.stop()
            timer.close()
            callback = self.parked.pop(user)
            if callback is not None:
                callback.stop()  # where the timer or an interrupt was quicker
            released = user in self._released
            self._released.discard(user)
        return callback is not None and not released

    def wake(self, user: User) -> None:
        """Let a user that is parked go on, when the loop comes round."""
        if user in self.parked and self.parked[user] is None:
            self.parked[user] = self.network.loop.run_callback(user.resume)

    def release(self, user: User) -> None:
        """Let a user that waits go on although nobody woke it, or its branches that do."""
        if user in self._gatherings:
            for branch in self._gatherings[user].left:
                self.release(branch)
        else:
            self._released.add(user)
            self.wake(user)

    def waits(self, user: User) -> bool:
        """Whether a user, or each branch of it that has not ended, waits for others and was not woken."""
        if user in self._gatherings:
            left = self._gatherings[user].left
            return bool(left) and all(map(self.waits, left))
        return self.parked.get(user, user) is None

    def gather(self, user: User, jobs: Sequence[tuple[Branch, Callable[[User], None]]]) -> None:
        """Run branches of a user at the same time; see `Host`."""
        gathering = self._gatherings[user] = Gathering(self.network, user, jobs, self._ended)
        try:
            gathering.run()
        finally:
            del self._gatherings[user]

    def _ended(self) -> None:
        """A branch ended: what is left of its user may wait for nobody."""
        if self.parked:
            self.on_park()

    def connect(self, user: User, origin: int) -> Channel:
        """A channel to an origin, not connected yet."""
        where, name = self._plan.origins.known[origin], self._plan.origins.transports[origin]
        reuse = not self._plan.settings.http.no_connection_reuse
        proxy = self.network.proxy(where)
        forward = proxy is not None and proxy.forwards(where)
        kind = channel_kind(name, self.network.limiter is not None, reuse, forward, self._plan.settings.timing)
        watch = self._plan.watch
        channel = (kind if watch is None else watched(kind))(self.network, where, user.resume, user.index)
        if self.network.limiter is not None:
            channel.user = user
        return channel if watch is None else channel.watch(watch, user, where)  # type: ignore[no-any-return]

    def fiber(self, user: User, run: Callable[..., None]) -> greenlet:
        """A greenlet that will run `run` for a user. A raw one: a user costs little."""
        fiber = greenlet(run, parent=self.network.hub)
        user.resume = fiber.switch
        return fiber

    def start(self, user: User, run: Callable[[User], None]) -> greenlet:
        """Run `run(user)` in a greenlet of its own, from the hub."""
        fiber = self.fiber(user, run)
        self.network.loop.run_callback(fiber.switch, user)
        return fiber

    def interrupt(self, fiber: greenlet) -> None:
        """Throw `Interrupted` into a user, wherever it waits."""
        interrupt(self.network, fiber)
