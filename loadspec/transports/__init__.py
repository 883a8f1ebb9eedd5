"""Transports: how bytes reach a server and an answer comes back. They know nothing of steps, checks or metrics."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from loadspec.transports.forwarding import forwarding
from loadspec.transports.limiter import limited
from loadspec.transports.reuse import single_use
from loadspec.wire.carriers import NEEDS, missing

__all__ = ["TRANSPORTS", "channel_kind", "require"]

TRANSPORTS = {
    "fast": "loadspec.transports.fast:FastChannel",
    "requests": "loadspec.transports.requests_:RequestsChannel",
    "curl": "loadspec.transports.curl.channel:CurlChannel",
}
"""`transport:` of a spec → where its channel is; a channel is made as `base.Channel` says."""


def channel_kind(name: str, limiter: bool = False, reuse: bool = True, forward: bool = False) -> Any:
    """A transport's channel; with a limiter before each exchange, with a connection for each, by an HTTP proxy."""
    module, _, attribute = TRANSPORTS[name].partition(":")
    kind = getattr(import_module(module), attribute)
    if forward and name == "fast":  # the others' libraries speak to proxies themselves
        kind = forwarding(kind)
    if not reuse:
        kind = single_use(kind)
    return limited(kind) if limiter else kind


def require(names: Iterable[str]) -> None:
    """Raises ValueError where a transport lacks a library."""
    for name in names:
        if install := missing(name):
            raise ValueError(f"the transport `{name}` needs {NEEDS[name][0]}, which is not installed here: {install}")
