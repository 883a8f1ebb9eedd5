"""The `fast` transport: one kept-alive HTTP/1.1 connection per user and origin, raw sockets on gevent's loop.

The way of one exchange: `send` at once, switch to the hub, one `recv` when the socket is readable. One libev read
watcher stays with the connection for its life. Its callback belongs to the connection: it resumes the user only while
the user waits for that answer; at any other time readability means that the server closed (or spoke out of turn),
and the connection is dropped there and then, so nothing spins and the next request starts on a new one.

Deadlines cost nothing per request: a request only stores when it must be over. One libev timer per connection is set
when no earlier one is running; when it fires too soon it is set again for the rest.

A connection found closed before the send, or by the send itself, is replaced silently for any method: nothing of
the request has left. One that breaks after the send and before the first byte of the answer is an error, retried once
(and counted in `retries`) where the method is idempotent and the connection had served before.

What one `send` cannot take, an upload, is sent with an ear to the server: it may answer before it has read all.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Callable
from typing import Any

from loadspec.clock import monotonic
from loadspec.transports.base import UNPARSED, Answer, Deadlines, ExchangeError, explain
from loadspec.transports.network import Address, Network
from loadspec.wire.encoding import decode_content
from loadspec.wire.fasthead import parse_head, parse_one_chunk, sets_cookies
from loadspec.wire.response import ResponseParser
from loadspec.wire.url import Origin

_READ, _WRITE = 1, 2
_IN_PROGRESS = (errno.EINPROGRESS, errno.EWOULDBLOCK)
_CHUNK = 65536
_IDLE = 0.0002
"""After a pause longer than this a connection is looked at before it is used again: the loop may have woken the user
before it saw the close."""
_NEVER = float("inf")
_TIMER_SLACK = 0.001


class _AnsweredEarly(Exception):  # noqa: N818 - a signal, not an error
    """The whole answer was read while the request was still being sent."""


class Channel(Answer):
    """One user's connection to one origin, with the last answer. `exchange` is the hot path."""

    __slots__ = (
        "_deadline",
        "_expired",
        "_network",
        "_origin",
        "_recv",
        "_resume",
        "_send",
        "_sock",
        "_timer",
        "_timer_at",
        "_tls",
        "_waiting",
        "_watcher",
        "in_flight",
        "retries",
        "reused",
    )

    def __init__(self, network: Network, origin: Origin, resume: Callable[[], Any], tls: ssl.SSLContext | None) -> None:
        super().__init__()
        self._network = network
        self._origin = origin
        self._resume = resume
        self._tls = tls
        self._sock: socket.socket | None = None
        self._watcher: Any = None
        self._timer: Any = None
        self._timer_at = _NEVER
        self._deadline = _NEVER
        self._waiting = False
        self._expired = False
        self.in_flight = False
        self.reused = False
        self.retries = 0

    def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, head: bool = False) -> bool:
        """Send `request` and read its answer into this object; False when none came (`error`, `phase`, `message`).

        Whatever is thrown into the user meanwhile closes the connection and goes on up; `in_flight` then says
        whether the request had left.
        """
        started = monotonic()
        self.started = started
        self.status = 0
        self.error = ""
        self.parsed = UNPARSED
        try:
            if self._sock is None or (started - self.ended > _IDLE and not self._alive()):
                self._connect(deadlines)
            else:
                self.reused = True
                self.blocked = self.connecting = self.tls = 0.0
                self.ready = started
            self._transmit(request, deadlines)
            data = self._receive(idempotent, request, deadlines)
            fast = None if head else parse_head(data)
            if fast is None:
                self._read_complete(data, head)
            else:
                self._read_plain(data, *fast)
        except _AnsweredEarly:
            pass
        except Exception as error:
            return self._failed(explain(error, "body" if self.first > started else "headers"))
        except BaseException:
            self.close()
            raise
        self.in_flight = False
        return True

    # The hot path's parts, in order

    def _transmit(self, request: bytes, deadlines: Deadlines) -> None:
        try:
            count = self._send(request)
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            count = 0
        except OSError as error:
            if not self.reused:
                raise explain(error, "write") from None
            self._connect(deadlines)
            return self._transmit(request, deadlines)
        if count != len(request):
            self._set_deadline(self.started + deadlines.total)
            self._send_rest(request, count)
        self.in_flight = True
        self.sent = sent = monotonic()
        deadline = self.started + deadlines.total
        if deadlines.first_byte is not None and sent + deadlines.first_byte < deadline:
            deadline = sent + deadlines.first_byte
        self._deadline = deadline
        if deadline < self._timer_at:
            self._arm(deadline)
        return None

    def _receive(self, idempotent: bool, request: bytes, deadlines: Deadlines) -> bytes:
        """The first bytes of the answer."""
        while True:
            self._wait("headers")
            try:
                data: bytes = self._recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                continue
            except OSError as error:
                data, failure = b"", explain(error, "headers")
            else:
                failure = ExchangeError("closed", "headers", "the server closed the connection without an answer")
            if not data:
                if self.reused and idempotent:
                    self.retries += 1
                    self._connect(deadlines)
                    self._transmit(request, deadlines)
                    continue
                raise failure
            self.first = monotonic()
            if deadlines.first_byte is not None:
                self._set_deadline(self.started + deadlines.total)
            return data

    def _read_plain(
        self, data: bytes, status: int, start: int, length: int, encoding: bytes, close: bool, cookies: bool
    ) -> None:
        """An answer whose whole head is in `data` and whose body has a known length."""
        self.sets_cookies = cookies
        end = start + length
        have = len(data)
        if have < end:
            if length > self._network.limits.body_bytes:
                raise ExchangeError("limit", "body", f"the body of {length} bytes is over the limit")
            chunks = [data]
            while have < end:
                more = self._more()
                if not more:
                    raise ExchangeError("incomplete", "body", f"the body ended after {have - start} of {length} bytes")
                chunks.append(more)
                have += len(more)
            data = b"".join(chunks)
        self.head = data[:start]
        self.body = data[start:end]
        self.received = have
        self._complete(status, encoding, close or have > end)

    def _read_complete(self, data: bytes, head: bool) -> None:
        """Any other legal answer: in one chunk, or by the complete parser."""
        one = None if head else parse_one_chunk(data)
        if one is not None:
            status, end, start, stop, encoding, close, self.sets_cookies = one
            self.head, self.body, self.received = data[:end], data[start:stop], len(data)
            return self._complete(status, encoding, close)
        parser = ResponseParser(head, self._network.limits)
        return self._read_on(parser, parser.feed(data))

    def _read_on(self, parser: ResponseParser, done: bool, close: bool = False) -> None:
        while not done:
            more = self._more()
            done = parser.feed(more) if more else parser.eof()
        self.head = parser.head
        self.sets_cookies = sets_cookies(parser.head)
        self.body = parser.body
        self.received = parser.wire_bytes
        self._complete(parser.status, parser.content_encoding, close or not parser.keep_alive)

    def _complete(self, status: int, encoding: bytes, close: bool) -> None:
        if close:
            self._drop()
        self.ended = monotonic()  # decoding is our time, not the server's
        if encoding:
            self.body = decode_content(self.body, encoding, self._network.limits)
        self.status = status

    def _more(self) -> bytes:
        """The next bytes; b"" at the end. TLS may hold decrypted bytes that the socket does not show."""
        while True:
            if self._tls is None or not self._sock.pending():  # type: ignore[union-attr]
                self._wait("body")
            try:
                return self._recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                continue

    def _wait(self, phase: str) -> None:
        """Sleep until the socket is readable. Raises ExchangeError at the deadline."""
        self._waiting = True
        try:
            self._network.switch()
        finally:
            self._waiting = False
        if self._expired:
            self._expired = False
            raise ExchangeError("timeout", phase, "no complete answer within the timeout")

    # Watcher and timer: they run in the hub

    def _on_readable(self) -> None:
        if self._waiting:
            self._resume()
        elif not self._alive():
            self._drop()

    def _on_timer(self) -> None:
        self._timer_at = _NEVER
        if not self._waiting:
            return
        if monotonic() >= self._deadline - _TIMER_SLACK:
            self._expired = True
            self._resume()
        else:
            self._arm(self._deadline)

    def _arm(self, deadline: float) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
        self._timer_at = deadline
        self._timer = self._network.loop.timer(max(0.0, deadline - monotonic()))
        self._timer.start(self._on_timer)

    def _set_deadline(self, deadline: float) -> None:
        self._deadline = deadline
        if deadline < self._timer_at:
            self._arm(deadline)

    # Connections

    def _alive(self) -> bool:
        """Whether an idle connection is still open and silent. Drops it where it is not."""
        try:
            if self._tls is None:
                data = self._sock.recv(1, socket.MSG_PEEK)  # type: ignore[union-attr]
            else:
                data = self._recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            data = b""
        del data
        self._drop()
        return False

    def _connect(self, deadlines: Deadlines) -> None:
        """Open a new connection. Raises ExchangeError; `dns`, `connect` and `tls` are its phases."""
        self._drop()
        self.reused = False
        self.in_flight = False
        self.ready = self.connecting = self.tls = 0.0
        begin = monotonic()
        limit = self.started + deadlines.total
        if deadlines.connect is not None:
            limit = min(limit, begin + deadlines.connect)
        addresses = self._network.resolve(self._origin.host, self._origin.port, max(0.001, limit - begin))
        self._set_deadline(limit)
        failure: ExchangeError | None = None
        for family, address in addresses:
            try:
                self._open(family, address)
                break
            except OSError as error:
                failure = explain(error, "connect")
                failure.args = (f"{self._origin}: {failure}",)
                self._drop()
        else:
            raise failure or ExchangeError("dns", "dns", f"{self._origin.host} has no address")
        self.ready = monotonic()
        self.blocked = self.ready - begin

    def _open(self, family: int, address: Address) -> None:
        begin = monotonic()
        sock = self._sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = sock.connect_ex(address)
        if code:
            if code not in _IN_PROGRESS:
                raise OSError(code, os.strerror(code))
            self._wait_for(_WRITE, "connect")
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code))
        connected = monotonic()
        self.connecting = connected - begin
        if self._tls is not None:
            sock = self._handshake(sock)
            self.tls = monotonic() - connected
        self._send, self._recv = sock.send, sock.recv
        self._watcher = self._network.loop.io(sock.fileno(), _READ)
        self._watcher.start(self._on_readable)

    def _handshake(self, plain: socket.socket) -> socket.socket:
        try:
            sock = self._tls.wrap_socket(plain, server_hostname=self._origin.host, do_handshake_on_connect=False)  # type: ignore[union-attr]
            self._sock = sock
            while True:
                try:
                    sock.do_handshake()
                    return sock
                except ssl.SSLWantReadError:
                    self._wait_for(_READ, "tls")
                except ssl.SSLWantWriteError:
                    self._wait_for(_WRITE, "tls")
        except OSError as error:  # a refused certificate is an OSError and a ValueError
            raise explain(error, "tls") from None
        except ValueError as error:  # a host name that TLS cannot ask for
            raise ExchangeError("tls", "tls", f"TLS failed: {error}") from None

    # Uploads

    def _send_rest(self, request: bytes, count: int) -> None:
        """Send on until all is sent, or until a refusal or a whole answer comes; then raises _AnsweredEarly."""
        view, parser = memoryview(request), ResponseParser(request.startswith(b"HEAD "), self._network.limits)
        events, broken = _READ | _WRITE, None
        heard = done = False
        while count < len(request) and broken is None:
            self._wait_for(events, "write")
            data = self._hear() if events & _READ else None
            if data:
                heard, done = True, parser.feed(data)
            if done or parser.status >= 300 or (heard and data == b""):
                break
            if data == b"":
                events = _WRITE  # it will not speak any more, but may still read
            try:
                count += self._send(view[count:])
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                continue
            except OSError as error:
                broken = explain(error, "write")
        if heard or broken:
            self._read_early(parser, done, count < len(request), broken)

    def _hear(self) -> bytes | None:
        """What the server says meanwhile: b"" at its end, None if nothing. A TLS session ticket is nothing."""
        try:
            return self._recv(_CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
        except OSError as error:
            raise explain(error, "write") from None

    def _read_early(self, parser: ResponseParser, done: bool, cut: bool, broken: ExchangeError | None) -> None:
        """The rest of an answer that began before the request's end. A connection with half a request is not kept."""
        self.in_flight = True
        self.sent = self.first = monotonic()
        try:
            self._read_on(parser, done, close=cut)
        except Exception as error:
            raise broken or error from None
        raise _AnsweredEarly

    def _wait_for(self, events: int, phase: str) -> None:
        """Wait with a watcher of its own, off the hot path. The read watcher rests meanwhile."""
        watcher = self._network.loop.io(self._sock.fileno(), events)  # type: ignore[union-attr]
        if self._watcher is not None:
            self._watcher.stop()
        try:
            watcher.start(self._resume_waiting)
            self._wait(phase)
        finally:
            watcher.stop()
            watcher.close()
            if self._watcher is not None:
                self._watcher.start(self._on_readable)

    def _resume_waiting(self) -> None:
        if self._waiting:
            self._resume()

    def _failed(self, error: ExchangeError) -> bool:
        self._drop()
        self.error, self.phase, self.message = error.kind, error.phase, str(error)
        self.head = self.body = b""
        self.received = 0
        self.ended = monotonic()
        self.in_flight = False
        return False

    def _drop(self) -> None:
        """Close the connection; libev aborts the process if a socket closes under a running watcher."""
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
            self._watcher = None
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def close(self) -> None:
        """Close the connection and its timer."""
        self._drop()
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
            self._timer = None
            self._timer_at = _NEVER
