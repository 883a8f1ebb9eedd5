"""A way through a proxy: CONNECT (RFC 9110 §9.3.6) or SOCKS5, over TLS where the proxy is spoken to so."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from loadspec.transports.base import CHUNK, NOT_NOW, READ, WRITE, ExchangeError, explain
from loadspec.wire import socks5
from loadspec.wire.errors import ProtocolError
from loadspec.wire.proxies import Proxy, connect_request
from loadspec.wire.response import ResponseParser
from loadspec.wire.url import Origin

if TYPE_CHECKING:
    import socket

Wait = Callable[[int, str], None]
"""(READ or WRITE, phase): gives way until the socket is ready. Raises ExchangeError at the deadline."""


def open_tunnel(sock: socket.socket, proxy: Proxy, target: Origin, address: str, wait: Wait) -> None:
    """Have the proxy connect `sock` on to the target; `address` is where the target lies, "" where the proxy finds out.

    Raises ExchangeError: what the socket failed with, or `proxy` where the proxy refuses.
    """
    talk = _Talk(sock, wait)
    try:
        if proxy.is_http:
            _by_connect(talk, proxy, target)
        else:
            _by_socks(talk, proxy, target, address)
    except (OSError, ProtocolError) as error:
        raise _refused(proxy, target, str(explain(error, "connect"))) from None


def _by_connect(talk: _Talk, proxy: Proxy, target: Origin) -> None:
    talk.send(connect_request(target, proxy.authorization))
    parser = ResponseParser(head_request=True)  # an answer to CONNECT has no body if there is a way (RFC 9110 §9.3.6)
    while not parser.feed(talk.receive(CHUNK)):
        pass
    if not 200 <= parser.status < 300:
        raise _refused(proxy, target, f"it answered {parser.status} {parser.reason}".rstrip())
    if parser.trailing:
        raise _refused(proxy, target, "bytes that nobody asked for came after its answer")


def _by_socks(talk: _Talk, proxy: Proxy, target: Origin, address: str) -> None:
    dialogue = socks5.connect(address or target.host, target.port, proxy.username, proxy.password)
    try:
        data, length = next(dialogue)
        while True:
            talk.send(data)
            data, length = dialogue.send(talk.receive_exactly(length))
    except StopIteration:
        return
    except socks5.SocksError as error:
        raise _refused(proxy, target, str(error)) from None


def _refused(proxy: Proxy, target: Origin, why: str) -> ExchangeError:
    return ExchangeError("proxy", "connect", f"the proxy {proxy} gives no way to {target}: {why}")


class _Talk:
    """Sending and receiving on a socket that does not block."""

    def __init__(self, sock: socket.socket, wait: Wait) -> None:
        self._sock = sock
        self._wait = wait

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[self._sock.send(view) :]
            except NOT_NOW:
                self._wait(WRITE, "connect")

    def receive(self, limit: int) -> bytes:
        while True:
            try:
                data = self._sock.recv(limit)
            except NOT_NOW:
                self._wait(READ, "connect")
                continue
            if not data:
                raise ConnectionError("it closed the connection before it gave an answer")
            return data

    def receive_exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            data += self.receive(length - len(data))
        return data
