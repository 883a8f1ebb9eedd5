"""`statsd` and `dogstatsd`: live figures as datagrams, by UDP to `host:port` or to a Unix socket, `unix:/path`."""

from __future__ import annotations

import socket
from typing import ClassVar

from loadspec.errors import LoadspecError, OutputError
from loadspec.outputs.pump import Refused
from loadspec.outputs.reach import split_address
from loadspec.outputs.settings import figures_of, period_of
from loadspec.outputs.statsd_lines import datagrams, plain_lines, tagged_lines
from loadspec.outputs.target import Target
from loadspec.outputs.tick import Tick
from loadspec.results.head import Head

_UDP = 1432
"""Bytes that pass every network whole: an Ethernet frame's, less what IP, UDP and tunnels add."""
_UNIX = 8192
_TIMEOUT = 5.0


class StatsD:
    """Sends each tick's lines. Nobody confirms a datagram: only an address where nobody listens is an error."""

    lines: ClassVar = staticmethod(plain_lines)

    def __init__(self, target: Target, _head: Head) -> None:
        self.period = period_of(target, 1)
        self._target = target
        self._figures = figures_of(target)
        self._prefix = str(target.options.get("prefix", "loadspec."))
        local = target.text.startswith("unix:")
        self._most = int(target.options.get("max_datagram", _UNIX if local else _UDP))
        self._socket: socket.socket | None = None

    def send(self, tick: Tick) -> None:
        """See `pump.LiveOutput`. What was sent before an error is not sent again."""
        if self._socket is None:
            self._socket = self._connect()
        try:
            for datagram in datagrams(self.lines(tick, self._figures, self._prefix), self._most):
                self._socket.send(datagram)
        except OSError as error:
            self.close()
            raise Refused(f"{(error.strerror or str(error)).lower()} ({self._target.text})") from None

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self) -> socket.socket:
        """Raises OSError, or Refused where the place is not allowed."""
        reach, text = self._target.reach, self._target.text
        try:
            if text.startswith("unix:"):
                return _connected(socket.AF_UNIX, reach.socket(text.removeprefix("unix:")))
            family, address = reach.addresses(*split_address(text))[0]
            return _connected(family, address)
        except OutputError as error:
            raise OSError(error.message) from None
        except LoadspecError as error:
            raise Refused(error.message) from None


class DogStatsD(StatsD):
    """The same with tags."""

    lines: ClassVar = staticmethod(tagged_lines)


def _connected(family: int, address: object) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.settimeout(_TIMEOUT)
        sock.connect(address)  # type: ignore[arg-type]
    except OSError:
        sock.close()
        raise
    return sock
