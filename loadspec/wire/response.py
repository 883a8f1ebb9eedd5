"""A complete sans-IO parser for one HTTP/1.x response, fed in any pieces (RFC 9112).

The parser goes from one reading state to the next: head (1xx heads are skipped), then a body by length, by
chunks or until close, then surplus. A state is a plain function in `_step`, not a bound method, so that a
parser is no reference cycle and is freed at once.
"""

from __future__ import annotations

from collections.abc import Callable

from loadspec.wire.chunked import ChunkedReader
from loadspec.wire.encoding import TRANSFER_CODINGS, decode_content
from loadspec.wire.errors import Kind, Phase, ProtocolError, shown
from loadspec.wire.fields import Field, block_end
from loadspec.wire.head import Head, known_head
from loadspec.wire.limits import DEFAULT, HUGE, Limits
from loadspec.wire.lines import too_many_informational

BLANK_BYTES = 16  # of empty lines tolerated before a status line

_START = b"HTTP/1."


class ResponseParser:
    """Parse one response: `feed` until True, or `eof` when the peer closes. See the attributes for the result.

    After completion: `status`, `reason`, `version`, `head` (raw, of the final response), `headers`, `trailers`,
    `body` (transfer-decoded), `content_encoding`, `informational` (how many 1xx came first), `wire_bytes` (of
    the response, 1xx included), `trailing` (what came after it) and `keep_alive`. `size` is the body's length as
    it was framed; with `discard` the body is counted and thrown away: `body` stays b"", and no cap holds for it.
    """

    def __init__(self, head_request: bool = False, limits: Limits = DEFAULT, discard: bool = False) -> None:
        self.head = b""
        self.body = b""
        self.trailing = b""
        self.trailers: list[Field] = []
        self.informational = 0
        self.size = 0
        self._keep = not discard
        self._body_cap = limits.body_bytes if self._keep else HUGE - 1
        self._head_request = head_request
        self._limits = limits
        self._parsed: Head = _NOTHING
        self._step: Callable[[ResponseParser, bytes, int], bool] = ResponseParser._read_head
        self._fed = 0
        self._held = b""  # of an incomplete head
        self._blank = 0  # bytes of empty lines skipped
        self._left = 0  # of a body by length
        self._parts = bytearray()  # of a body in pieces
        self._chunks: ChunkedReader | None = None
        self._fault: tuple[Kind, Phase, str] = ("protocol", "status", "")  # what made the parser give up
        self._framed = True  # the body's end is known without the connection's

    # -- input

    def feed(self, data: bytes) -> bool:
        """Take the next bytes; True once the response is complete. Raises `ProtocolError`, from then on always."""
        self._fed += len(data)
        try:
            return self._step(self, data, 0)
        except ProtocolError as error:
            self._fault = (error.kind, error.phase, error.message)
            self._step = ResponseParser._broken
            raise

    def eof(self) -> bool:
        """The peer closed. Completes a body that lasts until close; else raises `ProtocolError`."""
        if self.complete or self._step is ResponseParser._broken:
            return self._step(self, b"", 0)
        if self._step is ResponseParser._read_until_close:
            self.body = bytes(self._parts)
            return self._finish(b"", 0)
        if self._step is ResponseParser._read_head:
            phase = "headers" if b"\n" in self._held else "status"
            what = "inside its head" if self._held else "before the response"
            raise ProtocolError("incomplete", "headers" if phase == "headers" else "status", f"The peer closed {what}.")
        raise ProtocolError("incomplete", "body", "The peer closed before the body was complete.")

    # -- result

    @property
    def complete(self) -> bool:
        """Whether the response has been read to its end."""
        return self._step is ResponseParser._surplus

    @property
    def discards(self) -> bool:
        """Whether the body is counted and thrown away."""
        return not self._keep

    @property
    def status(self) -> int:
        """The status of the final response."""
        return self._parsed.status

    @property
    def reason(self) -> str:
        """The reason phrase, possibly empty."""
        return self._parsed.reason

    @property
    def version(self) -> tuple[int, int]:
        """(1, 0) or (1, 1)."""
        return 1, self._parsed.minor

    @property
    def headers(self) -> list[Field]:
        """(lower-cased name, value) in the order sent."""
        return list(self._parsed.fields)

    @property
    def content_encoding(self) -> bytes:
        """The Content-Encoding, b"" without one; for `encoding.decode_content`."""
        return self._parsed.content_encoding

    @property
    def keep_alive(self) -> bool:
        """Whether the connection is provably reusable: complete, by version, options and framing, and no surplus."""
        return self.complete and self._framed and self._parsed.persistent and not self.trailing

    @property
    def wire_bytes(self) -> int:
        """Bytes received for this response, empty lines and 1xx responses before it included."""
        return self._fed - len(self.trailing)

    # -- states: each takes data[pos:] and says whether the response is complete

    def _read_head(self, data: bytes, pos: int) -> bool:
        scanned = 0
        if self._held:
            scanned = max(0, len(self._held) - 3)
            data = self._held + data
        while True:
            pos = self._skip_blank(data, pos)
            start = data[pos : pos + 7]
            if start == b"\r":
                self._held = start
                return False
            if start != _START and not _START.startswith(start):
                raise ProtocolError("protocol", "status", f"This is no HTTP/1 response: {shown(data[pos : pos + 61])}.")
            end = block_end(data, max(pos, scanned))
            if (end if end >= 0 else len(data) + 1) - pos > self._limits.head_bytes:
                raise ProtocolError("limit", "headers", f"The head exceeds {self._limits.head_bytes} bytes.")
            if end < 0:
                self._held = data[pos:]
                return False
            head = known_head(data[pos:end])
            if len(head.fields) > self._limits.headers:
                raise ProtocolError("limit", "headers", f"There are more than {self._limits.headers} headers.")
            if head.status >= 200:
                self._held = b""
                self._parsed = head
                self.head = data[pos:end]
                return self._begin_body(head, data, end)
            self._skip_informational(head)
            pos = end

    def _skip_blank(self, data: bytes, pos: int) -> int:
        """The position after any empty lines; a CR at the very end may still become one."""
        while data[pos : pos + 1] in (b"\r", b"\n"):
            width = 1 if data[pos] == 10 else 2
            if data[pos : pos + 2] == b"\r":
                return pos
            if width == 2 and data[pos : pos + 2] != b"\r\n":
                raise ProtocolError("protocol", "status", "A bare CR precedes the status line.")
            pos += width
            self._blank += width
            if self._blank > BLANK_BYTES:
                raise ProtocolError("protocol", "status", "Too many empty lines precede the status line.")
        return pos

    def _skip_informational(self, head: Head) -> None:
        self.informational += 1
        if head.status == 101:
            raise ProtocolError("protocol", "status", "The server switched protocols unasked (101).")
        if self.informational > self._limits.informational:
            raise too_many_informational(self._limits)

    def _begin_body(self, head: Head, data: bytes, pos: int) -> bool:
        if self._head_request or head.status in (204, 304):
            # A 204 must not announce a body; one that does may send it, so its connection is not trusted.
            self._framed = head.status != 204 or not (head.codings or head.length)
            return self._finish(data, pos)
        if head.codings:
            self._begin_coded(head.codings)
        elif head.length_fault:
            raise ProtocolError("protocol", "headers", head.length_fault)
        elif head.length is not None:
            if head.length > self._body_cap:
                raise self._too_long()
            self._left = self.size = head.length
            self._step = ResponseParser._read_length
        else:
            self._framed = False
            self._step = ResponseParser._read_until_close
        return self._step(self, data, pos)

    def _begin_coded(self, codings: tuple[bytes, ...]) -> None:
        """RFC 9112 §6.3: chunked last frames the body; without it the body lasts until close and stays as it is."""
        if codings[-1] != b"chunked":
            self._framed = False
            self._step = ResponseParser._read_until_close
            return
        if b"chunked" in codings[:-1]:
            raise ProtocolError("protocol", "headers", "The body is chunked more than once.")
        self._chunks = ChunkedReader(self._limits, self._keep)
        self._step = ResponseParser._read_chunks

    def _read_length(self, data: bytes, pos: int) -> bool:
        end = pos + self._left
        if len(data) < end:
            self._left = end - len(data)
            if self._keep:
                self._parts += data[pos:]
            return False
        if self._keep:
            piece = data[pos:end]
            self.body = bytes(self._parts + piece) if self._parts else piece
        return self._finish(data, end)

    def _read_chunks(self, data: bytes, pos: int) -> bool:
        chunks = self._chunks
        assert chunks is not None
        surplus = chunks.feed(data, pos)
        if surplus is None:
            return False
        self.body, self.size, self.trailers = bytes(chunks.body), chunks.size, chunks.trailers
        inner = self._parsed.codings[:-1]
        if inner and all(coding in TRANSFER_CODINGS for coding in inner):  # an unknown one leaves the body as it is
            self.body = decode_content(self.body, b",".join(inner), self._limits)
        return self._finish(surplus, 0)

    def _read_until_close(self, data: bytes, pos: int) -> bool:
        self.size += len(data) - pos
        if self.size > self._body_cap:
            raise self._too_long()
        if self._keep:
            self._parts += data[pos:]
        return False

    def _too_long(self) -> ProtocolError:
        return ProtocolError("limit", "body", f"The body exceeds {self._body_cap} bytes.")

    def _broken(self, data: bytes, pos: int) -> bool:
        raise ProtocolError(*self._fault)

    def _surplus(self, data: bytes, pos: int) -> bool:
        self.trailing += data[pos:]
        return True

    def _finish(self, data: bytes, pos: int) -> bool:
        self.trailing = data[pos:]
        self._step = ResponseParser._surplus
        return True


_NOTHING = Head(1, 0, "", [], None, "", (), b"", False, False)
