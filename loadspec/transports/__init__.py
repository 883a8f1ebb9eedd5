"""Transports: how bytes reach a server and an answer comes back. They know nothing of steps, checks or metrics."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from loadspec.transports.forwarding import forwarding
from loadspec.transports.limiter import limited
from loadspec.transports.reuse import single_use
from loadspec.wire.carriers import NEEDS, missing
from loadspec.wire.settings import Timing

__all__ = ["TRANSPORTS", "channel_kind", "require"]

TRANSPORTS = {
    "fast": "loadspec.transports.fast:FastChannel",
    "requests": "loadspec.transports.requests_:RequestsChannel",
    "curl": "loadspec.transports.curl.channel:CurlChannel",
}
"""`transport:` of a spec → where its channel is; a channel is made as `base.Channel` says."""


_KERNEL_TIMED = {"fast": "loadspec.transports.kernel_timed:KernelTimedChannel"}
"""The same with `timing: kernel`: others leave reading to a library, which does not look at stamps."""


def channel_kind(
    name: str, limiter: bool = False, reuse: bool = True, forward: bool = False, timing: Timing = "process"
) -> Any:
    """A transport's channel; with a limiter before each exchange, with a connection for each, by an HTTP proxy."""
    kinds = {**TRANSPORTS, **_KERNEL_TIMED} if timing == "kernel" else TRANSPORTS
    module, _, attribute = kinds[name].partition(":")
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
