"""A raw server whose every byte a test decides, and a loop that counts its watchers. Loopback only."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
from gevent import get_hub
from greenlet import greenlet

from loadspec.transports.network import Network
from loadspec.wire.settings import Settings
from loadspec.wire.url import Origin

PATIENCE = 20.0
"""Seconds after which a server's thread gives up waiting, so that a failing test ends."""


class Conn:
    """One accepted connection, blocking."""

    def __init__(self, server: ScriptedServer, sock: socket.socket) -> None:
        self._server = server
        self.sock = sock
        self._rest = b""

    def request(self) -> bytes:
        """The next whole request, by its Content-Length; b"" where the client closed."""
        data = self._rest
        while b"\r\n\r\n" not in data:
            more = self.sock.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        size = int(lengths[0]) if lengths else 0
        pieces, have = [body], len(body)
        while have < size:
            piece = self.sock.recv(65536)
            if not piece:
                return b""
            pieces.append(piece)
            have += len(piece)
        body = b"".join(pieces)
        self._rest = body[size:]
        request = head + b"\r\n\r\n" + body[:size]
        self._server.requests.append(request)
        return request

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def reset(self) -> None:
        """Close with a RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def wait_for_close(self) -> None:
        """Until the client is gone."""
        while self.sock.recv(65536):
            pass


Script = Callable[[Conn], None]


class ScriptedServer:
    """Connection n is served by script n, in a thread of its own; the last script serves all that follow."""

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.refused_handshakes: list[Exception] = []
        self.resumed = 0
        self._scripts = scripts
        self._tls = tls
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def origin(self, host: str = "127.0.0.1") -> Origin:
        return Origin("https" if self._tls else "http", host, self.port)

    @property
    def url(self) -> str:
        return str(self.origin())

    def also_at(self, path: Path) -> None:
        """Listen at a Unix socket, too."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()
        self._open.append(listener)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            script = self._scripts[min(self.connections, len(self._scripts) - 1)]
            self.connections += 1
            self._open.append(sock)
            threading.Thread(target=self._serve, args=(sock, script), daemon=True).start()

    def _serve(self, sock: socket.socket, script: Script) -> None:
        try:
            sock.settimeout(PATIENCE)
            if sock.family != socket.AF_UNIX:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                sock = secure = self._tls.wrap_socket(sock, server_side=True)
                self.resumed += bool(secure.session_reused)
                self._open.append(sock)
            script(Conn(self, sock))
        except ssl.SSLError as error:
            self.refused_handshakes.append(error)
        except OSError:
            pass  # the client went away, which most scripts expect sooner or later
        finally:
            sock.close()

    def close(self) -> None:
        # shutdown() wakes a thread that is blocked in accept() or recv(); close() alone would not.
        for sock in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def __enter__(self) -> ScriptedServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def answer(body: bytes = b"{}", status: str = "200 OK", *headers: str) -> bytes:
    """A plain answer with a Content-Length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def serving(data: bytes | Callable[[bytes], bytes]) -> Script:
    """Answers every request alike, or by a function of it, on a connection that stays."""

    def script(conn: Conn) -> None:
        while request := conn.request():
            conn.send(data(request) if callable(data) else data)

    return script


def once(data: bytes) -> Script:
    """Answers one request and closes at once."""

    def script(conn: Conn) -> None:
        conn.request()
        conn.send(data)

    return script


def slow(seconds: float) -> Script:
    """Answers every request so much later, on a connection that stays."""

    def script(conn: Conn) -> None:
        while conn.request():
            time.sleep(seconds)
            conn.send(answer())

    return script


def silent(conn: Conn) -> None:
    """Reads one request and never answers."""
    conn.request()
    conn.wait_for_close()


class WatchedLoop:
    """An event loop that counts the watchers that are open, and how often each kind was made and called."""

    def __init__(self, loop: Any) -> None:
        self._loop = loop
        self.open: set[Watcher] = set()
        self.made = {"io": 0, "timer": 0}
        self.called = {"io": 0, "timer": 0}

    def io(self, *args: Any) -> Watcher:
        return Watcher(self, "io", self._loop.io(*args))

    def timer(self, *args: Any) -> Watcher:
        return Watcher(self, "timer", self._loop.timer(*args))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)


class Watcher:
    def __init__(self, loop: WatchedLoop, kind: str, watcher: Any) -> None:
        self._loop, self._kind, self._watcher = loop, kind, watcher
        loop.open.add(self)
        loop.made[kind] += 1

    def start(self, callback: Callable[..., Any], *args: Any, **options: Any) -> None:
        def counted(*given: Any) -> None:
            self._loop.called[self._kind] += 1
            callback(*given)

        self._watcher.start(counted, *args, **options)

    def stop(self) -> None:
        self._watcher.stop()

    def close(self) -> None:
        assert not self._watcher.active, "libev aborts where an active watcher is closed with its socket"
        self._loop.open.discard(self)
        self._watcher.close()


def watched_network(**settings: Any) -> tuple[Network, WatchedLoop]:
    """A network on a counting loop; `tls`, `route` and `http` are its settings."""
    network = Network(Settings(**settings))
    loop = network.loop = WatchedLoop(network.loop)
    return network, loop


def start(run: Callable[[], Any]) -> greenlet:
    """Run a function as a user: in a raw greenlet below the hub."""
    hub = get_hub()
    fiber = greenlet(run, parent=hub)
    hub.loop.run_callback(fiber.switch)
    return fiber


def until(condition: Callable[[], Any]) -> None:
    """Let the loop turn until something holds."""
    for _ in range(2000):
        if condition():
            return
        gevent.sleep(0.005)
    raise AssertionError("it never came to hold")


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))
