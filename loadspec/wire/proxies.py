"""Which proxy a request goes through: `http.proxy` and `http.no_proxy`, or what the environment says. Pure.

The environment is read as Go reads it, and with it k6: HTTP_PROXY for http, HTTPS_PROXY for https, NO_PROXY for hosts
that need none, each in small letters, too; localhost and loopback addresses go through no proxy of the environment.
ALL_PROXY is not read. What the spec says is meant, for loopback as well: `proxy` stands in for HTTP_PROXY and
HTTPS_PROXY, `no_proxy` for NO_PROXY.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote, unquote

from msgspec import Struct

from loadspec.wire.addresses import parse_address, parse_network
from loadspec.wire.hosts import HostRule
from loadspec.wire.settings import Http
from loadspec.wire.url import Origin, bracketed, host_header, parse_url

SCHEMES: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
"""What a proxy's URL may begin with → its usual port. With socks5h the proxy looks the target's name up."""

_URL: Final = r"([A-Za-z][A-Za-z0-9+.-]*)://(?:([^/?#]*)@)?([^/?#@]*)/?"
_NO_PORT: Final = r"\[[^\]]*\]:?|[^:]*:?"
_FORMS: Final = "write http://, https://, socks5:// or socks5h://, the host and its port"
_RULE: Final = re.compile(r"(?P<host>\[[^\]]*\]|[^\[\]:/\s]+)(?::(?P<port>\d{1,5}))?")
_NAME: Final = re.compile(r"(?:\*?\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?")
_LONGEST: Final = 255


class Proxy(Struct, frozen=True):
    """A proxy; as text it is without its credentials."""

    scheme: str
    host: str
    port: int
    username: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Proxy({str(self)!r})"

    def __str__(self) -> str:
        return f"{self.scheme}://{self._authority()}"

    def _authority(self) -> str:
        return host_header(Origin("", self.host, self.port))

    @property
    def url(self) -> str:
        """The whole URL, for libraries that want one."""
        if not self.username:
            return str(self)
        return f"{self.scheme}://{quote(self.username, '')}:{quote(self.password, '')}@{self._authority()}"

    @property
    def origin(self) -> Origin:
        """Where TLS goes, if the proxy is spoken to over TLS."""
        return Origin("https", self.host, self.port)

    @property
    def is_http(self) -> bool:
        """Whether it speaks HTTP."""
        return self.scheme in ("http", "https")

    def forwards(self, origin: Origin) -> bool:
        """Whether it is handed the requests to an origin, with the whole URL, rather than asked for a way there."""
        return self.is_http and not origin.tls

    @property
    def authorization(self) -> bytes:
        """The header line with its credentials; b"" for none."""
        if not self.username:
            return b""
        return b"Proxy-Authorization: Basic %s\r\n" % b64encode(f"{self.username}:{self.password}".encode())


def parse_proxy(text: str) -> Proxy:
    """The proxy of a URL; what stands in it before `@` is %-decoded. Raises ValueError, which shows no password."""
    match = re.fullmatch(_URL, text.strip())
    if match is None:
        raise ValueError(f"this is no proxy's URL: {_FORMS}")
    scheme, login, authority = match[1].lower(), match[2] or "", match[3]
    if scheme not in SCHEMES:
        raise ValueError(f"a proxy is not spoken to by `{scheme}`: {_FORMS}")
    try:
        origin, _ = parse_url(f"http://{authority}")
    except ValueError:
        raise ValueError(f"`{scheme}://{authority}` has no host and port that can be read: {_FORMS}") from None
    port = SCHEMES[scheme] if re.fullmatch(_NO_PORT, authority) else origin.port
    username, _, password = (unquote(part) for part in login.partition(":"))
    if scheme.startswith("socks") and max(len(username.encode()), len(password.encode())) > _LONGEST:
        raise ValueError(f"SOCKS5 knows no user names and passwords longer than {_LONGEST} bytes")
    return Proxy(scheme, origin.host, port, username, password)


def parse_exception(text: str) -> HostRule:
    """A host that is reached without the proxy, as NO_PROXY has it: a name stands for all below it, too.

    Names, .domains (only what is below), addresses, networks, each but the last with a port if need be, and `*`.
    Raises ValueError.
    """
    rule = text.strip().lower()
    if "://" in rule:
        raise ValueError(f"`{text}` is a URL: write its host alone")
    if "/" in rule:
        return HostRule(rule, network=parse_network(rule))
    if (address := parse_address(rule)) is not None:
        return HostRule(rule, host=address.compressed)
    match = _RULE.fullmatch(rule)
    host, port = (match["host"], match["port"]) if match is not None else ("", None)
    if host.startswith("["):
        host = address.compressed if (address := parse_address(host[1:-1])) is not None else ""
    elif host != "*":
        host = host.removeprefix("*").rstrip(".") if _NAME.fullmatch(host) else ""
    if not host or (port and not 0 < int(port) < 65536):
        raise ValueError(f"`{text}` is no host: write a name, a .domain, an address, a network, or * for all")
    return HostRule(rule, host=host, port=int(port) if port else None)


def _needs_none(rule: HostRule, origin: Origin) -> bool:
    address = parse_address(origin.host)
    if rule.network is not None:
        return address is not None and rule.holds(address)
    if rule.port is not None and rule.port != origin.port:
        return False
    host, name = rule.host, origin.host.rstrip(".")
    if host in ("*", name):
        return True
    return address is None and name.endswith(host if host.startswith(".") else f".{host}")


class Proxies:
    """The proxies of one worker."""

    def __init__(self, http: Http, environ: Mapping[str, str]) -> None:
        """Raises ValueError for what cannot be read."""
        self._own = http.proxy is not None
        if http.proxy is not None:
            proxy = parse_proxy(http.proxy) if http.proxy else None
            self._proxies = {"http": proxy, "https": proxy}
        else:
            self._proxies = {scheme: _of_environment(scheme, environ) for scheme in ("http", "https")}
        if http.no_proxy:
            self._exceptions = [parse_exception(text) for text in http.no_proxy]
        else:
            self._exceptions = [] if self._own else list(_exceptions(_variable(environ, "no_proxy").split(",")))

    def find(self, origin: Origin) -> Proxy | None:
        """The proxy for an origin, None where it is reached without."""
        proxy = self._proxies[origin.scheme]
        if proxy is None or (not self._own and _is_loopback(origin.host)):
            return None
        return None if any(_needs_none(rule, origin) for rule in self._exceptions) else proxy


def _variable(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name.upper()) or environ.get(name) or ""


def _of_environment(scheme: str, environ: Mapping[str, str]) -> Proxy | None:
    text = _variable(environ, f"{scheme}_proxy").strip()
    if not text:
        return None
    try:
        return parse_proxy(text if "://" in text else f"http://{text}")
    except ValueError as error:
        raise ValueError(f"{scheme.upper()}_PROXY of the environment: {error}") from None


def _exceptions(texts: Iterable[str]) -> Iterable[HostRule]:
    """Those of NO_PROXY that can be read: Go passes over the others."""
    for text in texts:
        try:
            yield parse_exception(text)
        except ValueError:
            continue


def _is_loopback(host: str) -> bool:
    address = parse_address(host)
    return host == "localhost" if address is None else address.is_loopback


def forwarded(request: bytes, origin: bytes, lines: bytes) -> bytes:
    """A request as a proxy takes it: with the whole URL (RFC 9112 §3.2.2), and header lines for the proxy."""
    at = request.index(b" ") + 1
    end = request.index(b"\r\n") + 2
    return b"".join((request[:at], origin, request[at:end], lines, request[end:]))


def connect_request(origin: Origin, lines: bytes) -> bytes:
    """The request for a tunnel (RFC 9110 §9.3.6)."""
    where = f"{bracketed(origin.host)}:{origin.port}".encode()
    return b"CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (where, where, lines)
