"""Content encodings: gzip and deflate, in any row, with caps on size and ratio (RFC 9110 §8.4)."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from loadspec.wire.errors import ProtocolError, shown
from loadspec.wire.fields import list_items
from loadspec.wire.limits import DEFAULT, Limits

TRANSFER_CODINGS = (b"gzip", b"x-gzip", b"deflate", b"identity")
"""What a transfer coding before `chunked` may be for its body to be decoded; br and zstd are none (RFC 9112 §7)."""
MAX_CODINGS = 5  # in a row; curl's bound, too
MAX_MEMBERS = 10_000  # of one gzip body

_WINDOW = 65536  # input per call after a gzip body's first member: bounds what zlib copies per member


def decode_content(body: bytes, encoding: bytes, limits: Limits = DEFAULT) -> bytes:
    """Undo a Content-Encoding value (`gzip`, `x-gzip`, `deflate`, `identity`, or several by comma).

    An empty body stays empty. Raises `ProtocolError`: `decode` for a broken or truncated body and for an
    encoding we do not know, `limit` for one that grows beyond the caps.
    """
    if not body or not encoding:
        return body
    room = min(limits.decoded_bytes, max(limits.ratio_free_bytes, limits.decoded_ratio * len(body)))
    if encoding == b"gzip":
        return _gunzip(body, room)
    codings = list_items(encoding)
    if len(codings) > MAX_CODINGS:
        raise ProtocolError("limit", "decode", f"More than {MAX_CODINGS} content encodings in a row.")
    for coding in reversed(codings):
        decoder = DECODERS.get(coding)
        if decoder is None:
            raise ProtocolError("decode", "decode", f"The content encoding {shown(coding)} is not supported.")
        body = decoder(body, room)
    return body


def _inflate(body: bytes, wbits: int, room: int) -> tuple[bytes, int]:
    """One zlib stream from the start of `body`: what it holds, and how many bytes follow it."""
    stream = zlib.decompressobj(wbits)
    out = stream.decompress(body, room + 1)
    if len(out) > room:
        raise _too_large(room)
    if not stream.eof:
        raise ProtocolError("decode", "decode", "The compressed body is truncated.")
    return out, len(stream.unused_data)


def _too_large(room: int) -> ProtocolError:
    return ProtocolError("limit", "decode", f"The decoded body exceeds {room} bytes.")


def _broken(error: zlib.error) -> ProtocolError:
    return ProtocolError("decode", "decode", f"The compressed body is broken: {error}.")


def _gunzip(body: bytes, room: int) -> bytes:
    try:
        out, rest = _inflate(body, 31, room)
        return _more_members(body, len(body) - rest, out, room) if rest else out
    except zlib.error as error:
        raise _broken(error) from None


def _more_members(body: bytes, pos: int, first: bytes, room: int) -> bytes:
    """The members after the first; zero bytes after the last one are padding."""
    out, view = bytearray(first), memoryview(body)
    for _ in range(MAX_MEMBERS):
        if body[pos] == 0 and not body[pos:].strip(b"\0"):
            return bytes(out)
        stream = zlib.decompressobj(31)
        while not stream.eof:
            if pos >= len(body):
                raise ProtocolError("decode", "decode", "The compressed body is truncated.")
            piece = view[pos : pos + _WINDOW]
            out += stream.decompress(piece, room + 1 - len(out))
            if len(out) > room:
                raise _too_large(room)
            pos += len(piece) - len(stream.unused_data)
        if pos == len(body):
            return bytes(out)
    raise ProtocolError("limit", "decode", f"The gzip body has more than {MAX_MEMBERS} members.")


def _undeflate(body: bytes, room: int) -> bytes:
    """`deflate` means zlib's format, but servers send raw deflate as well: take either."""
    try:
        try:
            out, rest = _inflate(body, 15, room)
        except zlib.error:
            out, rest = _inflate(body, -15, room)
    except zlib.error as error:
        raise _broken(error) from None
    if rest:
        raise ProtocolError("decode", "decode", "Bytes follow the compressed body.")
    return out


def _identity(body: bytes, room: int) -> bytes:
    return body


DECODERS: dict[bytes, Callable[[bytes, int], bytes]] = {
    b"gzip": _gunzip,
    b"x-gzip": _gunzip,
    b"deflate": _undeflate,
    b"identity": _identity,
}
