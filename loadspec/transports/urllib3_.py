"""Where requests and urllib3 are held: we open their connections, and keep the heads that they read as they came.

`Hooks` is what a channel does for its session.
"""

from __future__ import annotations

import logging
import ssl
from functools import partial
from http.client import HTTPException, HTTPResponse, IncompleteRead, RemoteDisconnected
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final, Protocol

import gevent
import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InvalidChunkLength

from loadspec.transports.base import ExchangeError, explain
from loadspec.wire.errors import ProtocolError
from loadspec.wire.head import known_head
from loadspec.wire.limits import Limits
from loadspec.wire.lines import check_head, final_head, too_many_informational
from loadspec.wire.proxies import parse_proxy

_LINES_A_TURN: Final = 256
"""How many lines are read at most before other users get a turn."""

logging.getLogger("urllib3").addHandler(logging.NullHandler())  # what it warns of, errors say


class Hooks(Protocol):
    """What a connection asks of its channel, in this order."""

    def dial(self, host: str, port: int) -> Any:
        """A connected socket. Raises ExchangeError."""

    def secure(self, sock: Any) -> Any:
        """TLS on it. Raises ExchangeError."""

    def opened(self) -> None:
        """The connection is there."""

    def was_sent(self) -> None:
        """The request has left."""

    def heard(self) -> None:
        """The first line of the answer came."""

    def spoilt(self) -> None:
        """More than the answer came: the connection cannot be used again."""

    @property
    def limits(self) -> Limits:
        """What an answer may cost."""

    @property
    def target(self) -> str:
        """What the request asks for."""


class _File:
    """A response's file. It keeps the lines of the head, and looks at its end whether anything is left in it."""

    def __init__(self, file: Any, hooks: Hooks) -> None:
        self.file = file
        self.lines: list[bytes] = []
        self._head = True
        self._read = 0
        self._hooks = hooks

    def readline(self, limit: int = -1) -> bytes:
        line: bytes = self.file.readline(limit)
        if self._head:
            if not self.lines and line:
                self._hooks.heard()
            self.lines.append(line)
        self._read += 1
        if self._read % _LINES_A_TURN == 0:  # a socket that is never empty never makes its reader wait
            gevent.sleep(0)
        return line

    def head_is_over(self) -> None:
        self._head = False

    def close(self) -> None:
        if not self.file.closed and self._left():
            self._hooks.spoilt()
        self.file.close()

    def _left(self) -> bool:
        sock = self.file.raw._sock
        timeout = sock.gettimeout()
        sock.settimeout(0.0)
        try:
            return bool(self.file.peek(1))
        except OSError:  # nothing, by TLS
            return False
        finally:
            sock.settimeout(timeout)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


class Response(HTTPResponse):
    """An answer that keeps its raw head and passes over every 1xx, not only 100."""

    head = b""
    head_size = 0
    """In bytes, with 1xx heads."""

    def __init__(self, hooks: Hooks, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._hooks = hooks
        self._heads = 0

    def begin(self) -> None:
        """Read the head. Raises ExchangeError and our ProtocolError, which urllib3 lets pass."""
        self.fp = file = _File(self.fp, self._hooks)  # type: ignore[assignment]
        try:
            while not self._heads or (self.status < 200 and self.status != 101):
                self.headers = None  # type: ignore[assignment]  # http.client reads where there are none
                super().begin()
            if self.status == 101:
                raise ExchangeError("protocol", "status", "The server switched protocols unasked (101).")
            self.head = self._checked(file.lines)
            self.head_size = sum(map(len, file.lines))
            file.head_is_over()
        except RemoteDisconnected as error:
            if any(file.lines):
                raise _head_error(error, [line for line in file.lines if line]) from None
            raise ExchangeError("closed", "headers", "the server closed the connection without an answer") from None
        except HTTPException as error:
            raise _head_error(error, file.lines) from None
        except OSError as error:
            raise explain(error, "headers") from None

    def _read_status(self) -> Any:
        """http.client passes over any number of 100s by itself, without giving way to other users."""
        if self._heads > self._hooks.limits.informational:
            raise too_many_informational(self._hooks.limits)
        self._heads += 1
        return super()._read_status()  # type: ignore[misc]

    def _checked(self, lines: list[bytes]) -> bytes:
        """The head, if our own parser takes it too: http.client stops at a line that it cannot read."""
        head = final_head([line for line in lines if line], self._hooks.limits)
        check_head(head, self._hooks.limits)
        parsed = known_head(head)
        bodiless = self._method == "HEAD" or self.status in (204, 304)  # type: ignore[attr-defined]
        if parsed.length_fault and not (parsed.codings or bodiless):
            raise ExchangeError("protocol", "headers", parsed.length_fault)
        return head


def _head_error(error: HTTPException, lines: list[bytes]) -> ExchangeError:
    text = str(error) or type(error).__name__
    if "got more than" in text:
        return ExchangeError("limit", "headers", text)
    if lines and not lines[-1].endswith(b"\n"):
        return ExchangeError("incomplete", "headers" if len(lines) > 1 else "status", "The head is incomplete.")
    return ExchangeError("protocol", "status", text)


class Plain(urllib3.connection.HTTPConnection):
    """A connection whose socket a channel opens."""

    def __init__(self, *args: Any, hooks: Hooks, **options: Any) -> None:
        super().__init__(*args, **options)
        self._hooks = hooks
        self._broken: ExchangeError | None = None
        self.response_class = partial(Response, hooks)  # type: ignore[assignment]

    def _new_conn(self) -> Any:
        return self._hooks.dial(self._dns_host, self.port)

    def connect(self) -> None:
        """Open the connection."""
        super().connect()
        self._hooks.opened()

    def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
        """Begin the request, with its target as it is: urllib3 tidies it up, and a signature would not fit."""
        super().putrequest(method, self._hooks.target, *args, **options)

    def send(self, data: Any) -> None:
        """Send; where the server has stopped reading, what it said instead is read."""
        self._broken = None
        try:
            super().send(data)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError) as error:
            self._broken = explain(error, "write")
            raise BrokenPipeError(*error.args) from None  # which urllib3 takes for that

    def getresponse(self) -> Any:
        """Read the head of the answer."""
        self._hooks.was_sent()
        try:
            return super().getresponse()
        except ExchangeError as error:
            if self._broken is None or error.phase == "tls":  # the latter says why the server broke off
                raise
            raise self._broken from None


class Secured(Plain, urllib3.connection.HTTPSConnection):
    """The same over TLS."""

    def connect(self) -> None:
        """Open the connection, through a proxy's tunnel where there is one."""
        self.sock = self._new_conn()
        if self.proxy_is_tunneling:
            self._has_connected_to_proxy = True
            self._tunnel()
        self.sock = self._hooks.secure(self.sock)
        self.is_verified = True  # as far as the settings ask for it
        self._has_connected_to_proxy = bool(self.proxy)
        self._hooks.opened()


class _Adapter(HTTPAdapter):
    """Pools whose connections are ours."""

    def __init__(self, hooks: Hooks) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1)
        self._kinds = {"http": partial(Plain, hooks=hooks), "https": partial(Secured, hooks=hooks)}

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        pool.ConnectionCls = self._kinds[pool.scheme]
        return pool

    def cert_verify(self, *args: Any, **options: Any) -> None:
        """Verifying is up to the channel's TLS."""

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        """Name and password as UTF-8, which requests takes for Latin-1."""
        name, _, value = parse_proxy(proxy).authorization.decode().strip().partition(": ")
        return {name: value} if value else {}


class Session(requests.Session):
    """A session that adds nothing of its own: no redirects, cookies, proxies or passwords of the environment."""

    def __init__(self, hooks: Hooks, proxy: str | None) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.proxies = {"http": proxy, "https": proxy} if proxy else {}
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(hooks))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: requests would read the body of a redirect before us."""


def explained(error: BaseException, phase: str) -> ExchangeError:
    """What requests and urllib3 raised, by its cause."""
    causes, number = [error], 0
    while number < len(causes):
        cause = causes[number]
        found = _explain_one(cause, phase)
        if found is not None:
            return found
        near = (*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__)
        causes += [other for other in near if isinstance(other, BaseException) and other not in causes]
        number += 1
    return ExchangeError("protocol", phase, str(error))


def _explain_one(error: BaseException, phase: str) -> ExchangeError | None:
    if isinstance(error, InvalidChunkLength):
        return ExchangeError("protocol", "body", "The size of a chunk is no number.")
    if isinstance(error, IncompleteRead) or "ended prematurely" in str(error):
        return ExchangeError("incomplete", "body", "The body is incomplete.")
    ours = isinstance(error, ExchangeError | ProtocolError)
    if ours or (isinstance(error, OSError) and not isinstance(error, requests.RequestException)):
        return explain(error, phase)
    return None
