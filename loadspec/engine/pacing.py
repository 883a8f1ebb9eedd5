"""Doing things when they are due: an agenda, and an alarm on the loop that rings for its next event."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from typing import Any

from loadspec.clock import monotonic
from loadspec.engine.agenda import NEVER, Act, Agenda
from loadspec.engine.alarm import Alarm, make_alarm


class Pacer:
    """Acts run in the hub, and must not wait. One that raises ends it: `on_crash` is told the trace."""

    def __init__(
        self,
        loop: Any,
        on_crash: Callable[[str], None],
        alarm: Callable[[Any, Callable[[], None]], Alarm] = make_alarm,
    ) -> None:
        self._agenda = Agenda()
        self._on_crash = on_crash
        self._busy = False
        self._alarm = alarm(loop, self._ring)

    def add(self, begin: float, events: Iterator[tuple[float, Any]], act: Act) -> None:
        """Do `act(what, due)` for each (at, what) of `events`, which is due `at` seconds after `begin`."""
        self._agenda.add(begin, events, act)
        if not self._busy:  # else the alarm is set when the turn is over
            self._alarm.set(self._agenda.due)

    def once(self, due: float, act: Callable[[], None]) -> None:
        """Do `act()` at `due`."""
        self.add(due, iter([(0.0, None)]), lambda _what, _due: act())

    def close(self) -> None:
        """Nothing more is done, whatever is added."""
        self._busy = True
        self._alarm.close()

    def _ring(self) -> None:
        self._busy = True
        try:
            self._agenda.advance(monotonic())
            self._alarm.set(self._agenda.due)
        except Exception:
            self._alarm.set(NEVER)
            self._on_crash(traceback.format_exc())
        finally:
            self._busy = False
