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
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._inner = context.wrap_bio(self._in, self._out, server_hostname=name, session=session)
        self.fileno, self.close = outer.fileno, outer.close
        self.cipher = self._inner.cipher
        self._outer = outer
        self._hear, self._say = outer.recv, outer.send
        bare: Any = self._inner._sslobj  # type: ignore[attr-defined]  # without a layer of Python, as in `inner_calls`
        self._read, self._write, self._buffered = bare.read, bare.write, bare.pending
        self._unsent = b""
        self._taken = 0

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
                try:
                    self._pull()
                except BlockingIOError:  # of a plain socket
                    raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "nothing to read yet") from None
            except ssl.SSLError:
                self._flush()  # why we refuse, for the server
                raise

    def send(self, data: Any) -> int:
        """As OpenSSL has it: where it cannot go on, it is called again with the same data."""
        taken = self._taken = self._taken or self._write(data[:CHUNK])
        self._flush()
        self._taken = 0
        return taken

    def recv(self, limit: int) -> bytes:
        """See `ssl.SSLSocket`; b"" at the end."""
        if not self._in.pending and not self._buffered():
            self._pull()
        while True:
            try:
                return self._read(limit)  # type: ignore[no-any-return]
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""
            except ssl.SSLWantReadError:
                self._flush()  # an answer of OpenSSL's own: to a request for new keys, say
                self._pull()

    def pending(self) -> int:
        """How much can be read without a look at the socket."""
        return self._buffered() or self._in.pending or self._outer.pending()

    def _flush(self) -> None:
        unsent = self._unsent = self._unsent + self._out.read()
        while unsent:
            unsent = self._unsent = unsent[self._say(unsent) :]

    def _pull(self) -> None:
        data = self._hear(CHUNK)
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()
