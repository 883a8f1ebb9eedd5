"""How late the loop is: a timer that should come every 10 ms, and how late it was each time."""

from __future__ import annotations

from collections.abc import Iterator

from gevent import get_hub

from loadspec.clock import monotonic

EVERY = 0.01
"""Seconds between two looks."""


def moments(late: float, every: float = EVERY) -> Iterator[float]:
    """The lateness of one look, and of those that would have come while the loop was away; seconds.

    As HdrHistogram's `recordValueWithExpectedInterval` does: one pause of a second is a hundred late looks, not one.
    """
    late = max(0.0, late)
    yield late
    missed = 1
    while late - missed * every > 0:
        yield late - missed * every
        missed += 1


class LagProbe:
    """Runs until stopped; `take` gives the latenesses since the last call."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._due = monotonic() + EVERY
        self._timer = get_hub().loop.timer(EVERY, EVERY)
        self._timer.start(self._fire)

    def _fire(self) -> None:
        now = monotonic()
        self._late.extend(moments(now - self._due))
        self._due = now + EVERY
        self._timer.again(self._fire, update=True)  # from now: a look that was late makes the next one no less late

    def take(self) -> list[float]:
        """Latenesses since the last call, seconds. A look that is overdue counts with what it is late by now."""
        late, self._late = self._late, []
        overdue = monotonic() - self._due
        return [*late, *moments(overdue)] if overdue > 0 else late

    def stop(self) -> None:
        """End it."""
        self._timer.stop()
        self._timer.close()
