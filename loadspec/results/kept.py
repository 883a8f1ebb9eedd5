"""What happened first and what happened last, where it is too much to keep or to show all of it. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import TypeVar

from loadspec.results.model import Event
from loadspec.units import format_count

T = TypeVar("T")

MOST = 1000
"""So many events a result has."""


class Kept:
    """Takes events in the order of time; constant memory."""

    def __init__(self, most: int = MOST) -> None:
        self._first: list[Event] = []
        self._room = most // 2
        self._last: deque[Event] = deque()
        self._most = most - self._room
        self._gap: Event | None = None
        """The first that is left out."""
        self._left_out = 0

    def add(self, events: Iterable[Event]) -> None:
        """Take the next ones."""
        for event in events:
            if len(self._first) < self._room:
                self._first.append(event)
                continue
            self._last.append(event)
            if len(self._last) > self._most:
                oldest = self._last.popleft()
                self._gap = self._gap or oldest
                self._left_out += 1

    def events(self) -> list[Event]:
        """The first and the last; between them, how many are left out."""
        if self._gap is None:
            return [*self._first, *self._last]
        note = Event(self._gap.t, f"{format_count(self._left_out)} events from here on are left out")
        return [*self._first, note, *self._last]


def ends(rows: Sequence[T], most: int) -> tuple[Sequence[T], int, Sequence[T]]:
    """→ the first, how many follow that are left out, the last: `most` in all."""
    if len(rows) <= most:
        return rows, 0, ()
    last = most // 2
    return rows[: most - last], len(rows) - most, rows[len(rows) - last :]
