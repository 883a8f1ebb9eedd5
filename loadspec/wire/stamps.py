"""Receive stamps of the Linux kernel (SO_TIMESTAMPING) as times of the monotonic clock. Pure: it is given its clocks.

The kernel stamps a packet by CLOCK_REALTIME when it comes in, whenever the process may come to read it. For TCP,
`recvmsg` gives the stamp of the last packet that its bytes came in. See Documentation/networking/timestamping.rst.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence
from typing import Final

from loadspec.clock import Clock, monotonic

SO_TIMESTAMPING: Final = getattr(socket, "SO_TIMESTAMPING", 37)
"""The option, and the type of what it brings; from Linux's asm-generic/socket.h, which the usual machines follow."""
SOFTWARE: Final = 1 << 3 | 1 << 4
"""SOF_TIMESTAMPING_RX_SOFTWARE and SOF_TIMESTAMPING_SOFTWARE of linux/net_tstamp.h."""

_SOCKET: Final = socket.SOL_SOCKET
_TIMESPEC: Final = struct.Struct("@ll")
_SIZE, _unpack = _TIMESPEC.size, _TIMESPEC.unpack_from
SPACE: Final = socket.CMSG_SPACE(3 * _TIMESPEC.size) if hasattr(socket, "CMSG_SPACE") else 0
"""Bytes that `recvmsg` needs for struct scm_timestamping: three timespecs, the first is the software's."""

_OUT_OF_ORDER: Final = struct.Struct("@I")
_OUT_OF_ORDER_AT: Final = 224
TCP_INFO_SIZE: Final = _OUT_OF_ORDER_AT + _OUT_OF_ORDER.size
"""Bytes of struct tcp_info (linux/tcp.h) up to its tcpi_rcv_ooopack, which is there since Linux 5.4."""

STEP: Final = 0.001
"""Seconds by which the realtime clock may move against the monotonic one before it was set."""
TICK: Final = 1.0
"""Seconds for which the distance of the two clocks holds."""

Ancillary = Sequence[tuple[int, int, bytes]]
"""What came beside the bytes, as `socket.recvmsg` gives it."""


def stamp_of(ancillary: Ancillary) -> float:
    """When the bytes came, in seconds of CLOCK_REALTIME; 0 where the kernel does not say."""
    for level, kind, data in ancillary:
        if kind == SO_TIMESTAMPING and level == _SOCKET and len(data) >= _SIZE:
            seconds, nanoseconds = _unpack(data)
            return seconds + nanoseconds * 1e-9  # type: ignore[no-any-return]
    return 0.0


def out_of_order(tcp_info: bytes) -> int:
    """How many packets of a connection came out of order; 0 where the kernel does not say."""
    if len(tcp_info) < TCP_INFO_SIZE:
        return 0
    (count,) = _OUT_OF_ORDER.unpack_from(tcp_info, _OUT_OF_ORDER_AT)
    return int(count)


class KernelClock:
    """Turns stamps into times of the monotonic clock, as long as nobody sets the realtime clock.

    NTP slews both clocks alike, so that their distance stays the same; it is measured once a second all the same. Where
    it moved by `STEP` or more the clock was set, and no stamp is taken of an exchange that had begun before that was
    seen.
    """

    __slots__ = ("_due", "_monotonic", "_offset", "_realtime", "_set_at")

    def __init__(self, realtime: Clock = time.time, monotonic: Clock = monotonic) -> None:
        self._realtime = realtime
        self._monotonic = monotonic
        self._set_at = float("-inf")
        self._offset = self._distance()
        self._due = monotonic() + TICK

    def _distance(self) -> float:
        """How far apart the clocks are: of three looks at both the quickest, for one may be interrupted."""
        looks = []
        for _ in range(3):
            before, real, after = self._monotonic(), self._realtime(), self._monotonic()
            looks.append((after - before, real - (before + after) / 2))
        return min(looks)[1]

    def _tick(self, now: float) -> None:
        before, self._offset = self._offset, self._distance()
        if abs(self._offset - before) >= STEP:
            self._set_at = self._monotonic()
        self._due = now + TICK

    def arrival(self, ancillary: Ancillary, earliest: float, latest: float) -> float:
        """When bytes came that were read at `latest` and cannot have come before `earliest`; monotonic seconds.

        0 where there is no stamp, it lies outside these bounds, or the realtime clock was set since `earliest`.
        """
        now = self._monotonic()
        if now >= self._due or not -STEP < self._realtime() - now - self._offset < STEP:
            self._tick(now)
        at = stamp_of(ancillary) - self._offset
        return at if earliest <= at <= latest and earliest > self._set_at else 0.0
