"""What every transport shares: the kinds of failure, the limits of an exchange, and the answer's fields."""

from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import dataclass
from typing import Any, Final

from loadspec.wire.errors import ProtocolError

UNPARSED: Final = object()
"""Stands in `parsed` until the body was parsed as JSON."""

_ERRNO_KINDS: Final = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
    errno.ECONNABORTED: "reset",
    errno.ETIMEDOUT: "timeout",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.ENETDOWN: "unreachable",
    errno.EMFILE: "fd_exhausted",
    errno.ENFILE: "fd_exhausted",
    errno.EADDRNOTAVAIL: "port_exhausted",
}


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds an exchange may take: in `total`, to `connect` (name, TCP and TLS), and from sent to `first_byte`."""

    total: float = 60.0
    connect: float | None = None
    first_byte: float | None = None

    def within(self, seconds: float) -> Deadlines:
        """The same, but `seconds` in total at most."""
        return self if self.total <= seconds else Deadlines(seconds, self.connect, self.first_byte)


class ExchangeError(Exception):
    """An exchange that brought no answer: `kind` says what happened, `phase` where, the message in words."""

    def __init__(self, kind: str, phase: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.phase = phase


class Interrupted(BaseException):
    """Thrown into a user whose time is up; whatever it was doing is cut off."""


def explain(error: BaseException, phase: str) -> ExchangeError:
    """Translate what a socket, TLS or the parser raised, once, here."""
    if isinstance(error, ExchangeError):
        return error
    if isinstance(error, ProtocolError):
        return ExchangeError(error.kind, error.phase, str(error))
    if isinstance(error, socket.gaierror):
        return ExchangeError("dns", "dns", f"the name could not be resolved: {error.strerror or error}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return ExchangeError("tls_certificate", phase, f"the certificate was not accepted: {error.verify_message}")
    if isinstance(error, ssl.SSLError):
        return ExchangeError("tls", phase, f"TLS failed: {getattr(error, 'reason', None) or error}")
    if isinstance(error, OSError):
        kind = _ERRNO_KINDS.get(error.errno or 0, "os_error")
        return ExchangeError(kind, phase, error.strerror or str(error))
    raise error


class Answer:
    """What an exchange left behind. `status` 0 means that no answer came; then `error`, `phase`, `message` say why.

    Times are seconds of the monotonic clock; `ready` is when a connection was there. Bodies are decoded.
    `sets_cookies`: the head has a Set-Cookie.
    """

    __slots__ = (
        "blocked",
        "body",
        "connecting",
        "ended",
        "error",
        "first",
        "head",
        "message",
        "parsed",
        "phase",
        "ready",
        "received",
        "sent",
        "sets_cookies",
        "started",
        "status",
        "tls",
    )

    def __init__(self) -> None:
        self.status = 0
        self.head = b""
        self.body = b""
        self.error = ""
        self.phase = ""
        self.message = ""
        self.parsed: Any = UNPARSED
        self.started = self.ready = self.sent = self.first = self.ended = 0.0
        self.blocked = self.connecting = self.tls = 0.0
        self.received = 0
        self.sets_cookies = False

    @property
    def duration(self) -> float:
        """k6's http_req_duration in ms: sending + waiting + receiving; 0 where no answer came."""
        return (self.ended - self.ready) * 1000 if self.status else 0.0
