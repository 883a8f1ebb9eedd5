"""Proxies whose every byte a test decides: HTTP with CONNECT, and SOCKS5. Loopback only."""

from __future__ import annotations

import select
import socket
import ssl
import struct
from base64 import b64encode
from contextlib import suppress

from support_net import Conn, ScriptedServer, answer

LOGIN = ("us er", "p@ss:w\N{LATIN SMALL LETTER O WITH DIAERESIS}rd")
"""A name and password that need %-escapes in a URL."""
ESCAPED = "us%20er:p%40ss%3Aw%C3%B6rd"


def pump(one: socket.socket, other: socket.socket) -> None:
    """Copy between two sockets until either closes; in one thread, as TLS sockets want it."""
    with suppress(OSError, ssl.SSLError):
        while True:
            ready = [sock for sock in (one, other) if isinstance(sock, ssl.SSLSocket) and sock.pending()]
            for sock in ready or select.select([one, other], [], [], 10)[0]:
                data = sock.recv(65536)
                if not data:
                    return
                (other if sock is one else one).sendall(data)
            if not ready and not one.fileno() > 0:
                return


class Asked:
    """What a proxy was asked for: hosts and ports."""

    def __init__(self, places: dict[str, int] | None = None, login: tuple[str, str] | None = None) -> None:
        self.places = places or {}
        """Names that the proxy knows → ports of this machine."""
        self.login = login
        self.tunnels: list[tuple[str, int]] = []

    def open(self, host: str, port: int) -> socket.socket:
        self.tunnels.append((host, port))
        return socket.create_connection(("127.0.0.1", self.places.get(host, port)), timeout=10)

    def http(self, conn: Conn) -> None:
        """Answers http itself, and tunnels."""
        token = b64encode(":".join(self.login).encode()) if self.login else b""
        while request := conn.request():
            if self.login and b"\r\nProxy-Authorization: Basic " + token + b"\r\n" not in request:
                conn.send(answer(b"who?", "407 Proxy Authentication Required"))
            elif not request.startswith(b"CONNECT "):
                conn.send(answer(request.split(b" ")[1]))
            else:
                host, _, port = request.split(b" ")[1].decode().rpartition(":")
                with self.open(host.strip("[]"), int(port)) as there:
                    conn.send(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
                    return pump(conn.sock, there)
        return None

    def socks(self, conn: Conn) -> None:
        """RFC 1928 and 1929."""
        sock = conn.sock
        _, count = _exactly(sock, 2)
        methods = _exactly(sock, count)
        if self.login is not None:
            if 2 not in methods:
                return conn.send(b"\x05\xff")
            conn.send(b"\x05\x02")
            _exactly(sock, 1)
            given = tuple(_exactly(sock, _exactly(sock, 1)[0]).decode() for _ in range(2))
            conn.send(b"\x01" + (b"\x00" if given == self.login else b"\x01"))
            if given != self.login:
                return None
        else:
            conn.send(b"\x05\x00")
        _, _, _, kind = _exactly(sock, 4)
        if kind == 3:
            host = _exactly(sock, _exactly(sock, 1)[0]).decode()
        else:
            family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, _exactly(sock, size))
        (port,) = struct.unpack(">H", _exactly(sock, 2))
        try:
            there = self.open(host, port)
        except OSError:
            return conn.send(b"\x05\x05\x00\x01" + bytes(6))
        with there:
            conn.send(b"\x05\x00\x00\x03\x04here\x01\x02")
            return pump(sock, there)


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise OSError("closed")
        data += more
    return data


def url(scheme: str, server: ScriptedServer, login: str = "") -> str:
    return f"{scheme}://{f'{login}@' if login else ''}127.0.0.1:{server.port}"
