"""URLs to an origin and a request target; every refusal is a ValueError with a sentence."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote

from msgspec import Struct

DEFAULT_PORTS = {"http": 80, "https": 443}

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>[^#]*)")
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>[^:]*))?")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SAFE = "!$%&'()*+,-./:;=?@_~[]|"  # left as written; an existing %-escape, too


class Origin(Struct, frozen=True):
    """Where a connection goes. `host` is lower-case ASCII, an IPv6 address without its brackets."""

    scheme: str
    host: str
    port: int

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.scheme == "https"

    def __str__(self) -> str:
        return f"{self.scheme}://{host_header(self)}"


def bracketed(host: str) -> str:
    """A host as URLs have it: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def host_header(origin: Origin) -> str:
    """The Host header's value: the port only where it is not the scheme's own."""
    host = bracketed(origin.host)
    return host if DEFAULT_PORTS.get(origin.scheme) == origin.port else f"{host}:{origin.port}"


def parse_url(text: str) -> tuple[Origin, str]:
    """An absolute http or https URL as (origin, target). Spaces and non-ASCII become %-escapes; a fragment goes."""
    if _CONTROL.search(text):
        raise ValueError(f"The URL {text!r} holds a control character.")
    match = _URL.match(text.strip())
    text = text.partition("?")[0]  # a query may hold a secret, and the messages below quote the URL
    if match is None:
        raise ValueError(f"The URL {text!r} does not start with http:// or https://.")
    scheme = match["scheme"].lower()
    if scheme not in DEFAULT_PORTS:
        raise ValueError(f"The URL {text!r} has the scheme {scheme!r}; only http and https are supported.")
    return _origin(scheme, match["authority"], text), target_of(match["rest"])


def target_of(rest: str) -> str:
    """A path with its query as a request target: at least "/", illegal characters %-escaped."""
    return quote(rest if rest.startswith("/") else f"/{rest}", safe=_SAFE)


def _origin(scheme: str, authority: str, text: str) -> Origin:
    if "@" in authority:
        raise ValueError("The URL holds a user name or password before '@'; use `auth` for credentials instead.")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise ValueError(f"The URL {text!r} has a host that cannot be read; IPv6 addresses belong in [brackets].")
    return Origin(scheme, _host(parts["host"], text), _port(parts["port"], scheme, text))


def _port(port: str | None, scheme: str, text: str) -> int:
    if not port:
        return DEFAULT_PORTS[scheme]
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
        raise ValueError(f"The URL {text!r} has the port {port!r}; a port is a number from 1 to 65535.")
    return int(port)


def _host(host: str, text: str) -> str:
    if not host:
        raise ValueError(f"The URL {text!r} has no host.")
    if host.startswith("["):
        try:
            if "%" not in host:
                return ipaddress.IPv6Address(host[1:-1]).compressed
            raise ValueError(f"The URL {text!r} names an IPv6 zone, which is not supported.")
        except ipaddress.AddressValueError:
            raise ValueError(f"The URL {text!r} has {host!r} for an IPv6 address, which is none.") from None
    name = host.lower() if host.isascii() else _idna(host, text)
    if len(name) > 253 or not _HOST.fullmatch(name):
        raise ValueError(f"The URL {text!r} has the host {host!r}, which is no host name.")
    return name


def _idna(host: str, text: str) -> str:
    import idna  # lazily: it comes with requests, and its tables are large

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise ValueError(f"The URL {text!r} has the host {host!r}, which is no international host name.") from None
