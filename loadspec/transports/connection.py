"""One user's connection to one origin: opened, watched, waited on, dropped.

One libev read watcher stays with the connection for its life. Its callback belongs to the connection: it resumes the
user only while the user waits for an answer; at any other time readability means that the server closed (or spoke out
of turn), and the connection is dropped there and then, so nothing spins and the next request starts on a new one.

Deadlines cost nothing per request: a request only stores when it must be over. One libev timer per connection is set
when no earlier one is running; when it fires too soon it is set again for the rest.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from loadspec.clock import monotonic
from loadspec.transports.base import READ, WRITE, Channel, Deadlines, ExchangeError, explain
from loadspec.transports.dialing import open_socket
from loadspec.transports.memory_tls import MemoryTls
from loadspec.transports.network import Network
from loadspec.transports.proxied import check_target
from loadspec.transports.tls import explain_tls
from loadspec.transports.tunnel import open_tunnel
from loadspec.wire.dns import Address
from loadspec.wire.proxies import Proxy
from loadspec.wire.url import Origin

_NEVER = float("inf")
_TIMER_SLACK = 0.001


def _nowhere(_data: Any) -> Any:
    raise BrokenPipeError(errno.EPIPE, "the connection is closed")


def _refused(error: OSError, sock: MemoryTls, origin: Origin) -> ExchangeError:
    """Why a handshake failed. `sock.cipher()` is there once a cipher was agreed on."""
    if isinstance(error, ssl.SSLError):
        kind, message = explain_tls(error, sock.cipher() is not None)
    else:
        known = explain(error, "tls")
        if known.kind != "reset":
            return known
        kind, message = "tls_closed", f"the server cut the connection off in the handshake ({known})"
    return ExchangeError(kind, "tls", f"{origin}: {message}")


class Connection(Channel):
    """What a raw socket on gevent's loop needs around it.

    `_sock` is a socket or a `MemoryTls`; `_send` and `_recv` are its own, once it is open.
    """

    __slots__ = (
        "_deadline",
        "_expired",
        "_fd",
        "_recv",
        "_send",
        "_session",
        "_sock",
        "_timer",
        "_timer_at",
        "_tls",
        "_waiting",
        "_watcher",
    )

    def __init__(self, network: Network, origin: Origin, resume: Callable[[], Any], seat: int = 0) -> None:
        super().__init__(network, origin, resume, seat)
        self._tls = origin.tls
        self._session: ssl.SSLSession | None = None
        self._sock: Any = None
        self._send: Callable[[Any], int] = _nowhere
        self._recv: Callable[[int], bytes] = _nowhere
        self._watcher: Any = None
        self._timer: Any = None
        self._timer_at = _NEVER
        self._deadline = _NEVER
        self._waiting = False
        self._expired = False
        self._fd = -1

    def _wait(self, phase: str) -> None:
        """Sleep until the socket is readable. Raises ExchangeError at the deadline."""
        self._waiting = True
        try:
            self._network.switch()
        finally:
            self._waiting = False
        if self._expired:
            self._expire(phase)

    def _expire(self, phase: str) -> NoReturn:
        self._expired = False
        raise ExchangeError("timeout", phase, "no complete answer within the timeout")

    def _wait_for(self, events: int, phase: str) -> None:
        """Wait with a watcher of its own, off the hot path. The read watcher rests meanwhile."""
        watcher = self._network.loop.io(self._sock.fileno(), events)
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
            if self._tls:
                data = self._recv(1)
            else:
                data = self._sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
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
        proxy = self._network.proxy(self._origin)
        if proxy is None:
            self._open(self._resolve(self._origin, deadlines, limit), limit, deadlines.tls)
        else:
            self._open_through(proxy, deadlines, limit)
        self.ready = monotonic()
        self.blocked = self.ready - begin

    def _resolve(self, where: Origin | Proxy, deadlines: Deadlines, limit: float) -> Sequence[Address]:
        left = max(0.001, limit - monotonic())
        if deadlines.dns is not None:
            left = min(left, deadlines.dns)
        return self._network.addresses(where.host, where.port, left)

    def _open(self, addresses: Sequence[Address], limit: float, tls: float | None) -> None:
        begin = monotonic()
        self._dial(addresses, limit, self._origin)
        self._secure(begin, limit, tls)

    def _open_through(self, proxy: Proxy, deadlines: Deadlines, limit: float) -> None:
        """By a proxy. Until it has given a way to the target, all is `connecting`, its own TLS included."""
        target, left = self._origin, max(0.001, limit - monotonic())
        check_target(self._network, target, left)
        address = ""
        if proxy.scheme == "socks5":
            address = self._resolve(target, deadlines, limit)[0][1][0]
        addresses = self._resolve(proxy, deadlines, limit)
        begin = monotonic()
        self._dial(addresses, limit, proxy)
        self._set_deadline(limit)
        self._tls = target.tls or proxy.scheme == "https"
        if proxy.scheme == "https":
            self._handshake(proxy.origin, proxy.host, None)
        if not proxy.forwards(target):
            open_tunnel(self._sock, proxy, target, address, self._wait_for)
        self._secure(begin, limit, deadlines.tls)

    def _dial(self, addresses: Sequence[Address], limit: float, where: Origin | Proxy) -> None:
        try:
            self._sock = open_socket(self._network, addresses, self._resume, limit, self._seat)
        except ExchangeError as error:
            error.args = (f"{where}: {error}",)
            raise

    def _secure(self, begin: float, limit: float, tls: float | None) -> None:
        """There is a way to the target: TLS, if there is to be any, and the watcher."""
        connected = monotonic()
        self.connecting = connected - begin
        if self._origin.tls:
            self._set_deadline(limit if tls is None else min(limit, connected + tls))
            self._handshake(self._origin, self._network.server_name(self._origin), self._session)
            self._session = None
            self.tls = monotonic() - connected
        sock: Any = self._sock
        self._send, self._recv, self._fd = sock.send, sock.recv, sock.fileno()
        self._watcher = self._network.loop.io(self._fd, READ)
        self._watcher.start(self._on_readable)

    def _handshake(self, origin: Origin, name: str, session: ssl.SSLSession | None) -> None:
        context = self._network.context(origin)
        plain: Any = self._sock
        try:
            sock = self._sock = MemoryTls(plain, context, name, session)
        except ValueError as error:  # a host name that TLS cannot ask for
            raise ExchangeError("tls_settings", "tls", f"TLS cannot ask for `{origin.host}`: {error}") from None
        while True:
            try:
                return sock.do_handshake()
            except ssl.SSLWantReadError:
                self._wait_for(READ, "tls")
            except ssl.SSLWantWriteError:
                self._wait_for(WRITE, "tls")
            except OSError as error:
                raise _refused(error, sock, origin) from None

    def _unsent(self, error: OSError) -> ExchangeError:
        """Why the first request of a connection could not be sent.

        A client is done with TLS 1.3 before the server has seen its certificate: a server that refuses it is gone by
        now, and has said why.
        """
        if self._tls:
            try:
                self._recv(1)
            except ssl.SSLError as told:
                error = told
            except OSError:
                pass
        return explain(error, "write")

    def disconnect(self) -> None:
        """See `Channel`; libev aborts the process if a socket closes under a running watcher."""
        if self._watcher is not None:
            if self._origin.tls and self._network.resumption:  # not earlier: tickets of TLS 1.3 come with answers
                self._session = self._sock.session
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
        self._session = None
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
            self._timer = None
            self._timer_at = _NEVER
