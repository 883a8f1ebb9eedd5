"""The `fast` transport: one kept-alive HTTP/1.1 connection per user and origin, raw sockets on gevent's loop.

The way of one exchange: switch to the hub, one `send` at the end of the loop's turn, one `recv` when the socket is
readable. A request on a new connection is sent at once.

A connection found closed before the send, or by the send itself, is replaced silently for any method: nothing of
the request has left. One that breaks after the send and before the first byte of the answer is an error, retried once
(and counted in `retries`) where the method is idempotent and the connection had served before.

What one `send` cannot take, an upload, is sent with an ear to the server: it may answer before it has read all.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any, Final

from loadspec.clock import monotonic
from loadspec.transports.base import (
    ABSENT,
    CHUNK,
    DISCARD,
    KEEP,
    NOT_NOW,
    READ,
    UNPARSED,
    WRITE,
    Deadlines,
    Discarded,
    ExchangeError,
    explain,
)
from loadspec.transports.connection import Connection
from loadspec.transports.network import Network
from loadspec.wire.encoding import decode_content
from loadspec.wire.fasthead import FastHead, sets_cookies, shortcuts
from loadspec.wire.response import ResponseParser
from loadspec.wire.url import Origin

_CLOSED: Final = "the server closed the connection without an answer"


_UNLIMITED: Final = Deadlines()


class _UnheardError(ExchangeError):
    """The connection broke while the request was being sent, and the server had said nothing."""

    @classmethod
    def of(cls, error: ExchangeError) -> _UnheardError:
        """The same, known to be one."""
        return cls(error.kind, error.phase, str(error))


class _AnsweredEarly(Exception):  # noqa: N818 - a signal, not an error
    """The whole answer was read while the request was still being sent."""


class FastChannel(Connection):
    """One user's connection to one origin, with the last answer. `exchange` is the hot path."""

    __slots__ = ("_count", "_join_chunks", "_limits", "_parse_head", "_request")

    def __init__(self, network: Network, origin: Origin, resume: Callable[[], Any], seat: int = 0) -> None:
        super().__init__(network, origin, resume, seat)
        self._parse_head, self._join_chunks = shortcuts(network.limits)
        self._request: bytes | None = None
        """What was posted and has not left yet."""
        self._count = 0
        self._limits = _UNLIMITED

    def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, body: int = KEEP) -> bool:
        """See `Channel`."""
        started = monotonic()
        self.started = started
        self.status = 0
        self.error = ""
        self.parsed = UNPARSED
        try:
            if self._sock is None:
                self._connect(deadlines)
                self._transmit(request, deadlines, idempotent)
                data = self._receive(idempotent, request, deadlines)
            else:
                self.reused = True
                self.blocked = self.connecting = self.tls = 0.0
                whole = self._post(request, deadlines)
                if not whole:
                    self._transmit(request, deadlines, idempotent, self._count)
                data = self._receive(idempotent, request, deadlines, whole)
            fast = None if body is ABSENT else self._parse_head(data)
            if fast is None or body:
                self._read_other(data, fast, body, deadlines)
            else:
                self._read_plain(data, fast, deadlines)
        except _AnsweredEarly:
            if body is DISCARD:
                self.body = Discarded.of(len(self.body))
        except Exception as error:
            began = self.first > started
            return self._failed(explain(error, "body" if began else "headers"), self.received if began else 0)
        except BaseException:
            self.close()
            raise
        self.in_flight = False
        return True

    # The hot path's parts, in order

    def _post(self, request: bytes, deadlines: Deadlines) -> bool:
        """Have a request sent at the end of this turn of the loop, and sleep until its answer begins.

        False where it could not be sent in one piece: `_count` bytes have left. Those that leave one after the other
        cost less, for the kernel wakes the server once for all; and nobody's answer lies there meanwhile.
        """
        self._request, self._limits, self._count = request, deadlines, 0
        network = self._network
        if not network.turn:
            network.loop.run_callback(network.end_turn)
        network.turn.append(self)
        try:
            network.switch()
        finally:
            self._waiting = False
            left, self._request = self._request, None
        return left is None

    def leave(self, readable: Container[int] | None) -> None:
        """Send what was posted. In the hub. Where there is something to read, or may be, the connection is looked at.

        What cannot be sent here is left to its user, who takes another connection where this one is gone.
        """
        request = self._request
        if request is None:  # its user was interrupted
            return
        self.ready = monotonic()
        try:
            if (readable is None or self._fd in readable) and self._sock is not None and not self._alive():
                self.disconnect()
            count = self._send(request)
        except NOT_NOW:
            count = 0
        except Exception:
            count = 0
            self.disconnect()
        if count != len(request):
            self._count = count
            self._resume()
            return
        self._request = None
        self._waiting = True
        self._left(self._limits)

    def _transmit(self, request: bytes, deadlines: Deadlines, idempotent: bool, count: int = 0) -> None:
        """Send a request, of which `count` bytes have left, at once."""
        try:
            if not count:
                count = self._send(request)
        except NOT_NOW:
            count = 0
        except OSError as error:
            if not self.reused:
                raise self._unsent(error) from None
            self._connect(deadlines)
            return self._transmit(request, deadlines, idempotent)
        if count != len(request):
            try:
                self._send_rest(request, count, deadlines)
            except _UnheardError:
                if not (self.reused and idempotent):
                    raise
                self.retries += 1
                self._connect(deadlines)
                return self._transmit(request, deadlines, idempotent)
        return self._left(deadlines)

    def _left(self, deadlines: Deadlines) -> None:
        """All of the request has left."""
        self.in_flight = True
        self.sent = sent = monotonic()
        deadline = self.started + deadlines.total
        if deadlines.first_byte is not None and sent + deadlines.first_byte < deadline:
            deadline = sent + deadlines.first_byte
        self._deadline = deadline
        if deadline < self._timer_at:
            self._arm(deadline)

    def _receive(self, idempotent: bool, request: bytes, deadlines: Deadlines, there: bool = False) -> bytes:
        """The first bytes of the answer; `there`: it has been waited for."""
        while True:
            failure: ExchangeError | None = None
            if not there:
                self._waiting = True  # `_wait`, written out: a call would cost 0.07 µs
                try:
                    self._network.switch()
                finally:
                    self._waiting = False
            there = False
            if self._expired:
                self._expire("headers")
            try:
                data: bytes = self._recv(CHUNK)
            except NOT_NOW:
                continue
            except OSError as error:
                data, failure = b"", explain(error, "headers")
            if not data:
                if self.reused and idempotent:
                    self.retries += 1
                    self._connect(deadlines)
                    self._transmit(request, deadlines, idempotent)
                    continue
                raise failure or ExchangeError("closed", "headers", _CLOSED)
            self.first = monotonic()
            if deadlines.first_byte is not None:
                self._set_deadline(self.started + deadlines.total)
            return data

    def _read_plain(self, data: bytes, fast: FastHead, deadlines: Deadlines) -> None:
        """An answer whose whole head is in `data`; its body has a known length, or comes in chunks."""
        status, self.head, length, encoding, close, self.sets_cookies = fast
        start, have = len(self.head), len(data)
        if length < 0:
            chunks = self._join_chunks(data, start)
            if chunks is None:
                return self._read_other(data, None, KEEP, deadlines)
            self.body = chunks
            end = have
        else:
            end = start + length
            if have < end:
                data = self._rest_of(data, start, end, deadlines)
                have = len(data)
            self.body = data[start:end]
        self.received = have
        return self._complete(status, encoding, close or have > end)

    def _rest_of(self, data: bytes, start: int, end: int, deadlines: Deadlines) -> bytes:
        """An answer to its end, of which some has come."""
        pieces, have = [data], len(data)
        while have < end:
            self.received = have  # should no more come
            more = self._more(deadlines)
            if not more:
                got, length = have - start, end - start
                raise ExchangeError("incomplete", "body", f"the body ended after {got} of {length} bytes")
            pieces.append(more)
            have += len(more)
        return b"".join(pieces)

    def _read_other(self, data: bytes, fast: FastHead | None, body: int, deadlines: Deadlines) -> None:
        """Any other legal answer, by the complete parser; or one whose body is counted and thrown away: however large
        it is, it takes no memory."""
        self.received = len(data)
        if body is DISCARD and fast is not None and 0 <= fast[2] <= len(data) - len(fast[1]):
            status, self.head, length, _, close, self.sets_cookies = fast
            self.body, self.received = Discarded.of(length), len(data)
            return self._complete(status, b"", close or len(data) > len(self.head) + length)
        parser = ResponseParser(body is ABSENT, self._network.limits, discard=body is DISCARD)
        self._read_on(parser, parser.feed(data), deadlines)
        if body is DISCARD:
            self.body = Discarded.of(parser.size)
        return None

    def _read_on(self, parser: ResponseParser, done: bool, deadlines: Deadlines, close: bool = False) -> None:
        while not done:
            more = self._more(deadlines, "body" if parser.status else "headers")
            self.received = parser.wire_bytes + len(more)
            done = parser.feed(more) if more else parser.eof()
        self.head = parser.head
        self.sets_cookies = sets_cookies(parser.head)
        self.body = parser.body
        self.received = parser.wire_bytes
        encoding = b"" if parser.discards else parser.content_encoding
        self._complete(parser.status, encoding, close or not parser.keep_alive)

    def _complete(self, status: int, encoding: bytes, close: bool) -> None:
        if close or (self._tls and self._sock.ended):
            self.disconnect()
        self.ended = monotonic()  # decoding is our time, not the server's
        if encoding:
            self.body = decode_content(self.body, encoding, self._network.limits)
        self.status = status

    def _more(self, deadlines: Deadlines, phase: str = "body") -> bytes:
        """The next bytes; b"" at the end."""
        if deadlines.idle is not None:
            self._set_deadline(min(self.started + deadlines.total, monotonic() + deadlines.idle))
        while True:
            self._wait(phase)
            try:
                return self._recv(CHUNK)
            except NOT_NOW:
                continue

    # Uploads

    def _send_rest(self, request: bytes, count: int, deadlines: Deadlines) -> None:
        """Send on until all is sent, or until a refusal or a whole answer comes; then raises _AnsweredEarly."""
        by = self.started + deadlines.total
        self._set_deadline(by if deadlines.send is None else min(by, self.ready + deadlines.send))
        view, parser = memoryview(request), ResponseParser(request.startswith(b"HEAD "), self._network.limits)
        events, broken = READ | WRITE, None
        heard = done = False
        while count < len(request) and broken is None:
            self._wait_for(events, "write")
            data = self._hear(heard) if events & READ else None
            if data:
                heard, done = True, parser.feed(data)
            if done or parser.status >= 300 or (heard and data == b""):
                break
            if data == b"":
                events = WRITE  # it will not speak any more, but may still read
            try:
                count += self._send(view[count:])
            except NOT_NOW:
                continue
            except OSError as error:
                broken = explain(error, "write")
        if heard or broken:
            self._set_deadline(by)
            self._read_early(parser, done, deadlines, count < len(request), broken)

    def _hear(self, heard: bool) -> bytes | None:
        """What the server says meanwhile: b"" at its end, None if nothing. A TLS session ticket is nothing."""
        try:
            return self._recv(CHUNK)
        except NOT_NOW:
            return None
        except OSError as error:
            known = explain(error, "write")
            raise (known if heard else _UnheardError.of(known)) from None

    def _read_early(
        self, parser: ResponseParser, done: bool, deadlines: Deadlines, cut: bool, broken: ExchangeError | None
    ) -> None:
        """The rest of an answer that began before the request's end. A connection with half a request is not kept."""
        self.in_flight = True
        self.sent = self.first = monotonic()
        try:
            self._read_on(parser, done, deadlines, close=cut)
        except Exception as error:
            if broken is not None and not parser.wire_bytes:
                raise _UnheardError.of(broken) from None
            raise broken or error from None
        raise _AnsweredEarly

    def _failed(self, error: ExchangeError, received: int) -> bool:
        self.disconnect()
        return self._no_answer(error, received)
