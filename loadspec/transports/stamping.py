"""Sockets whose bytes come with the kernel's stamp, and what those of one worker share."""

from __future__ import annotations

import socket
import sys
from typing import Any, Final

from loadspec.wire.stamps import (
    SO_TIMESTAMPING,
    SOFTWARE,
    SPACE,
    TCP_INFO_SIZE,
    Ancillary,
    KernelClock,
    out_of_order,
)

_INFO: Final = getattr(socket, "TCP_INFO", 11)


class StampedSocket(socket.socket):
    """A TCP socket that keeps what came beside the bytes that it read: at last, and at first since `first` was None."""

    __slots__ = ("_known", "_seen", "first", "last")

    def __init__(self, plain: socket.socket) -> None:
        """Takes `plain` over. Raises OSError where the kernel has no stamps."""
        plain.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, SOFTWARE)
        blocks = plain.getblocking()
        super().__init__(plain.family, plain.type, plain.proto, plain.detach())
        self.setblocking(blocks)  # a socket that is made anew waits as long as the module says
        self.first: Ancillary | None = None
        self.last: Ancillary = ()
        self._seen = self._known = 0

    def recv(self, limit: int, flags: int = 0) -> bytes:
        """See `socket.socket`."""
        data, self.last, _, _ = self.recvmsg(limit, SPACE, flags)
        return data

    def reordered(self) -> bool:
        """Whether a packet came out of order since the last call.

        TCP gives bytes in order, with the stamp of the packet that they came in: where an earlier packet was lost and
        sent again, they could not be read before that one came, and their stamp is too early.
        """
        if self.fileno() >= 0:
            self._known = self._out_of_order()
        seen, self._seen = self._seen, self._known
        return seen != self._known

    def close(self) -> None:
        """See `socket.socket`; `reordered` may still be asked."""
        if self.fileno() >= 0:
            self._known = self._out_of_order()
        super().close()

    def _out_of_order(self) -> int:
        return out_of_order(self.getsockopt(socket.IPPROTO_TCP, _INFO, TCP_INFO_SIZE))


class Stamping:
    """One per worker; `stamped` counts the answers that the kernel timed, until `take`.

    The kernel stamps nothing as long as no socket asks for it, and is slow to begin: one of our own asks all the time.
    """

    def __init__(self) -> None:
        self.clock = KernelClock()
        self.stamped = 0
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

    def take(self) -> int:
        """How many answers the kernel timed since the last call."""
        taken, self.stamped = self.stamped, 0
        return taken

    def close(self) -> None:
        """For tests: the worker's ends with its process."""
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None
