"""`timing: kernel`: the `fast` transport whose answers are timed by when the kernel got them, not by when we read them.

`first` is the stamp of the read that brought the first byte, `ended` that of the last. Where either is not to be had (a
Unix socket, an end that only the close tells, a clock that was set, a packet that came out of order) the process times
the whole answer, as with `timing: process`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from loadspec.transports.base import KEEP, Deadlines
from loadspec.transports.fast import FastChannel
from loadspec.transports.network import Network
from loadspec.transports.stamping import StampedSocket, Stamping
from loadspec.wire.dns import Address
from loadspec.wire.proxies import Proxy
from loadspec.wire.stamps import SPACE, STEP
from loadspec.wire.url import Origin


class KernelTimedChannel(FastChannel):
    """A `FastChannel` that corrects its times once an answer is there."""

    __slots__ = ("_looked", "_stamped", "_stamping")

    def __init__(self, network: Network, origin: Origin, resume: Callable[[], Any], seat: int = 0) -> None:
        super().__init__(network, origin, resume, seat)
        self._stamping: Stamping = network.stamping  # type: ignore[assignment]  # it has one where this kind is asked for
        self._looked = 0.0
        """When the process had the last answer, by its own clock."""
        self._stamped: StampedSocket | None = None

    def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, body: int = KEEP) -> bool:
        """See `Channel`."""
        if self._stamped is not None:
            self._stamped.first = None
        answered = FastChannel.exchange(self, request, deadlines, idempotent, body)
        self._looked = self.ended
        if answered and self._stamped is not None:
            self._correct(self._stamped)
        return answered

    def _correct(self, stamped: StampedSocket) -> None:
        clock, ready, found = self._stamping.clock, self.ready, stamped.last
        last = clock.arrival(found, ready, self.ended)
        first = last
        if last and stamped.first is not found:
            first = clock.arrival(stamped.first or (), ready, min(last, self.first))
        if not first or (self.ended - first > STEP and stamped.reordered()):
            return
        self.first, self.ended = first, last
        if first < self.sent:  # it came before we had looked at the clock, or before all was sent
            self.sent = first
        self._stamping.stamped += 1

    # Connections

    def _dial(self, addresses: Sequence[Address], limit: float, where: Origin | Proxy) -> None:
        super()._dial(addresses, limit, where)
        sock = self._stamping.open(self._sock)
        self._sock = sock
        self._stamped = sock if isinstance(sock, StampedSocket) else None

    def _secure(self, begin: float, limit: float, tls: float | None) -> None:
        super()._secure(begin, limit, tls)
        if self._stamped is not None:
            plain = self._sock is self._stamped
            self._recv = _noted(self._stamped) if plain else _noting(self._recv, self._stamped)


def _noted(stamped: StampedSocket) -> Callable[[int], bytes]:
    """`_noting` of the socket's own `recv`, in one call."""
    recvmsg = stamped.recvmsg

    def noted(limit: int) -> bytes:
        data, found, _, _ = recvmsg(limit, SPACE)
        stamped.last = found
        if stamped.first is None:
            stamped.first = found
        return data

    return noted


def _noting(recv: Callable[[int], bytes], stamped: StampedSocket) -> Callable[[int], bytes]:
    """`recv` that notes the stamp of the first bytes that it gives; with TLS earlier ones may hold no part of them."""

    def noted(limit: int) -> bytes:
        data = recv(limit)
        if stamped.first is None:
            stamped.first = stamped.last
        return data

    return noted
