"""A channel whose exchanges are told to somebody."""

from __future__ import annotations

from loadspec.plan.watch import Watch
from loadspec.protocols.user import User
from loadspec.transports.base import Deadlines
from loadspec.transports.fast import Channel
from loadspec.transports.limiter import LimitedChannel
from loadspec.wire.url import Origin


class WatchedChannel(Channel):
    """The fast channel, and a watch that hears of every exchange once it is over."""

    __slots__ = ("_to", "_user", "_watch")

    def watch(self, watch: Watch, user: User, to: Origin) -> WatchedChannel:
        """Tell `watch` from now on → self."""
        self._watch = watch
        self._user = user
        self._to = to
        return self

    def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, head: bool = False) -> bool:
        """See `Channel`."""
        answered = super().exchange(request, deadlines, idempotent, head)
        self._watch.exchanged(self._user, self._to, request, self)
        return answered


class LimitedWatchedChannel(WatchedChannel, LimitedChannel):
    """The same under `--max-rate`; what it waits is no part of what is told."""

    __slots__ = ()
