"""`timing: kernel`: the `fast` transport whose answers are timed by when the kernel got them, not by when we read them.

`first` is the stamp of the read that brought the first byte, `ended` that of the last. Where either is not to be had (a
Unix socket, an end that only the close tells, a clock that was set) the whole answer is timed by the process, as with
`timing: process`, and counted as such.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from typing import Any

from loadspec.transports.base import KEEP, Deadlines
from loadspec.transports.fast import FastChannel
from loadspec.transports.memory_tls import MemoryTls
from loadspec.transports.network import Network
from loadspec.transports.stamping import StampedSocket
from loadspec.wire.dns import Address
from loadspec.wire.proxies import Proxy
from loadspec.wire.url import Origin


class KernelTimedChannel(FastChannel):
    """A `FastChannel` that corrects its times once an answer is there."""

    __slots__ = ("_clock", "_looked", "_stamped")

    def __init__(self, network: Network, origin: Origin, resume: Callable[[], Any], seat: int = 0) -> None:
        super().__init__(network, origin, resume, seat)
        self._clock = network.stamping.clock  # type: ignore[union-attr]  # it has one where this kind is asked for
        self._looked = 0.0
        self._stamped: StampedSocket | None = None

    def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, body: int = KEEP) -> bool:
        """See `Channel`."""
        self.ended = self._looked  # when the socket was last looked at: what the pause counts from
        if self._stamped is not None:
            self._stamped.first = None
        answered = super().exchange(request, deadlines, idempotent, body)
        self._looked = self.ended
        if answered:
            self._correct()
        return answered

    def _correct(self) -> None:
        clock, stamped = self._clock, self._stamped
        if stamped is not None:
            found = stamped.last
            last = clock.arrival(found, self.ready, self.ended)
            first = last
            if last and stamped.first is not found:
                first = clock.arrival(stamped.first or (), self.ready, min(last, self.first))
            if first:
                self.first, self.ended = first, last
                if first < self.sent:  # it came before we had looked at the clock, or before all was sent
                    self.sent = first
                clock.stamped += 1
                return
        clock.unstamped += 1

    # Connections

    def _dial(self, addresses: Sequence[Address], limit: float, where: Origin | Proxy) -> None:
        super()._dial(addresses, limit, where)
        sock = self._network.stamping.open(self._sock)  # type: ignore[union-attr]
        self._sock = sock
        self._stamped = sock if isinstance(sock, StampedSocket) else None

    def _encrypt(self, plain: Any, context: ssl.SSLContext, name: str, session: ssl.SSLSession | None) -> Any:
        """OpenSSL reads sockets by itself, and leaves the stamps there: it is given the bytes instead."""
        if self._stamped is not None:
            return MemoryTls(plain, context, name, session)
        return super()._encrypt(plain, context, name, session)

    def _secure(self, begin: float, limit: float, tls: float | None) -> None:
        super()._secure(begin, limit, tls)
        if self._stamped is not None:
            self._recv = _noting(self._recv, self._stamped)


def _noting(recv: Callable[[int], bytes], stamped: StampedSocket) -> Callable[[int], bytes]:
    """`recv` that notes the stamp of the first bytes that it gives; with TLS earlier ones may hold no part of them."""

    def noted(limit: int) -> bytes:
        data = recv(limit)
        if stamped.first is None:
            stamped.first = stamped.last
        return data

    return noted
