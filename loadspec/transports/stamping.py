"""Sockets whose bytes come with the kernel's stamp, and what those of one worker share."""

from __future__ import annotations

import socket
import sys
from typing import Any

from loadspec.wire.stamps import SO_TIMESTAMPING, SOFTWARE, SPACE, Ancillary, KernelClock


class StampedSocket(socket.socket):
    """A TCP socket that keeps what came beside the bytes that it read: at last, and at first since `first` was None."""

    __slots__ = ("first", "last")

    def __init__(self, plain: socket.socket) -> None:
        """Takes `plain` over. Raises OSError where the kernel has no stamps."""
        plain.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, SOFTWARE)
        blocks = plain.getblocking()
        super().__init__(plain.family, plain.type, plain.proto, plain.detach())
        self.setblocking(blocks)  # a socket that is made anew waits as long as the module says
        self.first: Ancillary | None = None
        self.last: Ancillary = ()

    def recv(self, limit: int, flags: int = 0) -> bytes:
        """See `socket.socket`."""
        data, self.last, _, _ = self.recvmsg(limit, SPACE, flags)
        return data

    def pending(self) -> int:
        """As TLS sockets have it: what can be read without a look at the kernel's."""
        return 0


class Stamping:
    """One per worker.

    The kernel stamps nothing as long as no socket asks for it, and is slow to begin: one of our own asks all the time.
    """

    def __init__(self) -> None:
        self.clock = KernelClock()
        self._keeper: StampedSocket | None = None
        if sys.platform == "linux":
            self._keeper = self._stamped(socket.socket())

    def open(self, plain: Any) -> Any:
        """The socket with stamps, if the kernel has any for it; else as it is."""
        if self._keeper is None or plain.family == socket.AF_UNIX:
            return plain
        return self._stamped(plain) or plain

    @staticmethod
    def _stamped(plain: socket.socket) -> StampedSocket | None:
        try:
            return StampedSocket(plain)
        except OSError:
            return None

    def take(self) -> tuple[int, int]:
        """(answers timed by the kernel, by this process) since the last call."""
        clock = self.clock
        taken = (clock.stamped, clock.unstamped)
        clock.stamped = clock.unstamped = 0
        return taken

    def close(self) -> None:
        """For tests: the worker's ends with its process."""
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None
