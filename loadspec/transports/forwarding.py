"""Requests for http URLs through a proxy that speaks HTTP: the proxy is sent the whole URL, and answers itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from loadspec.transports.base import KEEP, Deadlines
from loadspec.transports.network import Network
from loadspec.wire.proxies import forwarded
from loadspec.wire.url import Origin


@cache
def forwarding(kind: Any) -> Any:
    """A kind of channel that hands its requests to the proxy of its origin. Logs see them as they were."""

    class Forwarding(kind):  # type: ignore[misc]  # a class made of a parameter
        __slots__ = ("_lines", "_whole")

        def __init__(self, network: Network, origin: Origin, resume: Callable[[], Any], seat: int = 0) -> None:
            super().__init__(network, origin, resume, seat)
            proxy = network.proxy(origin)
            self._whole = str(origin).encode()
            self._lines = proxy.authorization if proxy is not None else b""

        def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, body: int = KEEP) -> bool:
            request = forwarded(request, self._whole, self._lines)
            answered: bool = super().exchange(request, deadlines, idempotent, body)
            return answered

    return Forwarding
