"""What every transport shares: the channel's interface, the limits of an exchange, and the answer's fields."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from loadspec.clock import monotonic
from loadspec.transports.tls import explain_tls
from loadspec.wire.errors import ProtocolError
from loadspec.wire.url import Origin

if TYPE_CHECKING:
    from loadspec.transports.network import Network

UNPARSED: Final = object()
"""Stands in `parsed` until the body was parsed as JSON."""

READ, WRITE = 1, 2
"""What a socket is waited for: libev's numbers."""
CHUNK: Final = 65536
"""Bytes that are received at once."""
NOT_NOW: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""What a socket that does not block raises where it would."""

KEEP, ABSENT, DISCARD = 0, 1, 2
"""What becomes of an answer's body: it is kept; there is none (HEAD); it is read and thrown away, and only counted."""

_ERRNO_KINDS: Final = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
    errno.ECONNABORTED: "reset",
    errno.ENOTCONN: "reset",
    errno.ETIMEDOUT: "timeout",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.ENETDOWN: "unreachable",
    errno.EMFILE: "fd_exhausted",
    errno.ENFILE: "fd_exhausted",
    errno.EADDRNOTAVAIL: "port_exhausted",
    errno.EADDRINUSE: "port_exhausted",
    errno.EAFNOSUPPORT: "unreachable",
}
_UNKNOWN_NAME: Final = (socket.EAI_NONAME, socket.EAI_NODATA)
"""The resolver has an answer, and it is no; else it has none. k6 tells them apart as 1101 and 1100."""


class Deadlines(Struct, frozen=True):
    """Seconds an exchange may take: in `total`, and for its parts (None: no limit of their own).

    `connect` is for look-up, TCP and TLS together, `dns` and `tls` for those alone; `send` from there until the request
    is sent; `first_byte` from there; `idle` between two pieces of the answer.
    """

    total: float = 60.0
    connect: float | None = None
    first_byte: float | None = None
    dns: float | None = None
    tls: float | None = None
    send: float | None = None
    idle: float | None = None

    def within(self, seconds: float) -> Deadlines:
        """The same, but `seconds` in total at most."""
        return self if self.total <= seconds else replace(self, total=seconds)


class Discarded(bytes):
    """The empty body of an answer whose body was thrown away; `size` is what came of it, in bytes, not decoded."""

    size = 0

    @classmethod
    def of(cls, size: int) -> Discarded:
        """One of that size."""
        made = cls()
        made.size = size
        return made


def size_of(body: bytes) -> int:
    """The size of a body that was kept, or thrown away."""
    return body.size if isinstance(body, Discarded) else len(body)


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
        kind = "dns" if error.errno in _UNKNOWN_NAME else "dns_failed"
        return ExchangeError(kind, "dns", f"the name could not be resolved: {error.strerror or error}")
    if isinstance(error, ssl.SSLError):
        return _explain_ssl(error, phase)
    if isinstance(error, OSError):
        kind = _ERRNO_KINDS.get(error.errno or 0, "os_error")
        return ExchangeError(kind, phase, error.strerror or str(error))
    raise error


def _explain_ssl(error: ssl.SSLError, phase: str) -> ExchangeError:
    """Once there is a connection, TLS can only end it, or refuse the certificate that it was shown."""
    if phase != "tls" and isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return ExchangeError("reset", phase, "the server closed the connection")
    kind, message = explain_tls(error)
    if kind == "tls_client_certificate":
        return ExchangeError(kind, "tls", message)  # no server has read what was sent meanwhile
    return ExchangeError(kind if phase == "tls" else "tls", phase, message)


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


class Channel(Answer):
    """One user's way to one origin, with the last answer: what every transport gives.

    `in_flight`: the request has left, and its answer is still to come. `reused`: the exchange took an open connection.
    `retries` counts requests sent again, until whoever reads it sets it to 0.
    """

    __slots__ = ("_network", "_origin", "_resume", "_seat", "in_flight", "retries", "reused")

    def __init__(self, network: Network, origin: Origin, resume: Callable[[], Any], seat: int = 0) -> None:
        """`resume` switches to the user, `seat` is its number: it chooses among `network.local_ips`."""
        super().__init__()
        self._network = network
        self._origin = origin
        self._resume = resume
        self._seat = seat
        self.in_flight = False
        self.reused = False
        self.retries = 0

    def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, body: int = KEEP) -> bool:
        """Send `request` and read its answer into this object; False when none came (`error`, `phase`, `message`).

        `body` is KEEP, ABSENT or DISCARD; with the last, `body` is Discarded afterwards, and no cap holds for it.

        Whatever is thrown into the user meanwhile closes the connection and goes on up; `in_flight` then says
        whether the request had left.
        """
        raise NotImplementedError

    def _no_answer(self, error: ExchangeError, received: int = 0) -> bool:
        """Leave behind why none came, and how many bytes of one did → False."""
        self.error, self.phase, self.message = error.kind, error.phase, str(error)
        self.head = self.body = b""
        self.received = received
        self.ended = monotonic()
        self.in_flight = False
        return False

    def disconnect(self) -> None:
        """Close the connection; the next exchange opens another."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connection and all that belongs to it, for good."""
        self.disconnect()
