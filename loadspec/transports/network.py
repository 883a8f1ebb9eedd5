"""What the connections of one worker share: the event loop, resolved addresses, TLS contexts."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gevent
from gevent import get_hub
from gevent.event import AsyncResult
from greenlet import greenlet

from loadspec.clock import monotonic
from loadspec.transports.base import ExchangeError
from loadspec.transports.tls import make_context
from loadspec.wire.hosts import HostLimit
from loadspec.wire.settings import Settings
from loadspec.wire.url import Origin

if TYPE_CHECKING:
    from loadspec.transports.limiter import RateLimiter

Address = tuple[int, Any]
"""(family, socket address)."""

_TTL = 300.0
_SETTINGS = Settings()
_METADATA = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192")))
"""Where clouds keep credentials outside the link-local ranges: AWS and Google by IPv6, Alibaba, Oracle."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Network:
    """One per worker; made and used in the worker's only thread."""

    def __init__(self, settings: Settings = _SETTINGS, hosts: HostLimit | None = None) -> None:
        self.hub = get_hub()
        self.loop = self.hub.loop
        # The hub's own first looks for a `switch_out`, which catches waits in the hub's callbacks: 0.2 µs each time.
        self.switch: Callable[[], Any] = greenlet.switch.__get__(self.hub)
        self.settings = settings
        self.limits = settings.http.limits
        self.limiter: RateLimiter | None = None
        self._hosts = hosts
        self._resolved: dict[tuple[str, int], tuple[float, list[Address]]] = {}
        self._asked: dict[tuple[str, int], Any] = {}
        self._contexts: dict[Origin, ssl.SSLContext] = {}

    def resolve(self, host: str, port: int, timeout: float) -> list[Address]:
        """Addresses of a host, kept for five minutes; looked up off the loop's thread.

        Raises ExchangeError: `dns` or `timeout`; `forbidden_target` for a link-local or metadata address; and
        `host_not_allowed` where `--allow-host` refuses the name, which is then not looked up, or one of its addresses.
        """
        known = self._resolved.get((host, port))
        if known and monotonic() - known[0] < _TTL:
            return known[1]
        if self._hosts is not None and self._hosts.refused(host, port):
            raise _not_allowed(f"{host}:{port}")
        addresses = _literal(host, port) or self._look_up(host, port, timeout)
        for _, address in addresses:
            _refuse_forbidden(host, address[0])
            if self._hosts is not None and self._hosts.refuses_address(host, port, address[0]):
                raise _not_allowed(f"{host} is {address[0]}: that")
        self._resolved[host, port] = (monotonic(), addresses)
        return addresses

    def _look_up(self, host: str, port: int, timeout: float) -> list[Address]:
        """Users who ask for a name at the same time share one look-up; none ends it by giving up."""
        asked = self._asked.get((host, port))
        if asked is None:
            asked = self._asked[host, port] = AsyncResult()
            gevent.spawn(self._ask, asked, host, port)
        try:
            found: list[Address] = asked.get(timeout=timeout)
        except gevent.Timeout:
            message = f"the name {host} was not resolved within {timeout:g} s"
            raise ExchangeError("timeout", "dns", message) from None
        return found

    def _ask(self, asked: Any, host: str, port: int) -> None:
        try:
            found = self.hub.resolver.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
            asked.set(list(dict.fromkeys((info[0], info[4]) for info in found)))
        except Exception as error:
            asked.set_exception(error)
        finally:
            del self._asked[host, port]

    def context(self, origin: Origin) -> ssl.SSLContext:
        """The TLS context for an origin, made once. Raises OSError where a file of it cannot be used."""
        if origin not in self._contexts:
            self._contexts[origin] = make_context(self.settings.tls)
        return self._contexts[origin]

    def server_name(self, origin: Origin) -> str:
        """The name to ask for by SNI, and to verify."""
        return self.settings.tls.server_name or origin.host


def _literal(host: str, port: int) -> list[Address]:
    """The address that `host` is; none if it is a name."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return []
    return [(socket.AF_INET, (host, port)) if ip.version == 4 else (socket.AF_INET6, (host, port, 0, 0))]


def _not_allowed(what: str) -> ExchangeError:
    return ExchangeError("host_not_allowed", "connect", f"{what} is no host that --allow-host allows")


def _refuse_forbidden(host: str, address: str) -> None:
    """A spec may come from a stranger: cloud metadata and link-local addresses are never a target."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else ip.ipv4_mapped or ip.sixtofour
        ip = inner or ip
    if ip.is_link_local or ip in _METADATA:
        raise ExchangeError("forbidden_target", "connect", f"{host} is {address}, a link-local or metadata address")
