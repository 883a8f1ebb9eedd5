"""What the connections of one worker share: the event loop, where hosts lie, TLS contexts."""

from __future__ import annotations

import os
import socket
import ssl
import sys
from collections.abc import Callable, Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from gevent import get_hub
from greenlet import greenlet

from loadspec.load.share import WHOLE, Share
from loadspec.transports.base import ExchangeError
from loadspec.transports.readiness import Readiness
from loadspec.transports.resolver import Found, Resolver
from loadspec.transports.stamping import Stamping
from loadspec.transports.tls import Contexts, server_name
from loadspec.wire.addresses import LocalPool, Networks, is_forbidden, parse_address
from loadspec.wire.dns import Address, candidates, ordered, picker
from loadspec.wire.hosts import HostLimit
from loadspec.wire.proxies import Proxies, Proxy
from loadspec.wire.routes import BlockedHosts, Place, Routes
from loadspec.wire.settings import ClientCertificate, Settings
from loadspec.wire.sockets import allowed_socket
from loadspec.wire.tls import TlsSettingsError
from loadspec.wire.url import Origin

if TYPE_CHECKING:
    from loadspec.transports.limiter import RateLimiter

_SETTINGS = Settings()
_VERSIONS: dict[int, int] = {socket.AF_INET: 4, socket.AF_INET6: 6}


class Posted(Protocol):
    """A channel whose request waits for the end of a turn."""

    def leave(self, readable: Container[int] | None) -> None:
        """Send it; see `readiness`."""


class _Way:
    """How a host and port are reached: `groups` of checked addresses.

    Those of a `name` are asked for each time, and checked anew where they are not what was `found` before.
    """

    __slots__ = ("found", "groups", "name")

    def __init__(self, name: str = "", groups: list[list[Address]] | None = None) -> None:
        self.name = name
        self.groups = groups or []
        self.found: Found | None = None


class Network:
    """One per worker; made and used in the worker's only thread."""

    def __init__(
        self,
        settings: Settings = _SETTINGS,
        hosts: HostLimit | None = None,
        environ: Mapping[str, str] = os.environ,
        share: Share = WHOLE,
    ) -> None:
        self.hub = get_hub()
        self.loop = self.hub.loop
        # The hub's own first looks for a `switch_out`, which catches waits in the hub's callbacks: 0.2 µs each time.
        self.switch: Callable[[], Any] = greenlet.switch.__get__(self.hub)
        self._readable = Readiness(self.loop).readable
        self.turn: list[Posted] = []
        """Whose requests are to leave at the end of this turn of the loop."""
        self.settings = settings
        self.limits = settings.http.limits
        self.resumption = settings.tls.session_resumption
        self.limiter: RateLimiter | None = None
        self.stamping = Stamping() if settings.timing == "kernel" else None
        route = settings.route
        self.prefers_family = route.dns.policy != "any"
        self.resolver = Resolver(self._getaddrinfo, route.dns)
        self._hosts = hosts
        self._routes = Routes(route.hosts)
        self._blocked = BlockedHosts(route.block_hosts)
        self._blocked_ips = Networks(route.block_ips)
        self._local = LocalPool(route.local_ips) if route.local_ips else None
        self._pick = picker(route.dns.select, first=share.k, step=share.n)
        self._ways: dict[tuple[str, int], _Way] = {}
        self._contexts = Contexts(settings.tls)
        self._proxies = Proxies(settings.http, environ)

    def end_turn(self) -> None:
        """Everybody who can go on in this turn has done so: what they ask for leaves."""
        turn, self.turn = self.turn, []
        readable = self._readable()
        for channel in turn:
            try:
                channel.leave(readable)
            except Exception:  # one that goes on fails, and not the others of its turn
                self.loop.handle_error(channel, *sys.exc_info())

    def addresses(self, host: str, port: int, timeout: float) -> list[Address]:
        """The addresses to try for a host, in this order; each was checked. A Unix socket is (AF_UNIX, path).

        As k6: blocked names, then `network.hosts`, then DNS, then blocked addresses. Raises ExchangeError: `dns` or
        `timeout`; `blocked_host` or `blocked_ip`; `forbidden_target` for a link-local or metadata address; and
        `host_not_allowed` where `--allow-host` refuses the name, which is then not looked up, or one of its addresses.
        """
        way = self._ways.get((host, port))
        if way is None:
            way = self._ways[host, port] = self._way(host, port)
        if way.name:
            found = self.resolver.look_up(host, timeout)
            if way.found is not found:
                way.groups = self._checked(host, port, [(family, (at[0], port, *at[2:])) for family, at in found])
                way.found = found
        first, *others = way.groups
        first = ordered(first, self._pick(host, len(first))) if len(first) > 1 else first
        return [*first, *(address for group in others for address in group)] if others else first

    def proxy(self, origin: Origin) -> Proxy | None:
        """The proxy that requests to an origin go through; none to a host that lies at a Unix socket."""
        proxy = self._proxies.find(origin)
        if proxy is not None and (place := self._routes.find(origin.host, origin.port)) is not None and place.path:
            return None
        return proxy

    def refuse_blocked(self, host: str) -> None:
        """Raises ExchangeError for a host of network.block_hosts."""
        if rule := self._blocked.find(host):
            raise ExchangeError("blocked_host", "connect", f"{host} is blocked by `{rule}` of network.block_hosts")

    def _getaddrinfo(self, *asked: Any) -> Any:
        return self.hub.resolver.getaddrinfo(*asked)

    def local_address(self, seat: int, family: int) -> str:
        """The address that a user connects from, "" for the system's choice."""
        return self._local.address(seat, _VERSIONS[family]) if self._local is not None else ""

    def _way(self, host: str, port: int) -> _Way:
        self.refuse_blocked(host)
        place = self._routes.find(host, port)
        if place is not None and place.path:
            return _Way(groups=[[self._socket(host, port, place)]])
        if self._hosts is not None and self._hosts.refused(host, port):
            raise _not_allowed(f"{host}:{port}")
        if place is not None:
            return _Way(groups=self._moved(host, place, port))
        if parse_address(host) is None:
            return _Way(host)
        return _Way(groups=self._checked(host, port, [_literal(host, port)]))

    def _moved(self, host: str, place: Place, port: int) -> list[list[Address]]:
        """Where a host lies instead. The spec says so: it has to be allowed by itself, not by the name."""
        port = place.port or port
        if self._hosts is not None and self._hosts.refuses_address(place.address, port, place.address):
            raise _not_allowed(f"{host} lies at {place.address}:{port}: that")
        return self._checked(place.address, port, [_literal(place.address, port)], host)

    def _socket(self, host: str, port: int, place: Place) -> Address:
        """The socket that a host lies at. One below the spec's folder is allowed as the host's name is."""
        refused = self._hosts is not None and self._hosts.refused(host, port)
        path = allowed_socket(place.path, self.settings.route.folder, self._hosts, below=not refused)
        if path is None:
            message = f"{host} lies at unix:{place.path}, which is not below the spec's folder: that"
            raise _not_allowed(f"{host}:{port}" if refused else message)
        return socket.AF_UNIX, path

    def _checked(self, host: str, port: int, found: list[Address], name: str = "") -> list[list[Address]]:
        """Groups of addresses that may be connected to. Raises ExchangeError."""
        name = name or host
        for _, at in found:
            address = parse_address(at[0])
            if address is None or is_forbidden(address):
                message = f"{name} is {at[0]}, a link-local or metadata address"
                raise ExchangeError("forbidden_target", "connect", message)
            if self._hosts is not None and self._hosts.refuses_address(host, port, at[0]):
                raise _not_allowed(f"{name} is {at[0]}: that")
        groups = candidates(found, self.settings.route.dns.policy) if parse_address(host) is None else [found]
        if not groups:
            raise ExchangeError("dns", "dns", _no_address(name, found))
        return self._reachable(name, groups)

    def _reachable(self, name: str, groups: list[list[Address]]) -> list[list[Address]]:
        """Without blocked addresses, and those of a family that no local address has."""
        free = [[one for one in group if not self._block(one)] for group in groups]
        if not free[0]:
            address = groups[0][0]
            message = f"{name} is {address[1][0]}, blocked by `{self._block(address)}` of network.block_ips"
            raise ExchangeError("blocked_ip", "connect", message)
        local = self._local
        if local is not None:
            families = [family for family, version in _VERSIONS.items() if local.address(0, version)]
            free = [[one for one in group if one[0] in families] for group in free]
        kept = [group for group in free if group]
        if not kept:
            version = _VERSIONS[groups[0][0][0]]
            message = f"{name} is {groups[0][0][1][0]}, and network.local_ips has no IPv{version} address"
            raise ExchangeError("unreachable", "connect", message)
        return kept

    def _block(self, address: Address) -> str:
        known = parse_address(address[1][0])
        return self._blocked_ips.holding(known) if known is not None else ""

    @property
    def limited(self) -> bool:
        """Whether `--allow-host` says which hosts may be talked to."""
        return self._hosts is not None

    def context(self, origin: Origin) -> ssl.SSLContext:
        """The TLS context for an origin, made once. Raises ExchangeError where a file of it cannot be used."""
        try:
            return self._contexts.context(origin)
        except TlsSettingsError as error:
            raise ExchangeError("tls_settings", "tls", f"target.tls.{error.part}: {error}") from None

    def certificate(self, origin: Origin) -> ClientCertificate | None:
        """What to show to an origin that asks for a client certificate."""
        return self._contexts.certificate(origin)

    def server_name(self, origin: Origin) -> str:
        """The name to ask for by SNI, and to verify."""
        return server_name(self.settings, origin.host)


def _literal(host: str, port: int) -> Address:
    return (socket.AF_INET6, (host, port, 0, 0)) if ":" in host else (socket.AF_INET, (host, port))


def _no_address(name: str, found: Iterable[Address]) -> str:
    others = ", ".join(str(at[0]) for _, at in found)
    if not others:
        return f"{name} has no address"
    return f"{name} has no address of the family that network.dns.policy takes: {others}"


def _not_allowed(what: str) -> ExchangeError:
    return ExchangeError("host_not_allowed", "connect", f"{what} is no host that --allow-host allows")
