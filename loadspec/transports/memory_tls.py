"""TLS over whatever carries bytes: OpenSSL works on memory, and we send and receive.

On a socket OpenSSL reads each record by two system calls and leaves there what comes behind it. Here one `recv` brings
all that has come, and nothing that could be read is left behind: a connection is watched and waited for as a plain one.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from loadspec.transports.base import CHUNK, NOT_NOW

RECORD: Final = 16384
"""Bytes that a record carries at most (RFC 8446, 5.1), and that OpenSSL is given at once: its memory never shrinks."""


class MemoryTls:
    """A client's TLS connection over `outer`: a socket that does not block, or another TLS connection.

    `send` and `recv` raise what those of `outer` do, BlockingIOError where they cannot go on; `send` also
    SSLWantReadError while keys are negotiated anew. No reference leads back here: OpenSSL's memory goes when the
    connection drops this.
    """

    __slots__ = (
        "_drain",
        "_feed",
        "_hear",
        "_in",
        "_inner",
        "_out",
        "_read",
        "_say",
        "_taken",
        "_unsent",
        "_write",
        "cipher",
        "close",
        "ended",
        "fileno",
    )

    def __init__(self, outer: Any, context: ssl.SSLContext, name: str, session: ssl.SSLSession | None) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._inner = context.wrap_bio(incoming, outgoing, server_hostname=name, session=session)
        bare: Any = self._inner._sslobj  # type: ignore[attr-defined]  # without a layer of Python, as gevent has it, too
        self._read, self._write = bare.read, bare.write
        self._in, self._feed = incoming, incoming.write
        self._out, self._drain = outgoing, outgoing.read
        self._hear: Callable[[int], bytes] = outer.recv
        self._say: Callable[[Any], int] = outer.send
        self.fileno, self.close = outer.fileno, outer.close
        self.cipher = self._inner.cipher
        self._unsent = b""
        """Records that `outer` did not take yet."""
        self._taken = 0
        """How many bytes of the data that is being sent are in records already."""
        self.ended = False
        """Whether the server said goodbye, or what cannot be read: no more will come, though `outer` may be open."""

    @property
    def session(self) -> Any:
        """What a later connection may take up."""
        return self._inner.session

    def do_handshake(self) -> None:
        """See `ssl.SSLSocket`."""
        while True:
            try:
                self._inner.do_handshake()
                return self._flush_handshake()
            except ssl.SSLWantReadError:
                self._flush_handshake()
                self._pull()
            except ssl.SSLError:
                with suppress(OSError):
                    self._flush()  # why we refuse, for the server
                raise

    def _flush_handshake(self) -> None:
        try:
            self._flush()
        except BlockingIOError:
            raise ssl.SSLWantWriteError(ssl.SSL_ERROR_WANT_WRITE, "no room to write yet") from None

    def _pull(self) -> None:
        try:
            data = self._hear(RECORD)
        except BlockingIOError:
            raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "nothing to read yet") from None
        if data:
            self._feed(data)
        else:
            self._in.write_eof()

    # Sending

    def send(self, data: Any) -> int:
        """How many bytes were sent. After a BlockingIOError it is to be called again with the same data."""
        if self._unsent or self._taken or len(data) > RECORD:
            return self._send_on(data)
        try:
            self._taken = size = self._write(data)
        except ssl.SSLWantReadError:  # keys are being negotiated anew
            self._flush()
            raise
        self._unsent = records = self._drain()
        sent = self._say(records)
        if sent != len(records):
            self._unsent = records[sent:]
            return self._send_on(data)
        self._unsent = b""
        self._taken = 0
        return size  # type: ignore[no-any-return]

    def _send_on(self, data: Any) -> int:
        """More than a record, or after what could not be sent at once."""
        view, done = memoryview(data), 0
        try:
            self._flush()
            done, self._taken = self._taken, 0
            while done < len(view):
                done += self.send(view[done : done + RECORD])
        except NOT_NOW:
            if not done:
                raise
        return done

    def _flush(self) -> None:
        unsent = self._unsent + self._drain()
        while unsent:
            self._unsent = unsent
            unsent = unsent[self._say(unsent) :]
        self._unsent = b""

    # Receiving

    def recv(self, _limit: int) -> bytes:
        """All that one `recv` of `outer` brings, up to CHUNK and a record; b"" at the end, also without a goodbye."""
        data, rest = self._hear(CHUNK), b""
        if len(data) > RECORD:
            data, rest = data[:RECORD], data[RECORD:]
        self._feed(data)
        try:
            found: bytes = self._read(RECORD)
        except ssl.SSLWantReadError:
            if not data:
                return b""
            found = b""
        if found and not rest and not self._in.pending and not self._out.pending:
            return found
        return self._recv_on(found, rest)

    def _recv_on(self, found: bytes, rest: bytes) -> bytes:
        """More than one record, or a part of one, or what is none of ours: a session ticket, a request for new keys."""
        pieces = [found] if found else []
        while True:
            self._decrypt(pieces)
            while rest and not self.ended:
                self._feed(rest[:RECORD])
                rest = rest[RECORD:]
                self._decrypt(pieces)
            if pieces or self.ended:
                return b"".join(pieces)
            rest = self._hear(CHUNK)
            if not rest:
                return b""

    def _decrypt(self, pieces: list[bytes]) -> None:
        """Add the records that are whole. What OpenSSL says to that is sent, at the latest with what we send next."""
        try:
            while self._in.pending or not pieces:
                found = self._read(RECORD)
                if not found:
                    self._end(lambda _: b"")
                    break
                pieces.append(found)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            self._end(_raising(error))
            if not pieces:
                raise
        if self._out.pending:
            with suppress(OSError):
                self._flush()

    def _end(self, hear: Callable[[int], bytes]) -> None:
        self.ended = True
        self._hear = hear


def _raising(error: ssl.SSLError) -> Callable[[int], bytes]:
    """What cannot be read is told to whoever reads on, once all before it was read."""
    told = error.with_traceback(None)

    def hear(_limit: int) -> bytes:
        raise told

    return hear
