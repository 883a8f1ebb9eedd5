"""The `requests` transport: a session of the Python library for each user and origin, on gevent's sockets.

Where to connect, TLS and all limits are ours, and so are redirects and cookies; what lies between is requests and
urllib3 as they are. Their sockets are gevent's own, handed in by `urllib3_`, so no module is patched.

What differs from `fast`: `received` counts head and body without the framing of chunks; an upload is not broken off
where the server answers early and reads no further.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import gevent
import requests
from gevent import socket, ssl
from requests.structures import CaseInsensitiveDict
from urllib3.util import SKIP_HEADER

from loadspec.clock import monotonic
from loadspec.transports.base import UNPARSED, Channel, Deadlines, ExchangeError, explain
from loadspec.transports.network import Network
from loadspec.transports.urllib3_ import Session, explained
from loadspec.wire.encoding import decode_content
from loadspec.wire.fasthead import sets_cookies
from loadspec.wire.head import known_head
from loadspec.wire.limits import Limits
from loadspec.wire.request import split_request
from loadspec.wire.url import Origin

_CHUNK: Final = 65536
_ADDED: Final = ("Accept-Encoding", "User-Agent", "Host")
"""Header lines that urllib3 would add by itself."""
_RACES: Final = ("closed", "reset")


class RequestsChannel(Channel):
    """One user's session for one origin; the `Hooks` of its connections."""

    __slots__ = (
        "_begin",
        "_by",
        "_deadlines",
        "_network",
        "_origin",
        "_phase",
        "_raw",
        "_session",
        "_timeout",
        "limits",
    )

    def __init__(self, network: Network, origin: Origin, resume: Callable[[], Any], seat: int = 0) -> None:
        super().__init__()
        self._network = network
        self._origin = origin
        self._session: Session | None = None
        self._raw: Any = None
        self._timeout: Any = None
        self._phase = ""
        self.limits: Limits = network.limits

    def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, head: bool = False) -> bool:
        """See `Channel`."""
        self.started = monotonic()
        self._deadlines = deadlines
        self._by = self.started + deadlines.total
        self.limits = self._network.limits
        self.status = 0
        self.error = ""
        self.parsed = UNPARSED
        self.first = self.sent = 0.0
        self.in_flight = False
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
            self._session = Session(self, self._network.settings.http.proxy)
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

    def _read(self, raw: Any) -> None:
        """The answer, with its caps."""
        self._raw = raw
        self._limit("body", self._deadlines.idle)
        head: bytes = raw._original_response.head
        pieces, size = [], 0
        for piece in raw.stream(_CHUNK, decode_content=False):
            size += len(piece)
            if size > self.limits.body_bytes:
                raise ExchangeError("limit", "body", f"The body exceeds {self.limits.body_bytes} bytes.")
            pieces.append(piece)
            if self._deadlines.idle is not None:
                self._limit("body", self._deadlines.idle)
        self.ended = monotonic()
        raw.release_conn()
        self._raw = None
        parsed = known_head(head)
        self.head = head
        self.sets_cookies = sets_cookies(head)
        self.received = raw._original_response.head_size + size
        self.body = decode_content(b"".join(pieces), parsed.content_encoding, self.limits)
        self.status = parsed.status

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
        self._lift_limit()  # the look-up has its own
        addresses = self._network.resolve(host, port, left if deadlines.dns is None else min(left, deadlines.dns))
        failure: ExchangeError | None = None
        for family, address in addresses:
            try:
                return self._open(family, address)
            except OSError as error:
                failure = explain(error, "connect")
                failure.args = (f"{self._origin}: {failure}",)
        raise failure or ExchangeError("dns", "dns", f"{host} has no address")

    def _open(self, family: int, address: Any) -> Any:
        begin = monotonic()
        self._limit("connect", None)
        sock = socket.socket(family)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.connect(address)
        except BaseException:
            sock.close()
            raise
        self.connecting = monotonic() - begin
        return sock

    def secure(self, sock: Any) -> Any:
        """See `Hooks`."""
        begin = monotonic()
        self._limit("tls", self._deadlines.tls)
        try:
            sock = ssl.SSLSocket(
                sock,
                do_handshake_on_connect=False,
                server_hostname=self._network.server_name(self._origin),
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
        self.error, self.phase, self.message = error.kind, error.phase, str(error)
        self.head = self.body = b""
        self.received = 0
        self.ended = monotonic()
        self.in_flight = False
        return False

    def disconnect(self) -> None:
        """See `Channel`."""
        if self._raw is not None:
            self._raw.close()
            self._raw = None
        if self._session is not None:
            self._session.close()


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
    prepared.url = f"{origin}{prepared.target}" if target.startswith(b"/") else f"{origin}/"
    prepared.headers = headers
    prepared.body = body if "Content-Length" in headers else None
    prepared.hooks = {"response": []}
    return prepared
