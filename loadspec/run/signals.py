"""Signals that ask for the end, counted: the first asks for a graceful one, the second for one now."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

from loadspec.clock import Clock, monotonic
from loadspec.errors import ExitCode
from loadspec.stopping import heeded

_LAST = 3
_TIME = 8.0
"""Seconds after the first that waiting is over: CI and containers kill after ten."""


class Signals:
    """A context in which stop signals are counted; calling it gives the count. The third ends the process at once.

    Only a process's main thread hears signals: in another one nothing is counted. Those that whoever started this
    process had it ignore stay ignored. To `ask` counts as the first.

    `heard` is told the count as each of the first two comes, in whatever the process was doing: it must not wait.
    """

    def __init__(self, heard: Callable[[int], None] = lambda count: None, clock: Clock = monotonic) -> None:
        self._count = 0
        self._asked = 0
        self.by = "a signal"
        """What asked first for the end, in words."""
        self._first = 0.0
        self._clock = clock
        self._heard = heard
        self._before: dict[int, Any] = {}

    def __call__(self) -> int:
        """How many have come."""
        return self._asked + self._count

    def hurried(self) -> bool:
        """Whether nothing may be waited for: a second one came, or the first so long ago that a kill may be next."""
        return self() > 1 or (self._count == 1 and self._clock() - self._first > _TIME)

    def ask(self, by: str) -> None:
        """Ask for the end from within, from any thread. Once somebody has asked, or signalled, it says nothing new."""
        if not self():
            self.by, self._asked = by, 1
            self._heard(1)

    def __enter__(self) -> Signals:
        here = threading.current_thread() is threading.main_thread()
        for number in heeded() if here else ():
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._count += 1
        if self._count == 1:
            self._first = self._clock()
        if self._count >= _LAST:
            raise SystemExit(ExitCode.INTERRUPTED)
        self._heard(self())
