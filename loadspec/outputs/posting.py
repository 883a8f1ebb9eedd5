"""HTTP for outputs that send: one connection that is kept, a limit on every wait, and an error that says what happened.

No redirect is followed. The system's proxy is used (HTTP_PROXY, HTTPS_PROXY, NO_PROXY). Each address, the proxy's too,
is checked before it is connected to: see `reach`.
"""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from loadspec import __version__
from loadspec.errors import LoadspecError, OutputError
from loadspec.outputs.pump import Refused
from loadspec.outputs.reach import Reach
from loadspec.outputs.target import Target

TIMEOUT = 5.0
"""Seconds for connecting, and for each read."""
_READ = 1 << 16
_SHOWN = 160
"""Characters of an answer that an error shows."""
_AGAIN = frozenset({408, 425, 429})
"""Statuses below 500 after which the same request may be taken."""


class Poster:
    """Sends bodies to one URL, with the user and password in it and the settings of its target."""

    def __init__(self, target: Target, timeout: float = TIMEOUT, **headers: str) -> None:
        parts = urlsplit(target.text)
        self._parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
        self._reach = target.reach
        self._headers = _headers_of(parts, target.options) | _dashed(headers)
        self._context: ssl.SSLContext | None = None
        if parts.scheme == "https":
            self._context = _context(bool(target.options.get("insecure_skip_verify")))
        self._timeout = timeout
        self._connection: HTTPConnection | None = None

    def post(self, body: bytes) -> None:
        """Send. Raises Refused where the same body will never be taken, OSError where it might."""
        try:
            status, text = self._exchange(body)
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

    def _exchange(self, body: bytes) -> tuple[int, str]:
        kept = self._connection is not None
        try:
            return self._ask(body)
        except (ConnectionError, HTTPException):
            self.close()
            if not kept:
                raise
        return self._ask(body)  # the other side had closed a connection that was kept

    def _ask(self, body: bytes) -> tuple[int, str]:
        if self._connection is None:
            self._connection = self._connect()
        path, headers = self._asked()
        self._connection.request("POST", path, body=body, headers=headers)
        answer = self._connection.getresponse()
        text = answer.read(_READ)
        if answer.will_close or not answer.isclosed():
            self.close()
        return answer.status, _shown(answer, text)

    def _asked(self) -> tuple[str, dict[str, str]]:
        """What to ask for; of a proxy without a tunnel, by the whole URL."""
        path = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
        proxy = _proxy(self._parts) if self._parts.scheme == "http" else None
        if proxy is None:
            return path, self._headers
        return f"http://{self._parts.netloc}{path}", self._headers | _proxy_headers(proxy)

    def _connect(self) -> HTTPConnection:
        parts, proxy = self._parts, _proxy(self._parts)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = parts.hostname or ""
        if proxy is None:
            return _Connection(host, port, self._timeout, self._reach, self._context, host)
        try:
            self._reach.check(host, port)
        except LoadspecError as error:
            raise Refused(error.message) from None
        connection = _Connection(proxy.hostname or "", proxy.port or 80, self._timeout, Reach(), self._context, host)
        if parts.scheme == "https":
            connection.set_tunnel(host, port, _proxy_headers(proxy))
        return connection


class _Connection(HTTPConnection):
    """Checks addresses before it connects, and speaks TLS where it is given a context, through a tunnel too."""

    def __init__(
        self, host: str, port: int, timeout: float, reach: Reach, context: ssl.SSLContext | None, name: str
    ) -> None:
        super().__init__(host, port, timeout=timeout)
        self._create_connection = lambda *_args, **_kw: _dial(host, port, timeout, reach)
        self._context = context
        self._name = name

    def connect(self) -> None:
        """See the base class."""
        super().connect()
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self._name)


def _dial(host: str, port: int, timeout: float, reach: Reach) -> socket.socket:
    """Connect to the first address that answers. Raises OSError, or Refused where the host is not allowed."""
    try:
        found = reach.addresses(host, port)
    except OutputError as error:
        raise OSError(error.message) from None
    except LoadspecError as error:
        raise Refused(error.message) from None
    failure = OSError(f"no address of {host} is known")
    for family, address in found:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(timeout)
        try:
            sock.connect(address)
        except OSError as error:
            failure = error
            sock.close()
        else:
            return sock
    raise failure


def _headers_of(parts: SplitResult, options: Mapping[str, object]) -> dict[str, str]:
    headers = {"User-Agent": f"loadspec/{__version__}"}
    if parts.username is not None:
        headers["Authorization"] = basic(unquote(parts.username), unquote(parts.password or ""))
    if token := options.get("token"):
        headers["Authorization"] = f"Bearer {token}"
    own = options.get("headers")
    return headers | ({str(k): str(v) for k, v in own.items()} if isinstance(own, Mapping) else {})


def _dashed(headers: Mapping[str, str]) -> dict[str, str]:
    """`content_type` → `Content-Type`."""
    return {name.replace("_", "-").title(): text for name, text in headers.items()}


def basic(user: str, password: str) -> str:
    """HTTP basic authorization."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def _context(insecure: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _proxy(parts: SplitResult) -> SplitResult | None:
    if proxy_bypass(parts.hostname or ""):
        return None
    url = getproxies().get(parts.scheme)
    return urlsplit(url if "//" in url else f"//{url}") if url else None


def _proxy_headers(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    return {"Proxy-Authorization": basic(unquote(proxy.username), unquote(proxy.password or ""))}


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
