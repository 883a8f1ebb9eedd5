"""Deadlines that libcurl does not know: for the handshake, for sending, for the first byte and for pauses.

Only where a spec sets one is there a timer beside a transfer. It looks ten times within the shortest limit, so that
what takes too long is ended a tenth of it late at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pycurl

from loadspec.clock import monotonic
from loadspec.transports.base import Deadlines
from loadspec.transports.network import Network

if TYPE_CHECKING:
    from loadspec.transports.curl.channel import CurlChannel

_LIMITS = {"tls": "tls", "write": "send", "headers": "first_byte", "body": "idle"}
"""phase → the deadline that holds in it."""


def needed(deadlines: Deadlines) -> bool:
    """Whether there is any: as a rule there is none."""
    return not (deadlines.tls is deadlines.send is deadlines.first_byte is deadlines.idle is None)


class Patience:
    """One transfer's timer."""

    __slots__ = ("_channel", "_limits", "_network", "_pause", "_seen", "_since", "_timer")

    def __init__(self, deadlines: Deadlines, channel: CurlChannel, network: Network) -> None:
        limits = {phase: getattr(deadlines, name) for phase, name in _LIMITS.items()}
        self._limits: dict[str, float] = {phase: limit for phase, limit in limits.items() if limit is not None}
        self._pause = max(0.001, min(self._limits.values()) / 10)
        self._channel = channel
        self._network = network
        self._seen: tuple[str, int] = ("", 0)
        self._since = monotonic()
        self._timer: Any = None
        self._look_later()

    def _look_later(self) -> None:
        self.close()
        self._timer = self._network.loop.timer(self._pause)
        self._timer.start(self._look, update=True)

    def _look(self) -> None:
        now, phase = monotonic(), self._channel.where()
        seen = (phase, self._channel.ask(pycurl.SIZE_DOWNLOAD_T) if phase == "body" else 0)
        if seen != self._seen:
            self._seen, self._since = seen, now
        if now - self._since < self._limits.get(phase, now):
            return self._look_later()
        self.close()
        self._channel.finish(now, pycurl.E_OPERATION_TIMEDOUT)
        return self._channel.wake()

    def close(self) -> None:
        """Stop looking."""
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
            self._timer = None
