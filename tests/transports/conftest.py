from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from greenlet import getcurrent
from support_net import Script, ScriptedServer, WatchedLoop, watched_network

from loadspec.metrics.catalog import UNSENT_PHASES
from loadspec.transports.base import ABSENT, KEEP, Channel, Deadlines
from loadspec.transports.fast import FastChannel
from loadspec.transports.network import Network
from loadspec.wire.url import Origin


class Client:
    """One user's channel on a loop whose watchers are counted."""

    def __init__(
        self,
        origin: Origin,
        kind: type[Channel] = FastChannel,
        network: tuple[Network, WatchedLoop] | None = None,
        seat: int = 0,
    ) -> None:
        self.network, self.loop = network or watched_network()
        self.channel = kind(self.network, origin, getcurrent().switch, seat)

    def ask(
        self,
        method: str = "GET",
        body: bytes = b"",
        total: float = 10.0,
        path: str = "/",
        mode: int = KEEP,
        **limits: Any,
    ) -> Channel:
        """One exchange; the channel with its answer."""
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\n"
        if body or method == "POST":
            head += f"Content-Length: {len(body)}\r\n"
        request = head.encode() + b"\r\n" + body
        channel = self.channel
        done = channel.exchange(
            request, Deadlines(total, **limits), method in ("GET", "HEAD"), ABSENT if method == "HEAD" else mode
        )
        assert done is (channel.status > 0) is (not channel.error)
        return channel

    def failure(self, method: str = "GET", **options: Any) -> tuple[str, str]:
        """(kind, phase) of an exchange that must fail."""
        channel = self.ask(method, **options)
        assert channel.status == 0
        assert channel.message
        assert not channel.in_flight
        assert (channel.head, channel.body) == (b"", b"")
        assert channel.received == 0 or channel.phase not in UNSENT_PHASES
        return channel.error, channel.phase


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    servers: list[ScriptedServer] = []

    def build(*scripts: Script, **options: Any) -> ScriptedServer:
        servers.append(ScriptedServer(*scripts, **options))
        return servers[-1]

    yield build
    for server in servers:
        server.close()


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """Makes clients; afterwards none may have left a watcher, timer or connection."""
    clients: list[Client] = []

    def build(server: ScriptedServer | Origin, **options: Any) -> Client:
        origin = server.origin() if isinstance(server, ScriptedServer) else server
        clients.append(Client(origin, **options))
        return clients[-1]

    yield build
    for one in clients:
        one.channel.close()
    assert not any(one.loop.open for one in clients)
