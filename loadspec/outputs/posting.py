"""HTTP for outputs that send: one connection that is kept, a limit on every wait, and an error that says what to do.

No redirect is followed. The system's proxy is used (HTTP_PROXY, HTTPS_PROXY, NO_PROXY); `guard` sees each address
before it is connected to, the proxy's too.
"""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from loadspec import __version__
from loadspec.outputs.pump import Refused

TIMEOUT = 5.0
"""Seconds for connecting, and for each read."""
_READ = 1 << 16
_SHOWN = 160
"""Characters of an answer that an error shows."""
_AGAIN = frozenset({408, 425, 429})
"""Statuses below 500 after which the same request may be taken."""

Guard = Callable[[str], str]
"""An IP address → why nobody may connect to it; empty where one may."""


def _anywhere(_address: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to send, and how to be let in."""

    url: str
    """http or https, without a user's name and password."""
    headers: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    """None: the system's authorities."""
    guard: Guard = _anywhere


def place_of(
    url: str, headers: Mapping[str, str] | None = None, tls: ssl.SSLContext | None = None, guard: Guard = _anywhere
) -> Place:
    """A URL, whose user and password become basic authorization unless `headers` has another. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it is no http or https URL")
    _ = parts.port  # a ValueError of its own
    own = {name.lower(): text for name, text in (headers or {}).items()}
    if parts.username is not None and "authorization" not in own:
        own["authorization"] = basic(unquote(parts.username), unquote(parts.password or ""))
    return Place(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(), own, tls, guard)


def basic(user: str, password: str) -> str:
    """HTTP basic authorization."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


class Poster:
    """Sends bodies to one place."""

    def __init__(self, place: Place, timeout: float = TIMEOUT) -> None:
        self._place = place
        self._parts = urlsplit(place.url)
        self._timeout = timeout
        self._connection: HTTPConnection | None = None

    def post(self, body: bytes, **headers: str) -> None:
        """Send; underscores in names of headers are dashes.

        Raises Refused where the same body will not be taken again, OSError where it might.
        """
        fixed = {"user-agent": f"loadspec/{__version__}", **self._place.headers}
        own = {name.replace("_", "-"): text for name, text in headers.items()}
        try:
            status, text = self._exchange(body, fixed | own)
        except (OSError, HTTPException) as error:
            self.close()
            raise OSError(f"{_reason(error)} ({self._parts.netloc})") from None
        if 200 <= status < 300:
            return
        message = f"{self._parts.netloc} answered {status}" + (f": {text}" if text else "")
        if status >= 500 or status in _AGAIN:
            raise OSError(message)
        raise Refused(message)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
            self._connection = None

    def _exchange(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        kept = self._connection is not None
        try:
            return self._ask(body, headers)
        except (ConnectionError, HTTPException):
            self.close()
            if not kept:
                raise
        return self._ask(body, headers)  # the other side had closed a connection that was kept

    def _ask(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        if self._connection is None:
            self._connection = self._connect()
        self._connection.request("POST", self._path(), body=body, headers=dict(headers))
        answer = self._connection.getresponse()
        text = answer.read(_READ)
        if answer.will_close or not answer.isclosed():
            self.close()
        return answer.status, _shown(answer, text)

    def _path(self) -> str:
        path = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
        proxied = self._parts.scheme == "http" and _proxy(self._parts) is not None
        return f"http://{self._parts.netloc}{path}" if proxied else path

    def _connect(self) -> HTTPConnection:
        parts, proxy = self._parts, _proxy(self._parts)
        default = 443 if parts.scheme == "https" else 80
        host, port = parts.hostname or "", parts.port or default
        through = (proxy.hostname or "", proxy.port or 80) if proxy else (host, port)
        connection = _Connection(*through, self._timeout, self._place.guard)
        if parts.scheme == "https":
            connection.secure(self._place.tls or ssl.create_default_context(), host)
            if proxy:
                connection.set_tunnel(host, port, _proxy_headers(proxy))
        return connection


class _Connection(HTTPConnection):
    """Looks each address up itself, so that the guard sees what is connected to."""

    def __init__(self, host: str, port: int, timeout: float, guard: Guard) -> None:
        super().__init__(host, port, timeout=timeout)
        self._create_connection = lambda *_args, **_kw: _dial(self.host, self.port, timeout, guard)
        self._context: ssl.SSLContext | None = None
        self._name = ""

    def secure(self, context: ssl.SSLContext, name: str) -> None:
        """Speak TLS, through the tunnel if there is one."""
        self._context, self._name = context, name

    def connect(self) -> None:
        """See the base class."""
        super().connect()
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self._name)


def _dial(host: str, port: int, timeout: float, guard: Guard) -> socket.socket:
    """Connect to the first address that answers. Raises OSError."""
    failure: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if why := guard(str(address[0])):
            raise Refused(f"{host} is {address[0]}: {why}")
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(timeout)
        try:
            sock.connect(address)
        except OSError as error:
            failure = error
            sock.close()
        else:
            return sock
    raise failure


def _proxy(parts: SplitResult) -> SplitResult | None:
    if proxy_bypass(parts.hostname or ""):
        return None
    url = getproxies().get(parts.scheme)
    return urlsplit(url if "//" in url else f"//{url}") if url else None


def _proxy_headers(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    return {"proxy-authorization": basic(unquote(proxy.username), unquote(proxy.password or ""))}


def _reason(error: OSError | HTTPException) -> str:
    """Why it failed, in a few words."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return (
            error.strerror.lower() if not isinstance(error, ssl.SSLError) else f"TLS: {error.reason or error.strerror}"
        )
    return str(error) or type(error).__name__


def _shown(answer: HTTPResponse, data: bytes) -> str:
    """The first words of an answer, or where it redirects to. They come from a server: nothing in them is trusted."""
    if 300 <= answer.status < 400:
        return "a redirect, which is not followed"
    return " ".join(data.decode("utf-8", "replace").split())[:_SHOWN]
