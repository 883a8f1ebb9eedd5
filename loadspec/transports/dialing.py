"""Connected sockets: happy eyeballs over the addresses of a host (RFC 8305), from an address of the user's own.

Attempts start 250 ms apart, at once where none is left under way; the first that connects wins and the others are
closed. Where a family of addresses is preferred, the other one is tried only after all of the preferred have failed:
a server that is slow to accept moves no load to another address family.

It works for any greenlet below the hub that `resume` switches to, and leaves no watcher behind.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from loadspec.clock import monotonic
from loadspec.transports.base import WRITE, ExchangeError, explain
from loadspec.transports.limiter import loop_wait
from loadspec.transports.network import Network
from loadspec.wire.dns import Address

ATTEMPT_DELAY = 0.25
"""Seconds between the starts of two attempts: the Connection Attempt Delay of RFC 8305, 5."""

_IN_PROGRESS = (errno.EINPROGRESS, errno.EWOULDBLOCK)
_NEVER = float("inf")
_OURS = ("fd_exhausted", "port_exhausted")
_BIND_ADDRESS_NO_PORT = 24
"""Linux's IP_BIND_ADDRESS_NO_PORT: the port is chosen by connect(), which may share it between servers."""
_UNIX_PAUSE = 0.01
"""Seconds between two knocks at a Unix socket whose queue is full; the kernel has no event for that."""


def open_socket(
    network: Network, addresses: Sequence[Address], resume: Callable[[], Any], deadline: float, seat: int = 0
) -> socket.socket:
    """A connected, non-blocking socket to one of a host's addresses, as `network.addresses` gives them.

    `deadline` is a time of the monotonic clock; `seat` chooses among `network.local_ips`. Raises ExchangeError of
    phase `connect`: what the first address failed with, or `timeout`.
    """
    if addresses and addresses[0][0] == socket.AF_UNIX:
        return _open_unix(network, addresses[0][1], resume, deadline)
    race = _Race(network, resume, seat)
    try:
        return race.run(addresses, deadline)
    finally:
        race.close()


class _Race:
    """Attempts under way. Watchers and timers run in the hub and only resume the user."""

    __slots__ = ("_done", "_due", "_failures", "_network", "_pending", "_resume", "_seat", "_waiting")

    def __init__(self, network: Network, resume: Callable[[], Any], seat: int) -> None:
        self._network = network
        self._resume = resume
        self._seat = seat
        self._pending: dict[socket.socket, tuple[Any, Any]] = {}
        """Socket → (its watcher, where it connects to)."""
        self._done: list[socket.socket] = []
        self._due = 0.0
        """When the next attempt may start beside those under way."""
        self._failures: list[tuple[str, ExchangeError]] = []
        self._waiting = False

    def run(self, addresses: Sequence[Address], deadline: float) -> socket.socket:
        started, count = 0, len(addresses)
        while True:
            winner = self._winner()
            if winner is not None:
                return winner
            now = monotonic()
            patient = started < count and self._is_preferred(addresses, started)
            if now < deadline and started < count and (not self._pending or (now >= self._due and not patient)):
                self._due = now + ATTEMPT_DELAY
                self._start(*addresses[started])
                started += 1
            elif not self._pending:
                raise self._failure()
            elif now >= deadline:
                raise self._timeout()
            else:
                self._wait(min(deadline, self._due if started < count and not patient else _NEVER) - now)

    def _is_preferred(self, addresses: Sequence[Address], started: int) -> bool:
        """Whether what is under way is of a family that goes before the next address's."""
        return self._network.prefers_family and started > 0 and addresses[started][0] != addresses[started - 1][0]

    def _start(self, family: int, where: Any) -> None:
        sock = None
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            local = self._network.local_address(self._seat, family)
            if local:
                _bind(sock, local)
            code = sock.connect_ex(where)
            if code and code not in _IN_PROGRESS:
                raise OSError(code, os.strerror(code))
        except (OSError, ExchangeError) as error:
            if sock is not None:
                sock.close()
            self._failed(where, error)
            return
        watcher = None
        if code:
            watcher = self._network.loop.io(sock.fileno(), WRITE)
            watcher.start(self._on_writable, sock)
        else:
            self._done.append(sock)
        self._pending[sock] = (watcher, where)

    def _on_writable(self, sock: socket.socket) -> None:
        self._pending[sock][0].stop()
        self._done.append(sock)
        self._wake()

    def _wake(self) -> None:
        if self._waiting:
            self._resume()

    def _wait(self, seconds: float) -> None:
        timer = self._network.loop.timer(max(0.0, seconds))
        timer.start(self._wake, update=True)
        self._waiting = True
        try:
            self._network.switch()
        finally:
            self._waiting = False
            timer.stop()
            timer.close()

    def _winner(self) -> socket.socket | None:
        while self._done:
            sock = self._done.pop(0)
            watcher, where = self._pending.pop(sock)
            _release(watcher)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if not code and sock.getsockname() == where:
                code = errno.ECONNREFUSED  # nobody listens at a port that the kernel lent to this very connection
            if not code:
                return sock
            sock.close()
            self._failed(where, OSError(code, os.strerror(code)))
        return None

    def _failed(self, where: Any, error: Exception) -> None:
        self._failures.append((where[0], explain(error, "connect")))
        self._due = 0.0

    def _failure(self) -> ExchangeError:
        """What to report: a lack of our own before what the addresses answered, of those the first."""
        if not self._failures:
            return self._timeout()
        first = next((one for _, one in self._failures if one.kind in _OURS), self._failures[0][1])
        if len(self._failures) == 1:
            return first
        return ExchangeError(first.kind, "connect", f"no address could be connected to: {self._reasons()}")

    def _timeout(self) -> ExchangeError:
        reasons = f"; before that: {self._reasons()}" if self._failures else ""
        return ExchangeError("timeout", "connect", f"not connected within the timeout{reasons}")

    def _reasons(self) -> str:
        return ", ".join(f"{where} ({failure})" for where, failure in self._failures)

    def close(self) -> None:
        """End what is still under way."""
        for sock, (watcher, _) in self._pending.items():
            _release(watcher)
            sock.close()


def _release(watcher: Any) -> None:
    if watcher is not None:
        watcher.stop()
        watcher.close()


def _bind(sock: socket.socket, address: str) -> None:
    with suppress(OSError):  # not Linux: each port then serves one server only
        sock.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
    try:
        sock.bind((address, 0))
    except OSError as error:
        if error.errno != errno.EADDRNOTAVAIL:
            raise
        message = f"network.local_ips names {address}, which is no address of this machine"
        raise ExchangeError("os_error", "connect", message) from None


def _open_unix(network: Network, path: str, resume: Callable[[], Any], deadline: float) -> socket.socket:
    wait = loop_wait(network)
    try:
        while (sock := _knock(path)) is None:
            left = deadline - monotonic()
            if left <= 0:
                raise ExchangeError("timeout", "connect", f"unix:{path} did not accept within the timeout")
            wait(min(_UNIX_PAUSE, left), resume)
        return sock
    except OSError as error:
        failure = explain(error, "connect")
        kind = "refused" if error.errno == errno.ENOENT else failure.kind
        raise ExchangeError(kind, "connect", f"unix:{path}: {failure}") from None


def _knock(path: str) -> socket.socket | None:
    """A connected socket, None where the queue is full. Raises OSError."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.connect(path)
    except BlockingIOError:
        sock.close()
        return None
    except BaseException:
        sock.close()
        raise
    return sock
