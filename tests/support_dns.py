"""A resolver whose answers a test decides."""

from __future__ import annotations

import socket
from typing import Any

import gevent
from support_net import watched_network


class Resolver:
    """Answers look-ups from a table: addresses, an error, or a number of seconds to hang first."""

    def __init__(self, **table: Any) -> None:
        self.table = table
        self.asked: list[str] = []

    def getaddrinfo(self, host: str, port: int, *_: Any) -> list[Any]:
        self.asked.append(host)
        found = self.table[host.replace(".", "_")]
        if isinstance(found, Exception):
            raise found
        if isinstance(found, float):
            gevent.sleep(found)
            found = ["127.0.0.1"]
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found
        ]


class Hub:
    """A hub with a resolver of the tests' own."""

    def __init__(self, hub: Any, resolver: Resolver) -> None:
        self._hub, self.resolver = hub, resolver

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hub, name)


def network_with(settings: dict[str, Any] | None = None, **table: Any) -> tuple[Any, Resolver]:
    """((network, loop), resolver): names are looked up in a table, `a_b` for a.b."""
    network, loop = watched_network(**settings or {})
    resolver = Resolver(**table)
    network.hub = Hub(network.hub, resolver)  # type: ignore[assignment]
    return (network, loop), resolver
