"""A channel whose exchanges are told to somebody."""

from __future__ import annotations

from functools import cache
from typing import Any

from loadspec.plan.watch import Watch
from loadspec.protocols.user import User
from loadspec.transports.base import KEEP, Deadlines
from loadspec.wire.url import Origin


@cache
def watched(kind: Any) -> Any:
    """A kind of channel, and a watch that hears of every exchange once it is over."""

    class Watched(kind):  # type: ignore[misc]  # a class made of a parameter
        __slots__ = ("_to", "_user", "_watch")

        def watch(self, watch: Watch, user: User, to: Origin) -> Watched:
            """Tell `watch` from now on → self."""
            self._watch = watch
            self._user = user
            self._to = to
            return self

        def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, body: int = KEEP) -> bool:
            answered: bool = super().exchange(request, deadlines, idempotent, body)
            self._watch.exchanged(self._user, self._to, request, self)
            return answered

    return Watched
