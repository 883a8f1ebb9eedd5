"""What the connections of one worker share: the event loop, resolved addresses, TLS contexts."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable
from typing import Any

import gevent
from gevent import get_hub

from loadspec.clock import monotonic
from loadspec.transports.base import ExchangeError
from loadspec.wire.limits import DEFAULT, Limits

Address = tuple[int, Any]
"""(family, socket address)."""

_TTL = 300.0
_METADATA = ipaddress.ip_address("fd00:ec2::254")


class Network:
    """One per worker; made and used in the worker's only thread."""

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self.hub = get_hub()
        self.loop = self.hub.loop
        self.switch: Callable[[], Any] = self.hub.switch
        self.limits = limits
        self._resolved: dict[tuple[str, int], tuple[float, list[Address]]] = {}
        self._contexts: dict[tuple[str | None, bool], ssl.SSLContext] = {}

    def resolve(self, host: str, port: int, timeout: float) -> list[Address]:
        """Addresses of a host, kept for five minutes; looked up off the loop's thread.

        Raises ExchangeError: `dns` or `timeout`, or `forbidden_target` for a link-local or metadata address.
        """
        known = self._resolved.get((host, port))
        if known and monotonic() - known[0] < _TTL:
            return known[1]
        with gevent.Timeout(timeout, False):
            found = self.hub.resolver.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
            addresses = list(dict.fromkeys((info[0], info[4]) for info in found))
            for _, address in addresses:
                _refuse_forbidden(host, address[0])
            self._resolved[(host, port)] = (monotonic(), addresses)
            return addresses
        raise ExchangeError("timeout", "dns", f"the name {host} was not resolved within {timeout:g} s")

    def context(self, ca_file: str | None, insecure: bool) -> ssl.SSLContext:
        """The TLS context for these settings, made once."""
        key = (ca_file, insecure)
        if key not in self._contexts:
            context = ssl.create_default_context(cafile=ca_file)
            if insecure:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            self._contexts[key] = context
        return self._contexts[key]


def _refuse_forbidden(host: str, address: str) -> None:
    """A spec may come from a stranger: cloud metadata and link-local addresses are never a target."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    if mapped.is_link_local or mapped == _METADATA:
        raise ExchangeError("forbidden_target", "connect", f"{host} is {address}, a link-local or metadata address")
