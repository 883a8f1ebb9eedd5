"""What is to happen when: one heap of due times for all that a load plans. Pure: it is told the time, and waits for
nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from itertools import count
from typing import Any

Act = Callable[[Any, float], None]
"""(what, when it was due): does it."""

NEVER = float("inf")
_TURN = 64
"""After so many events the loop goes round once: a worker that is late must not stop reading answers for it."""


class Agenda:
    """Lines of events, each sorted by time, taken one by one: of a million starts to come it holds the next one.

    Events that are due at the same time are done in the order in which their lines were added.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Any, float, Iterator[tuple[float, Any]], Act]] = []
        self._numbers = count()

    def add(self, begin: float, events: Iterator[tuple[float, Any]], act: Act) -> None:
        """Do `act(what, due)` for each (at, what) of `events`, which is due at `begin + at`."""
        self._push(next(self._numbers), begin, events, act)

    @property
    def due(self) -> float:
        """When the next event is due; NEVER where there is none."""
        return self._heap[0][0] if self._heap else NEVER

    def advance(self, now: float) -> None:
        """Do what is due by `now`, in order: all of it, or 64 events and those that are due with the last of them.

        What an event adds takes part.
        """
        heap, done, last = self._heap, 0, NEVER
        while heap and heap[0][0] <= now and (done < _TURN or heap[0][0] == last):
            last, number, what, begin, events, act = heappop(heap)
            self._push(number, begin, events, act)
            act(what, last)
            done += 1

    def _push(self, number: int, begin: float, events: Iterator[tuple[float, Any]], act: Act) -> None:
        for at, what in events:
            heappush(self._heap, (begin + at, number, what, begin, events, act))
            return
