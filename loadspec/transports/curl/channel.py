"""The `curl` transport: a channel is one easy handle of libcurl, which keeps what does not change between requests.

Heads and bodies are collected by `list.append`, so that no Python runs while an answer comes in; when it is over, the
head is put together again, `HTTP/2 200` and all, and the body decoded by our own code with its caps.

What differs from `fast`: `received` counts head and body without the framing of chunks or frames. libcurl itself sends
a request again where a kept connection turns out closed; one without a body for any method.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, Final

import pycurl

from loadspec.clock import monotonic
from loadspec.transports.base import (
    DISCARD,
    KEEP,
    UNPARSED,
    Channel,
    Deadlines,
    Discarded,
    ExchangeError,
    explain,
)
from loadspec.transports.curl import multi as multis
from loadspec.transports.curl.errors import translate
from loadspec.transports.curl.line import connected
from loadspec.transports.curl.messages import Known, head_reader, take_apart
from loadspec.transports.curl.options import INSISTED, lead, make_easy
from loadspec.transports.curl.patience import Patience, needed
from loadspec.transports.curl.proxies import through
from loadspec.transports.network import Network
from loadspec.wire.encoding import decode_content
from loadspec.wire.errors import ProtocolError
from loadspec.wire.url import Origin

_IDLE: Final = 0.0002
"""After a pause longer than this, in seconds, a connection is looked at before it is used again: the loop may have
woken the user before it saw the close."""
_SWITCHED: Final = 101
_BEFORE: Final = frozenset({"dns", "connect", "tls", "write"})
"""Phases in which the server has not been asked yet."""


class CurlChannel(Channel):
    """One user's way to one origin through libcurl."""

    __slots__ = (
        "_alias",
        "_body",
        "_common",
        "_deadlines",
        "_easy",
        "_fresh",
        "_head_size",
        "_header_lines",
        "_headers",
        "_heads",
        "_insisted",
        "_line",
        "_mode",
        "_multi",
        "_multiplexed",
        "_over_at",
        "_patient",
        "_proxy",
        "_size",
        "_sockets",
        "_target",
        "_verb",
        "_waiting",
        "_whole",
        "begun",
        "outcome",
    )

    def __init__(self, network: Network, origin: Origin, resume: Callable[[], Any], seat: int = 0) -> None:
        super().__init__(network, origin, resume, seat)
        self._easy: Any = None
        self._waiting = False
        self._multiplexed = False
        self._sockets: list[int] = []
        self._over_at = 0.0
        self.begun = False
        """Whether libcurl has taken the transfer up."""
        self.outcome: tuple[int, str] | None = None
        """(libcurl's code, its message) of a transfer that is over."""

    def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, body: int = KEEP) -> bool:
        """See `Channel`."""
        self.started = monotonic()
        self.status = 0
        self.error = ""
        self.parsed = UNPARSED
        self.ready = self.first = self.sent = 0.0
        self._fresh = False
        self._sockets.clear()
        try:
            if self._easy is None:
                self._open()
            line = self._line
            if self.started - self.ended > _IDLE and not (line.running and self._multiplexed):
                line.look()  # streams under way would have heard
            if self._alias is not line.alias or not (line.open or self._common):
                self._resolve(deadlines)
            self._set_request(request, idempotent)
            self._set_body(body)
            if deadlines is not self._deadlines:
                self._set_deadlines(deadlines)
            self._perform(deadlines)
            self._read()
        except Exception as error:
            return self._failed(explain(error, "headers"))
        except BaseException:
            self.close()
            raise
        self.in_flight = False
        return True

    # Before

    def _open(self) -> None:
        """A handle, and a line that is shared with the branches of the same user."""
        self._easy = easy = make_easy(self._network, self._origin)
        self._header_lines: list[bytes] = []
        self._body: list[bytes] = []
        easy.setopt(pycurl.HEADERFUNCTION, self._header_lines.append)
        easy.setopt(pycurl.SOCKOPTFUNCTION, self._opened)
        self._verb: tuple[str, int] | None = None
        self._target = b""
        self._headers: list[bytes] | None = None
        self._heads = head_reader(self._network.limits)
        self._mode = -1
        self._size = 0
        self._deadlines: Deadlines | None = None
        self._patient = False
        self._multi = multis.enter(self._network)
        self._line = self._multi.line(self._origin, self._seat)
        self._alias = ""
        self._proxy = self._network.proxy(self._origin)
        forwards = self._proxy is not None and self._proxy.forwards(self._origin)
        self._whole = str(self._origin).encode() if forwards else b""
        self._common = self._proxy is not None and self._proxy.scheme == "https"
        self._insisted = INSISTED.get(self._network.settings.http.version, b"")

    def _resolve(self, deadlines: Deadlines) -> None:
        """Tell libcurl where the line leads. Raises ExchangeError."""
        limits = (limit for limit in (deadlines.total, deadlines.connect, deadlines.dns) if limit is not None)
        line = self._line
        if self._proxy is not None:
            alias = line.alias  # which another branch may change while names are looked up
            through(self._easy, self._proxy, alias, self._network, self._origin, min(limits), self._seat)
            self._alias = alias
            return
        addresses = self._network.addresses(self._origin.host, self._origin.port, min(limits))
        if self._alias is not line.alias or addresses != line.addresses:
            lead(self._easy, addresses, line.alias, self._alias, self._network, self._seat)
            line.addresses, self._alias = addresses, line.alias

    def _set_request(self, request: bytes, idempotent: bool) -> None:
        """Set what differs from the request before.

        The body of a request that must not be sent twice is read from a file that cannot be wound back: libcurl would
        send it again over a new connection where the one that it took breaks.
        """
        method, target, headers, sized, body = take_apart(request)
        easy = self._easy
        if target != self._target:
            easy.setopt(pycurl.REQUEST_TARGET, self._whole + target if self._whole else target)
            self._target = target
        if headers is not self._headers:
            easy.setopt(pycurl.HTTPHEADER, headers)
            self._headers = headers
        how = pycurl.NOBODY if method == "HEAD" else pycurl.HTTPGET
        if sized:
            how = pycurl.POST if idempotent or not body else pycurl.UPLOAD
        if (method, how) != self._verb:
            easy.setopt(how, 1)
            easy.setopt(pycurl.CUSTOMREQUEST, method)
            self._verb = (method, how)
        self._head_size = len(request) - len(body)
        if how == pycurl.POST:
            easy.setopt(pycurl.POSTFIELDS, body)
        elif how == pycurl.UPLOAD:
            easy.setopt(pycurl.INFILESIZE_LARGE, len(body))
            easy.setopt(pycurl.READFUNCTION, BytesIO(body).read)

    def _set_body(self, mode: int) -> None:
        """Where the answer's body goes, and what it may cost: one that only a head announces costs nothing."""
        self._size = 0
        if mode == self._mode:
            return
        self._mode = mode
        self._easy.setopt(pycurl.WRITEFUNCTION, self._count if mode == DISCARD else self._body.append)
        self._easy.setopt(pycurl.MAXFILESIZE_LARGE, self._network.limits.body_bytes if mode == KEEP else 0)

    def _count(self, piece: bytes) -> None:
        self._size += len(piece)

    def _set_deadlines(self, deadlines: Deadlines) -> None:
        known, self._deadlines = self._deadlines, deadlines
        total, connect = deadlines.total, deadlines.connect
        self._patient = needed(deadlines)
        if known is not None and known.total == total and known.connect == connect:
            return
        self._easy.setopt(pycurl.TIMEOUT_MS, max(1, int(total * 1000)))
        first = total if connect is None else min(total, connect)
        self._easy.setopt(pycurl.CONNECTTIMEOUT_MS, max(1, int(first * 1000)))

    def _opened(self, number: int, _purpose: int) -> int:
        """libcurl has made a socket, and will connect it."""
        self._fresh = True
        self._sockets.append(number)
        self._multi.opened(number)
        self._line.open_socket(number)
        return pycurl.SOCKOPT_OK  # type: ignore[no-any-return]

    # Meanwhile

    def _perform(self, deadlines: Deadlines) -> None:
        """The transfer, from its start until it is over."""
        easy, line = self._easy, self._line
        kept, opened = line.open or self._common, line.opened
        self.outcome = None
        self.begun = False
        line.running += 1
        patience = Patience(deadlines, self, self._network) if self._patient else None
        try:
            self._multi.begin(easy, self)
            code, message = self._over()
            phase = self.where() if code else ""
            self._measure(kept and opened == line.opened)
            if kept and self._fresh and self.ask(pycurl.REQUEST_SIZE) > 1.5 * self._head_size:
                self.retries += 1  # its head left twice
        except BaseException:
            self.in_flight = self.begun and easy.getinfo(pycurl.POSTTRANSFER_TIME_T) > 0
            raise
        finally:
            line.running -= 1
            self._multi.end(easy)
            if patience is not None:
                patience.close()
        if code:
            if phase == "body":
                phase = self._head_first(code)
            raise translate(code, message, self._origin, easy, phase)

    def _over(self) -> tuple[int, str]:
        """(libcurl's code, its message), once the transfer is over."""
        self._waiting = True
        try:
            self._network.switch()
        finally:
            self._waiting = False
        assert self.outcome is not None, "whoever wakes this has set it"
        return self.outcome

    def finish(self, now: float, code: int = 0, message: str = "") -> None:
        """The transfer is over, for all that is known since `now`."""
        self.outcome = (code, message)
        self._over_at = now

    def wake(self) -> None:
        """Let the user go on, if this is what it waits for."""
        if self._waiting:
            self._resume()

    def ask(self, info: int) -> Any:
        """What libcurl knows of the transfer: one of its infos."""
        return self._easy.getinfo(info)

    def where(self) -> str:
        """The phase that the transfer is in, or ended in."""
        ask = self.ask
        if self._fresh and not ask(pycurl.CONNECT_TIME_T) and not (self._origin.tls and connected(self._sockets)):
            return "connect"  # libcurl's time is set when TLS is there as well
        if self._fresh and self._origin.tls and not ask(pycurl.APPCONNECT_TIME_T):
            return "tls"
        if self._header_lines:
            return "body"
        return "headers" if ask(pycurl.POSTTRANSFER_TIME_T) else "write"

    def _measure(self, kept: bool) -> None:
        """Take libcurl's times, which are seconds from when it took the request up.

        `kept`: there was a connection, and no other was opened meanwhile, for which this one may have waited.

        That moment is nowhere told, so the end is: the transfer was over when its turn was, or earlier in that turn.
        """
        ask = self._easy.getinfo
        begin = max(self.started, self._over_at - ask(pycurl.TOTAL_TIME))
        self.ready = begin + ask(pycurl.PRETRANSFER_TIME)
        self.reused = kept and not self._fresh
        self.blocked = self.connecting = self.tls = 0.0
        if not self.reused:  # a fresh one, or one that another opened meanwhile
            self.blocked = self.ready - self.started
        if self._fresh:
            connected, secured = ask(pycurl.CONNECT_TIME), ask(pycurl.APPCONNECT_TIME)
            self.connecting = max(0.0, connected - ask(pycurl.NAMELOOKUP_TIME))
            self.tls = max(0.0, secured - connected)
        self.sent = max(self.ready, begin + ask(pycurl.POSTTRANSFER_TIME_T) / 1_000_000)
        self.first = max(self.sent, begin + ask(pycurl.STARTTRANSFER_TIME))
        self.ended = max(self.first, self._over_at)

    # Afterwards

    def _read(self) -> None:
        """Head and body of the answer, out of what was collected. Raises ExchangeError and ProtocolError."""
        pieces = self._body
        head, known, size = self._read_head()
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self.head = head
        self.received = size + len(body) + self._size
        self.sets_cookies = known.sets_cookies
        if self._mode == DISCARD:
            self.body = Discarded.of(self._size)
        else:
            self.body = decode_content(body, known.encoding, self._network.limits) if known.encoding else body
        self._header_lines.clear()
        pieces.clear()
        self.status = known.status

    def _have(self) -> int:
        """Bytes of the answer so far."""
        return sum(map(len, self._header_lines)) + sum(map(len, self._body)) + self._size

    def _read_head(self) -> tuple[bytes, Known, int]:
        """(the head, what it says, the size of all heads and trailers). Raises ExchangeError and ProtocolError."""
        head, known, size = self._heads(self._header_lines)
        if self._insisted and not head.startswith(self._insisted):
            raise _not_insisted(head)
        self._multiplexed = known.multiplexed
        if known.status == _SWITCHED:
            raise ExchangeError("protocol", "status", "The server switched protocols unasked (101).")
        return head, known, size

    def _head_first(self, code: int) -> str:
        """The phase of an error that came once a head had begun: what is wrong with the head itself is told first."""
        try:
            self._read_head()
        except ProtocolError as error:
            if error.kind != "incomplete":
                raise
        else:
            return "body"
        return "body" if code == pycurl.E_OPERATION_TIMEDOUT else "head"

    def _failed(self, error: ExchangeError) -> bool:
        received = 0
        if self._easy is not None:
            if error.phase not in _BEFORE:  # then it is what a proxy said
                received = self._have()
            self._header_lines.clear()
            self._body.clear()
            self._alias = ""  # the name is looked up again
            if not self._multiplexed:  # else other streams have nothing to do with it, and are left alone
                self.disconnect()
        return self._no_answer(error, received)

    def disconnect(self) -> None:
        """See `Channel`. What a branch of the same user has under way goes on, and so does what users share."""
        if self._easy is not None and not (self._line.running or self._line.shared):
            self._line.hang_up()

    def close(self) -> None:
        """See `Channel`."""
        if self._easy is not None:
            self._easy.close()
            self._easy = None
            multis.leave(self._network, self._multi, self._origin, self._seat)


def _not_insisted(head: bytes) -> ExchangeError:
    spoken = head.partition(b" ")[0].decode("latin-1")
    return ExchangeError("http2", "status", f"the server answered in {spoken}; http.version: auto would take that")
