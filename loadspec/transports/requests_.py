"""The `requests` transport: a session of the Python library for each user and origin, on gevent's sockets.

Where to connect, TLS and all limits are ours, and so are redirects and cookies; what lies between is requests and
urllib3 as they are. Their sockets are gevent's own, handed in by `urllib3_`, so no module is patched.

What differs from `fast`: `received` counts head and body without the framing of chunks; an upload is not broken off
where the server answers early and reads no further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import gevent
import requests
from gevent import socket, ssl
from requests.structures import CaseInsensitiveDict
from urllib3.util import SKIP_HEADER

from loadspec.clock import monotonic
from loadspec.transports.base import (
    ABSENT,
    CHUNK,
    DISCARD,
    KEEP,
    READ,
    UNPARSED,
    Channel,
    Deadlines,
    Discarded,
    ExchangeError,
    explain,
)
from loadspec.transports.dialing import open_socket
from loadspec.transports.network import Network
from loadspec.transports.proxied import check_target
from loadspec.transports.tls import refuse_reset
from loadspec.transports.tunnel import open_tunnel
from loadspec.transports.urllib3_ import Session, explained
from loadspec.wire.encoding import decode_content
from loadspec.wire.fasthead import sets_cookies
from loadspec.wire.head import Head, known_head
from loadspec.wire.limits import Limits
from loadspec.wire.proxies import Proxy
from loadspec.wire.request import split_request
from loadspec.wire.url import Origin

_ADDED: Final = ("Accept-Encoding", "User-Agent", "Host")
"""Header lines that urllib3 would add by itself."""
_NO_CONTENT: Final = 204
_BODILESS: Final = (_NO_CONTENT, 304)
_PIECES_A_TURN: Final = 16
"""How many pieces of a body are read at most before other users get a turn."""
_RACES: Final = ("closed", "reset")


class RequestsChannel(Channel):
    """One user's session for one origin; the `Hooks` of its connections."""

    __slots__ = (
        "_begin",
        "_by",
        "_deadlines",
        "_mode",
        "_phase",
        "_proxy",
        "_raw",
        "_secured",
        "_session",
        "_spoilt",
        "_timeout",
        "_tls_session",
        "_whole",
        "limits",
        "target",
    )

    def __init__(self, network: Network, origin: Origin, resume: Callable[[], Any], seat: int = 0) -> None:
        super().__init__(network, origin, resume, seat)
        self._session: Session | None = None
        self._raw: Any = None
        self._secured: Any = None
        """The socket of TLS that was opened last, where sessions are kept."""
        self._tls_session: Any = None
        self._timeout: Any = None
        self._phase = ""
        self._whole = ""
        self.limits: Limits = network.limits
        self.target = ""

    def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, body: int = KEEP) -> bool:
        """See `Channel`."""
        self.started = monotonic()
        self._deadlines = deadlines
        self._by = self.started + deadlines.total
        self._mode = body
        self.limits = self._network.limits
        self.status = 0
        self.error = ""
        self.parsed = UNPARSED
        self.first = self.sent = 0.0
        self.in_flight = self._spoilt = False
        try:
            self._read(self._send(_prepare(request, self._origin), idempotent))
        except gevent.Timeout as timeout:
            if timeout is not self._timeout:
                self.close()
                raise
            return self._failed(ExchangeError("timeout", self._phase, "no complete answer within the timeout"))
        except Exception as error:
            return self._failed(explained(error, self._phase))
        except BaseException:
            self.close()
            raise
        finally:
            self._lift_limit()
        self.in_flight = False
        return True

    def _send(self, request: Any, idempotent: bool) -> Any:
        """urllib3's response, its head read. A kept connection that breaks before it is retried once."""
        if self._session is None:
            proxy = self._forwards()
            self._session, self._whole = Session(self, proxy), str(self._origin) if proxy else ""
        self.target = self._whole + request.target
        while True:
            self.reused = True
            self.blocked = self.connecting = self.tls = 0.0
            self.ready = monotonic()
            self._limit("write", self._deadlines.send)
            try:
                return self._session.send(request, stream=True, allow_redirects=False).raw
            except Exception as error:
                race = self.reused and not self.first and explained(error, "").kind in _RACES
                if not (race and idempotent):
                    raise
                self.retries += 1
                self.disconnect()

    def _forwards(self) -> str | None:
        """The URL of the proxy that is handed whole URLs; `dial` opens ways through any other."""
        proxy = self._proxy = self._network.proxy(self._origin)
        if proxy is None:
            return None
        check_target(self._network, self._origin, self._deadlines.total)
        if proxy.scheme == "https":
            message = "the transport `requests` speaks to no proxy over TLS; `fast` and `curl` do"
            raise ExchangeError("proxy", "connect", f"{proxy}: {message}")
        if not proxy.forwards(self._origin):
            return None
        self._proxy = None
        return proxy.url

    def _read(self, raw: Any) -> None:
        """The answer, with its caps."""
        self._raw = raw
        if self._secured is not None:
            self._tls_session = self._secured.session  # not earlier: tickets of TLS 1.3 come with answers
        self._limit("body", self._deadlines.idle)
        head: bytes = raw._original_response.head
        parsed = known_head(head)
        pieces, size = [], 0
        for number, piece in enumerate(self._pieces(raw, parsed), 1):
            size += len(piece)
            if number % _PIECES_A_TURN == 0:  # a socket that is never empty never makes its reader wait
                gevent.sleep(0)
            if self._mode != DISCARD:
                if size > self.limits.body_bytes:
                    raise ExchangeError("limit", "body", f"The body exceeds {self.limits.body_bytes} bytes.")
                pieces.append(piece)
            if self._deadlines.idle is not None:
                self._limit("body", self._deadlines.idle)
        self.ended = monotonic()
        raw.release_conn()
        self._raw = None
        if self._spoilt or not parsed.persistent:  # http.client looks at the first Connection line alone
            self.disconnect()
        self.head = head
        self.sets_cookies = sets_cookies(head)
        self.received = raw._original_response.head_size + size
        discards = self._mode == DISCARD
        self.body = Discarded.of(size) if discards else self._decoded(b"".join(pieces), parsed)
        self.status = parsed.status

    def _decoded(self, body: bytes, parsed: Head) -> bytes:
        if len(parsed.codings) > 1:  # of which urllib3 has undone the last, chunked
            body = decode_content(body, b",".join(parsed.codings[:-1]), self.limits)
        return decode_content(body, parsed.content_encoding, self.limits)

    def _pieces(self, raw: Any, head: Head) -> Iterator[bytes]:
        """The body as it comes. Where there can be none, urllib3 would wait for one that a head announces."""
        if self._mode == ABSENT or head.status in _BODILESS:
            raw._original_response.close()
            if head.status == _NO_CONTENT and (head.codings or head.length):
                self.disconnect()  # it must not announce one, and may send it
            return
        yield from raw.stream(CHUNK, decode_content=False)

    # Hooks

    def dial(self, host: str, port: int) -> Any:
        """See `Hooks`."""
        self.reused = False
        self.ready = 0.0
        self._begin = begin = monotonic()
        deadlines = self._deadlines
        if deadlines.connect is not None:
            self._by = min(self._by, begin + deadlines.connect)
        left = max(0.001, self._by - begin)
        self._lift_limit()  # looking up and connecting have theirs
        left = left if deadlines.dns is None else min(left, deadlines.dns)
        proxy, target = self._proxy, ""
        if proxy is not None:
            if proxy.scheme == "socks5":
                target = self._network.addresses(host, port, left)[0][1][0]
            host, port = proxy.host, proxy.port
        addresses = self._network.addresses(host, port, left)
        begin = monotonic()
        try:
            sock = open_socket(self._network, addresses, self._resume, self._by, self._seat)
        except ExchangeError as error:
            error.args = (f"{self._origin if proxy is None else proxy}: {error}",)
            raise
        if proxy is not None:
            self._tunnel(sock, proxy, target)
        self.connecting = monotonic() - begin
        return socket.socket(sock.family, sock.type, fileno=sock.detach())

    def _tunnel(self, sock: Any, proxy: Proxy, address: str) -> None:
        self._limit("connect", None)
        try:
            open_tunnel(sock, proxy, self._origin, address, lambda events, _phase: _ready(sock, events))
        except BaseException:
            sock.close()
            raise
        self._lift_limit()

    def secure(self, sock: Any) -> Any:
        """See `Hooks`."""
        begin = monotonic()
        self._limit("tls", self._deadlines.tls)
        try:
            sock = _Secure(
                sock,
                do_handshake_on_connect=False,
                suppress_ragged_eofs=False,
                server_hostname=self._network.server_name(self._origin),
                _session=self._tls_session,
                _context=self._network.context(self._origin),
            )
            sock.do_handshake()
        except OSError as error:
            sock.close()
            raise explain(error, "tls") from None
        except ValueError as error:
            sock.close()
            raise ExchangeError("tls", "tls", f"TLS failed: {error}") from None
        except BaseException:
            sock.close()
            raise
        self.tls = monotonic() - begin
        if self._network.resumption:
            self._secured = sock
        return sock

    def opened(self) -> None:
        """See `Hooks`."""
        self.ready = monotonic()
        self.blocked = self.ready - self._begin
        self._by = self.started + self._deadlines.total
        self._limit("write", self._deadlines.send)

    def was_sent(self) -> None:
        """See `Hooks`."""
        self.sent = monotonic()
        self.in_flight = True
        self._limit("headers", self._deadlines.first_byte)

    def heard(self) -> None:
        """See `Hooks`."""
        if not self.first:
            self.first = monotonic()
            self._limit("body", self._deadlines.idle)

    def spoilt(self) -> None:
        """See `Hooks`."""
        self._spoilt = True

    # Limits

    def _limit(self, phase: str, seconds: float | None) -> None:
        """From now on it is `phase`, which may last so long, and the exchange as long as it may."""
        self._lift_limit()
        self._phase = phase
        left = self._by - monotonic()
        self._timeout = gevent.Timeout.start_new(max(0.0, left if seconds is None else min(seconds, left)))

    def _lift_limit(self) -> None:
        if self._timeout is not None:
            self._timeout.close()
            self._timeout = None

    # The end

    def _failed(self, error: ExchangeError) -> bool:
        self.disconnect()
        return self._no_answer(error)

    def disconnect(self) -> None:
        """See `Channel`."""
        if self._raw is not None:
            self._raw.close()
            self._raw = None
        if self._session is not None:
            self._session.close()
        self._secured = None

    def close(self) -> None:
        """See `Channel`."""
        self.disconnect()
        self._tls_session = None


class _Secure(ssl.SSLSocket):  # type: ignore[misc]  # gevent has no types
    """TLS whose end is told from a reset."""

    def read(self, *args: Any) -> Any:
        """See `ssl.SSLSocket`."""
        try:
            return super().read(*args)
        except ssl.SSLEOFError as error:
            refuse_reset(error)
            return 0 if args[1:] else b""  # args[1] is a buffer to read into


def _ready(sock: Any, events: int) -> None:
    """Wait until a socket is ready; the limit of the exchange ends it, too."""
    (socket.wait_read if events == READ else socket.wait_write)(sock.fileno())


def _prepare(request: bytes, origin: Origin) -> Any:
    """A request as requests holds it; its header lines of one name become one."""
    method, target, lines, body = split_request(request)
    headers: CaseInsensitiveDict[str] = CaseInsensitiveDict()
    for line in lines.decode("latin-1").split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        value = value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    for name in _ADDED:
        headers.setdefault(name, SKIP_HEADER)
    prepared: Any = requests.PreparedRequest()
    prepared.method = method
    prepared.target = target.decode("latin-1")
    prepared.url = f"{origin}/"
    prepared.headers = headers
    prepared.body = body if "Content-Length" in headers else None
    prepared.hooks = {"response": []}
    return prepared
