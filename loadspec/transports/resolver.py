"""Names to addresses: looked up off the loop's thread, kept for `network.dns.ttl`."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterable
from typing import Any

import gevent
from gevent.event import AsyncResult

from loadspec.clock import Clock, monotonic
from loadspec.transports.base import ExchangeError, explain
from loadspec.wire.dns import ONLY, Address
from loadspec.wire.settings import Dns

Found = tuple[Address, ...]
Ask = Callable[[str, int, int, int], Iterable[tuple[Any, ...]]]
"""`socket.getaddrinfo` for (host, port, family, type); it lets other greenlets run meanwhile."""


class Resolver:
    """One per worker. Failures are not kept; of addresses that have grown old there is one new look-up for all."""

    def __init__(self, ask: Ask, dns: Dns, clock: Clock = monotonic) -> None:
        self._getaddrinfo = ask
        self._ttl = dns.ttl
        self._family = ONLY.get(dns.policy, 0)
        self._clock = clock
        self._kept: dict[str, tuple[float, Found]] = {}
        self._asked: dict[str, Any] = {}

    def look_up(self, host: str, timeout: float) -> Found:
        """The addresses of a name with port 0; the same object as long as they are kept.

        Users who ask for a name at the same time share one look-up, and none ends it by giving up; with a ttl of 0
        each has its own. Raises ExchangeError: `dns` or `timeout`.
        """
        kept = self._kept.get(host)
        if kept is not None and self._clock() < kept[0]:
            return kept[1]
        asked = self._asked.get(host)
        if asked is None:
            asked = AsyncResult()
            if self._ttl:
                self._asked[host] = asked
            gevent.spawn(self._ask, asked, host)
        try:
            found = asked.get(timeout=timeout)
        except gevent.Timeout:
            message = f"the name {host} was not resolved within {timeout:g} s"
            raise ExchangeError("timeout", "dns", message) from None
        if isinstance(found, Exception):
            raise _failure(host, found)
        return found  # type: ignore[no-any-return]

    def _ask(self, asked: Any, host: str) -> None:
        try:
            infos = self._getaddrinfo(host, 0, self._family, socket.SOCK_STREAM)
            found = tuple(dict.fromkeys((info[0], info[4]) for info in infos))
            if found and self._ttl:
                self._kept[host] = (self._clock() + self._ttl, found)
            asked.set(found)
        except Exception as error:  # handed to whoever waits
            asked.set(error)
        finally:
            if self._asked.get(host) is asked:
                del self._asked[host]


def _failure(host: str, error: Exception) -> ExchangeError:
    """Why there is no address. The system's resolver needs files of its own, and does not say that it got none."""
    if isinstance(error, UnicodeError):
        return ExchangeError("dns", "dns", f"{host} is no name that can be resolved")
    failure = explain(error, "dns")
    if failure.kind in ("dns", "dns_failed") and _no_file_is_left():
        return ExchangeError("fd_exhausted", "dns", f"the name {host} could not be resolved: too many open files")
    reason = error.strerror if isinstance(error, OSError) else None
    failure.args = (f"the name {host} could not be resolved: {reason or error}",)
    return failure


def _no_file_is_left() -> bool:
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
    return False
