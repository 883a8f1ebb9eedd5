"""Writing progress without ever holding up a run: a stream that is full is skipped, one that is gone is forgotten.

A pipe with room takes `PIPE_BUF` bytes at once. A terminal promises nothing of the kind: a write of more than it has
room for waits, for ever after Ctrl-S. So a terminal is opened once more, non-blocking; to change the mode of the
stream itself would change it for every process that shares it, the shell among them.
"""

from __future__ import annotations

import os
import select
from typing import IO

from loadspec.ui.text import to_ascii

_CHUNK = 512
"""POSIX's least PIPE_BUF."""


class Sink:
    """Takes text for a stream; `ascii` keeps to ASCII. Never raises, never waits."""

    def __init__(self, stream: IO[str], ascii: bool) -> None:
        self._stream = stream
        self._ascii = ascii
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self._fd = _descriptor(stream)
        self._own = _reopened(self._fd)
        self._rest = b""
        self._gone = False

    def write(self, text: str) -> bool:
        """Whether `text` was taken; what does not fit at once goes first next time. Where not, nothing was written."""
        if self._gone:
            return False
        text = to_ascii(text) if self._ascii else text
        try:
            if self._fd is None:
                self._stream.write(text)
                self._stream.flush()
                return True
            return self._send(text.encode(self._encoding, "replace"))
        except (OSError, ValueError):
            self._gone = True
            return False

    def close(self) -> None:
        """Take nothing more; the stream itself stays open."""
        self._gone = True
        if self._own is not None:
            os.close(self._own)
            self._own = None

    def _send(self, data: bytes) -> bool:
        self._rest = self._push(self._rest)
        if self._rest:
            return False
        rest = self._push(data)
        taken = len(rest) < len(data)
        self._rest = rest if taken else b""
        return taken

    def _push(self, data: bytes) -> bytes:
        """Write what there is room for, past the stream's own buffer, which would fail once more at exit."""
        fd = self._own if self._own is not None else self._fd
        assert fd is not None
        while data and select.select([], [fd], [], 0)[1]:
            try:
                data = data[os.write(fd, data[:_CHUNK]) :]
            except BlockingIOError:
                break
        return data


def _descriptor(stream: IO[str]) -> int | None:
    """The stream's file descriptor, its buffer emptied before we pass it by; None for one in memory."""
    try:
        stream.flush()
        return stream.fileno()
    except (OSError, ValueError, AttributeError):
        return None


def _reopened(fd: int | None) -> int | None:
    """A terminal opened again for us, non-blocking; None for anything else, or where it cannot be opened."""
    if fd is None or not os.isatty(fd):
        return None
    try:
        return os.open(os.ttyname(fd), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
