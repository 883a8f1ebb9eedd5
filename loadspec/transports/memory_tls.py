"""TLS over whatever carries bytes: OpenSSL works on memory, and we send and receive."""

from __future__ import annotations

import ssl
from typing import Any

from loadspec.transports.base import CHUNK


class MemoryTls:
    """A TLS connection over `outer`: a stamped socket, or another TLS connection; as non-blocking as that.

    It has what a connection asks of an `ssl.SSLSocket`.
    """

    def __init__(self, outer: Any, context: ssl.SSLContext, name: str, session: ssl.SSLSession | None) -> None:
        self._outer = outer
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._inner = context.wrap_bio(self._in, self._out, server_hostname=name, session=session)
        self._read = self._inner.read
        self._unsent = b""
        self._taken = 0
        self.fileno, self.close = outer.fileno, outer.close
        self.cipher = self._inner.cipher

    @property
    def session(self) -> Any:
        """What a later connection may take up."""
        return self._inner.session

    def do_handshake(self) -> None:
        """See `ssl.SSLSocket`."""
        while True:
            try:
                self._inner.do_handshake()
                return self._flush()
            except ssl.SSLWantReadError:
                self._flush()
                self._hear()
            except ssl.SSLError:
                self._flush()  # why we refuse, for the server
                raise

    def _hear(self) -> None:
        try:
            self._pull()
        except BlockingIOError:  # of a plain socket
            raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "nothing to read yet") from None

    def send(self, data: Any) -> int:
        """As OpenSSL has it: where it cannot go on, it is called again with the same data."""
        if not self._taken:
            self._taken = self._inner.write(data[:CHUNK])
        self._flush()
        taken, self._taken = self._taken, 0
        return taken

    def recv(self, limit: int) -> bytes:
        """See `ssl.SSLSocket`; b"" at the end."""
        if not self.pending():
            self._pull()
        while True:
            try:
                return self._read(limit)
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""
            except ssl.SSLWantReadError:
                self._flush()  # an answer of OpenSSL's own: to a request for new keys, say
                self._pull()

    def pending(self) -> int:
        """How much can be read without a look at the socket."""
        return self._inner.pending() or self._in.pending or self._outer.pending()

    def _flush(self) -> None:
        self._unsent += self._out.read()
        while self._unsent:
            self._unsent = self._unsent[self._outer.send(self._unsent) :]

    def _pull(self) -> None:
        data = self._outer.recv(CHUNK)
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()
