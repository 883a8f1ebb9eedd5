"""One user's connection to one origin: opened, watched, waited on, dropped.

One libev read watcher stays with the connection for its life. Its callback belongs to the connection: it resumes the
user only while the user waits for an answer; at any other time readability means that the server closed (or spoke out
of turn), and the connection is dropped there and then, so nothing spins and the next request starts on a new one.

Deadlines cost nothing per request: a request only stores when it must be over. One libev timer per connection is set
when no earlier one is running; when it fires too soon it is set again for the rest.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Callable
from typing import Any

from loadspec.clock import monotonic
from loadspec.transports.base import Channel, Deadlines, ExchangeError, explain
from loadspec.transports.network import Address, Network
from loadspec.wire.url import Origin

READ, WRITE = 1, 2
_IN_PROGRESS = (errno.EINPROGRESS, errno.EWOULDBLOCK)
_NEVER = float("inf")
_TIMER_SLACK = 0.001


def inner_calls(sock: ssl.SSLSocket) -> tuple[Callable[[Any], int], Callable[[int], bytes]]:
    """A TLS socket's `send` and `recv` without two layers of Python around each, which cost 0.5 µs a request."""
    inner: Any = sock._sslobj  # type: ignore[attr-defined]  # as gevent's own sockets have it, too
    read = inner.read

    def recv(limit: int) -> bytes:
        try:
            return read(limit)  # type: ignore[no-any-return]
        except ssl.SSLEOFError:  # the end of the connection without the goodbye of TLS: an end, as `recv` has it
            return b""

    return inner.write, recv


def _nowhere(_data: Any) -> Any:
    raise BrokenPipeError(errno.EPIPE, "the connection is closed")


class Connection(Channel):
    """What a raw socket on gevent's loop needs around it. `_send` and `_recv` are the socket's own, once it is open."""

    __slots__ = (
        "_deadline",
        "_expired",
        "_network",
        "_origin",
        "_recv",
        "_resume",
        "_seat",
        "_send",
        "_sock",
        "_timer",
        "_timer_at",
        "_tls",
        "_waiting",
        "_watcher",
    )

    def __init__(self, network: Network, origin: Origin, resume: Callable[[], Any], seat: int = 0) -> None:
        super().__init__()
        self._network = network
        self._origin = origin
        self._resume = resume
        self._seat = seat
        self._tls = network.context(origin) if origin.tls else None
        self._sock: socket.socket | None = None
        self._send: Callable[[Any], int] = _nowhere
        self._recv: Callable[[int], bytes] = _nowhere
        self._watcher: Any = None
        self._timer: Any = None
        self._timer_at = _NEVER
        self._deadline = _NEVER
        self._waiting = False
        self._expired = False

    def _wait(self, phase: str) -> None:
        """Sleep until the socket is readable. Raises ExchangeError at the deadline."""
        self._waiting = True
        try:
            self._network.switch()
        finally:
            self._waiting = False
        if self._expired:
            self._expired = False
            raise ExchangeError("timeout", phase, "no complete answer within the timeout")

    def _wait_for(self, events: int, phase: str) -> None:
        """Wait with a watcher of its own, off the hot path. The read watcher rests meanwhile."""
        watcher = self._network.loop.io(self._sock.fileno(), events)  # type: ignore[union-attr]
        if self._watcher is not None:
            self._watcher.stop()
        try:
            watcher.start(self._resume_waiting)
            self._wait(phase)
        finally:
            watcher.stop()
            watcher.close()
            if self._watcher is not None:
                self._watcher.start(self._on_readable)

    def _resume_waiting(self) -> None:
        if self._waiting:
            self._resume()

    # Watcher and timer: they run in the hub

    def _on_readable(self) -> None:
        if self._waiting:
            self._resume()
        elif not self._alive():
            self.disconnect()

    def _on_timer(self) -> None:
        self._timer_at = _NEVER
        if not self._waiting:
            return
        if monotonic() >= self._deadline - _TIMER_SLACK:
            self._expired = True
            self._resume()
        else:
            self._arm(self._deadline)

    def _arm(self, deadline: float) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
        self._timer_at = deadline
        self._timer = self._network.loop.timer(max(0.0, deadline - monotonic()))
        self._timer.start(self._on_timer)

    def _set_deadline(self, deadline: float) -> None:
        self._deadline = deadline
        if deadline < self._timer_at:
            self._arm(deadline)

    # Connections

    def _alive(self) -> bool:
        """Whether an idle connection is still open and silent. Drops it where it is not."""
        try:
            if self._tls is None:
                data = self._sock.recv(1, socket.MSG_PEEK)  # type: ignore[union-attr]
            else:
                data = self._recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            data = b""
        del data
        self.disconnect()
        return False

    def _connect(self, deadlines: Deadlines) -> None:
        """Open a new connection. Raises ExchangeError; `dns`, `connect` and `tls` are its phases."""
        self.disconnect()
        self.reused = False
        self.in_flight = False
        self.ready = self.connecting = self.tls = 0.0
        begin = monotonic()
        limit = self.started + deadlines.total
        if deadlines.connect is not None:
            limit = min(limit, begin + deadlines.connect)
        addresses = self._network.resolve(self._origin.host, self._origin.port, max(0.001, limit - begin))
        self._set_deadline(limit)
        failure: ExchangeError | None = None
        for family, address in addresses:
            try:
                self._open(family, address)
                break
            except OSError as error:
                failure = explain(error, "connect")
                failure.args = (f"{self._origin}: {failure}",)
                self.disconnect()
        else:
            raise failure or ExchangeError("dns", "dns", f"{self._origin.host} has no address")
        self.ready = monotonic()
        self.blocked = self.ready - begin

    def _open(self, family: int, address: Address) -> None:
        begin = monotonic()
        sock = self._sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = sock.connect_ex(address)
        if code:
            if code not in _IN_PROGRESS:
                raise OSError(code, os.strerror(code))
            self._wait_for(WRITE, "connect")
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code))
        connected = monotonic()
        self.connecting = connected - begin
        if self._tls is not None:
            sock = self._handshake(sock)
            self.tls = monotonic() - connected
        self._send, self._recv = inner_calls(sock) if isinstance(sock, ssl.SSLSocket) else (sock.send, sock.recv)
        self._watcher = self._network.loop.io(sock.fileno(), READ)
        self._watcher.start(self._on_readable)

    def _handshake(self, plain: socket.socket) -> socket.socket:
        try:
            sock = self._tls.wrap_socket(  # type: ignore[union-attr]
                plain, server_hostname=self._network.server_name(self._origin), do_handshake_on_connect=False
            )
            self._sock = sock
            while True:
                try:
                    sock.do_handshake()
                    return sock
                except ssl.SSLWantReadError:
                    self._wait_for(READ, "tls")
                except ssl.SSLWantWriteError:
                    self._wait_for(WRITE, "tls")
        except OSError as error:  # a refused certificate is an OSError and a ValueError
            raise explain(error, "tls") from None
        except ValueError as error:  # a host name that TLS cannot ask for
            raise ExchangeError("tls", "tls", f"TLS failed: {error}") from None

    def disconnect(self) -> None:
        """See `Channel`; libev aborts the process if a socket closes under a running watcher."""
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
            self._watcher = None
        if self._sock is not None:
            self._send = self._recv = _nowhere  # they would hold what TLS keeps of a connection
            self._sock.close()
            self._sock = None

    def close(self) -> None:
        """See `Channel`."""
        self.disconnect()
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
            self._timer = None
            self._timer_at = _NEVER
