"""What a request costs below the program: system calls to nginx, and switches between greenlets by the loop."""

from __future__ import annotations

import itertools
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import gevent
from greenlet import getcurrent, greenlet

from bench.hotpath_rig import best, rounds
from loadspec.transports.connection import READ
from loadspec.transports.fast import FastChannel
from loadspec.transports.memory_tls import MemoryTls
from loadspec.transports.network import Network
from loadspec.wire.url import Origin

LIMIT = 65536


def sockets(url: str, count: int) -> list[Any]:
    """Connections to nginx, over TLS where the URL says so."""
    where = urlsplit(url)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    made: list[Any] = []
    for _ in range(count):
        sock = socket.create_connection((where.hostname, where.port), 10)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.append(_secure(sock, context, str(where.hostname)) if where.scheme == "https" else sock)
    return made


def _secure(sock: socket.socket, context: ssl.SSLContext, name: str) -> MemoryTls:
    made = MemoryTls(sock, context, name, None)
    made.do_handshake()
    return made


def ask(sock: Any, request: bytes) -> bytes:
    """One request, and all that is there of its answer a moment later."""
    sock.send(request)
    time.sleep(0.05)
    return bytes(sock.recv(LIMIT))


def kernel(url: str, requests: list[bytes], users: int) -> dict[str, float]:
    """µs of one `send` and one `recv`, in turn on many connections: as a channel calls them, and what is below."""
    connections = sockets(url, users)
    turns = itertools.cycle(requests)
    for connection in connections:
        ask(connection, next(turns))
    ways = {"": [(c.send, c.recv) for c in connections], "bare ": [_bare(c) for c in connections]}
    poll = select.poll()
    for connection in connections:
        poll.register(connection, select.POLLIN)
    times: dict[str, list[float]] = {f"{way}{what}": [] for way in ways for what in ("send", "receive")}
    for way, request in _alternate(list(ways), turns):
        begin = time.process_time()
        for send, _ in ways[way]:
            send(request)
        sent = time.process_time()
        while len(poll.poll(1000)) < users:
            time.sleep(0.0005)
        ready = time.process_time()
        for _, receive in ways[way]:
            receive(LIMIT)
        times[f"{way}send"].append(sent - begin)
        times[f"{way}receive"].append(time.process_time() - ready)
    for connection in connections:
        connection.close()
    return {name: sorted(found)[len(found) // 4] / users * 1e6 for name, found in times.items()}


def _bare(connection: Any) -> tuple[Callable[[bytes], Any], Callable[[int], Any]]:
    """The system call, and what OpenSSL does before or after it, with nothing for any case but the common one."""
    if not isinstance(connection, MemoryTls):
        return connection.send, connection.recv
    write, drain, say = connection._write, connection._drain, connection._say
    hear, feed, read = connection._hear, connection._feed, connection._read

    def send(request: bytes) -> None:
        write(request)
        say(drain())

    def receive(limit: int) -> bytes:
        feed(hear(limit))
        return read(limit)

    return send, receive


def _alternate(ways: list[str], turns: Iterator[bytes]) -> Iterator[tuple[str, bytes]]:
    for _ in rounds(40):
        request = next(turns)
        for way in ways:
            yield way, request


def waiting(users: int, wakes: int = 20_000) -> dict[str, float]:
    """µs of one wait of a user, from its switch to the hub until the loop's watcher has it go on; and of its floor.

    Each user's socket has a byte to read that nobody reads, so that the loop finds all of them ready in each turn.
    """
    pairs = [socket.socketpair() for _ in range(users)]
    readers = [reader for reader, writer in pairs if writer.send(b"x")]
    woken = min(_woken(readers, wakes // users) for _ in rounds())
    watched = min(_watched(readers, wakes // users) for _ in rounds())
    for pair in pairs:
        for sock in pair:
            sock.close()
    return {"switch": woken, "bare switch": watched + _bare_switch()}


class Ready(FastChannel):
    """A channel on a socket that always has something to read, and is no worse for it."""

    __slots__ = ()

    def attach(self, sock: socket.socket) -> None:
        """Watch a socket as `_open` does."""
        self._watcher = self._network.loop.io(sock.fileno(), READ)
        self._watcher.start(self._on_readable)

    def _alive(self) -> bool:
        return True


def _woken(readers: list[socket.socket], turns: int) -> float:
    """µs of one wake of a user by its channel."""
    network, origin = Network(), Origin("http", "127.0.0.1", 1)

    def live(reader: socket.socket) -> None:
        channel = Ready(network, origin, getcurrent().switch)
        channel.attach(reader)
        for _ in range(turns):
            channel._wait("headers")
        channel.close()

    begin = time.process_time()
    gevent.joinall([gevent.spawn(live, reader) for reader in readers], raise_error=True)
    return (time.process_time() - begin) / (turns * len(readers)) * 1e6


def _watched(readers: list[socket.socket], turns: int) -> float:
    """µs of one event of a libev watcher whose callback does nothing."""
    loop = gevent.get_hub().loop
    watchers = [loop.io(reader.fileno(), READ) for reader in readers]
    for watcher in watchers:
        watcher.start(int)
    begin = time.process_time()
    for _ in range(turns):
        loop.run(nowait=True, once=True)
    spent = time.process_time() - begin
    for watcher in watchers:
        watcher.stop()
        watcher.close()
    return spent / (turns * len(readers)) * 1e6


def _bare_switch() -> float:
    """µs of a switch to another greenlet and back."""

    def run() -> None:
        back = getcurrent().parent.switch
        while True:
            back()

    return best(greenlet(run).switch)
