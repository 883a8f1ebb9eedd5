"""What others write to stderr while a region is redrawn there: kept as lines, which then scroll away above it."""

from __future__ import annotations

import io
import sys
import threading
from collections import deque
from typing import IO

from loadspec.ui.text import clean

_LINES = 1000
"""Kept while the terminal takes none; older ones are lost."""


class Beside(io.TextIOBase):
    """Stands in for `sys.stderr`, if `stream` is that, from `begin` to `end`; any thread may write to it.

    A tail without a line's end is kept until it is a line, or until the end.
    """

    def __init__(self, stream: IO[str]) -> None:
        super().__init__()
        self._stream = stream
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._tail = ""
        self._lock = threading.RLock()

    def begin(self) -> None:
        """Take what is written from now on."""
        if sys.stderr is self._stream:
            sys.stderr = self

    def end(self) -> None:
        """Give stderr back; what nobody has taken can still be taken."""
        if sys.stderr is self:
            sys.stderr = self._stream
        if self._tail:
            self.write("\n")

    def take(self) -> list[str]:
        """What was written since the last call, harmless."""
        return [_harmless(self._lines.popleft()) for _ in range(len(self._lines))]

    def write(self, text: str) -> int:
        """As a text stream."""
        with self._lock:
            *lines, self._tail = (self._tail + text).split("\n")
            self._lines.extend(lines)
        return len(text)

    def writable(self) -> bool:
        """As a text stream, likewise the two below."""
        return True

    def isatty(self) -> bool:
        """Whether what it stands in for is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """That of what it stands in for."""
        return self._stream.fileno()


def _harmless(line: str) -> str:
    """Cleaned, with its indentation."""
    return line[: len(line) - len(line.lstrip(" "))] + clean(line)
