"""How late the loop is: a timer that should come every 50 ms, and the worst it was late by."""

from __future__ import annotations

from gevent import get_hub

from loadspec.clock import monotonic

_EVERY = 0.05


class LagProbe:
    """Runs until stopped; `take` gives the worst lateness since the last call, in ms."""

    def __init__(self) -> None:
        self._worst = 0.0
        self._due = monotonic() + _EVERY
        self._timer = get_hub().loop.timer(_EVERY, _EVERY)
        self._timer.start(self._fire)

    def _fire(self) -> None:
        now = monotonic()
        self._worst = max(self._worst, now - self._due)
        self._due = now + _EVERY

    def take(self) -> float:
        """The worst lateness since the last call, ms."""
        worst, self._worst = self._worst, 0.0
        return worst * 1000

    def stop(self) -> None:
        """End it."""
        self._timer.stop()
        self._timer.close()
