"""The chunked transfer coding (RFC 9112 §7.1).

Chunk lines must end in CRLF: a lone LF here is how requests are smuggled, and no honest server sends one.
Extensions are skipped; trailers are parsed like header fields and kept apart.
"""

from __future__ import annotations

from loadspec.wire.errors import ProtocolError, shown
from loadspec.wire.fields import Field, block_end, field, split_lines
from loadspec.wire.limits import HUGE, Limits

LINE_BYTES = 4096  # of a chunk's size line, its extensions included

_HEX = b"0123456789abcdefABCDEF"


def chunk_size(line: bytes) -> int:
    """The size that a chunk's first line (without CRLF) states. Raises `ProtocolError`."""
    if not line or line.translate(None, _HEX):
        line = _without_extension(line)
    return int(line, 16)


def _without_extension(line: bytes) -> bytes:
    size, _, extension = line.partition(b";")
    size = size.rstrip(b" \t")
    if not size or size.translate(None, _HEX):
        raise ProtocolError("protocol", "body", f"A chunk's size is no hexadecimal number: {shown(line)}.")
    if b"\r" in extension or b"\0" in extension:
        raise ProtocolError("protocol", "body", "A chunk's extension holds a control character.")
    return size


class ChunkedReader:
    """Takes a chunked body in any pieces; `body` and `trailers` are complete once `feed` returns a surplus.

    With `keep=False` the body is counted in `size` and thrown away, and no cap holds for it.
    """

    def __init__(self, limits: Limits, keep: bool = True) -> None:
        self.body = bytearray()
        self.size = 0
        self.trailers: list[Field] = []
        self._limits = limits
        self._keep = keep
        self._cap = limits.body_bytes if keep else HUGE - 1
        self._held = b""  # the start of a line, or of the trailers with the CRLF before them
        self._left = 0  # bytes of the current chunk still to come, its CRLF included
        self._in_trailers = False

    def feed(self, data: bytes, pos: int = 0) -> bytes | None:
        """Take `data[pos:]`. The bytes after the body once it is complete, else None."""
        if self._held:
            data, pos, self._held = self._held + data[pos:], 0, b""
        if self._left:
            pos = self._chunk(data, pos)
        while not self._in_trailers:
            if self._left:
                return None
            eol = data.find(b"\n", pos, pos + LINE_BYTES + 1)
            if eol < 0:
                self._hold(data, pos)
                return None
            if data[eol - 1] != 13 or eol == pos:
                raise ProtocolError("protocol", "body", "A chunk's size line does not end in CRLF.")
            size = chunk_size(data[pos : eol - 1])
            if size == 0:
                self._in_trailers = True
                pos = eol - 1
                break
            if self.size + size > self._cap:
                raise ProtocolError("limit", "body", f"The body exceeds {self._cap} bytes.")
            self.size += size
            self._left = size + 2
            pos = self._chunk(data, eol + 1)
        return self._trailers(data, pos)

    def _hold(self, data: bytes, pos: int) -> None:
        if len(data) - pos > LINE_BYTES:
            raise ProtocolError("limit", "body", f"A chunk's size line exceeds {LINE_BYTES} bytes.")
        self._held = data[pos:]

    def _chunk(self, data: bytes, pos: int) -> int:
        """Take what `data[pos:]` has of the current chunk and its CRLF; the position after it."""
        left = self._left
        if left > 2:
            taken = min(left - 2, len(data) - pos)
            if self._keep:
                self.body += data[pos : pos + taken]
            left -= taken
            pos += taken
        if left <= 2:
            ending = data[pos : pos + left]
            if ending != b"\r\n"[2 - left :][: len(ending)]:
                raise ProtocolError("protocol", "body", "A chunk is not followed by CRLF.")
            left -= len(ending)
            pos += len(ending)
        self._left = left
        return pos

    def _trailers(self, data: bytes, pos: int) -> bytes | None:
        """`pos` is at the CRLF of the last chunk's line, so that no trailers look like an empty line."""
        end = block_end(data, pos)
        if (end if end >= 0 else len(data)) - pos > self._limits.head_bytes:
            raise ProtocolError("limit", "body", f"The trailers exceed {self._limits.head_bytes} bytes.")
        if end < 0:
            self._held = data[pos:]
            return None
        if end - pos > 4:
            self._parse_trailers(data[pos:end])
        return data[end:]

    def _parse_trailers(self, block: bytes) -> None:
        try:
            self.trailers = [field(line) for line in split_lines(block)[0][1:]]
        except ProtocolError as error:
            raise ProtocolError(error.kind, "body", f"The trailers are malformed. {error.message}") from None
        if len(self.trailers) > self._limits.headers:
            raise ProtocolError("limit", "body", f"There are more than {self._limits.headers} trailers.")
