"""gzip and deflate (RFC 1950 to 1952): by zlib; the usual gzip body by libdeflate, in two thirds of the time."""

from __future__ import annotations

import zlib

from deflate import DeflateError, gzip_decompress

from loadspec.wire.codings.faults import broken, surplus, too_large, truncated
from loadspec.wire.errors import ProtocolError

MAX_MEMBERS = 10_000  # of one gzip body

LEVEL = 6  # of what we send: zlib's own choice, and Go's
WINDOW = 65536  # input per call after a gzip body's first member: bounds what zlib copies per member


_MAGIC = b"\x1f\x8b\x08"


def gunzip(body: bytes, room: int) -> bytes:
    """A gzip body of one or more members; zero bytes after the last one are padding."""
    # libdeflate wants to know the size, which is the last thing in the body, and reads the first member only. Bytes
    # behind it that end with its size pass for none.
    size = int.from_bytes(body[-4:], "little")
    if 0 < size <= room and body.find(_MAGIC, 1) < 0:
        try:
            known = gzip_decompress(body, size)
            if len(known) == size:
                return bytes(known)
        except (DeflateError, ValueError):
            pass  # zlib says what is wrong with it
    return _gunzip(body, room)


def _gunzip(body: bytes, room: int) -> bytes:
    try:
        out, rest = _inflate(body, 31, room)
        return _more_members(body, len(body) - rest, out, room) if rest else out
    except zlib.error as error:
        raise broken(error) from None


def undeflate(body: bytes, room: int) -> bytes:
    """`deflate` means zlib's format, but servers send raw deflate as well: take either."""
    try:
        try:
            out, rest = _inflate(body, 15, room)
        except zlib.error:
            out, rest = _inflate(body, -15, room)
    except zlib.error as error:
        raise broken(error) from None
    if rest:
        raise surplus()
    return out


def gzip(body: bytes) -> bytes:
    """One member without a time, so that the same body is the same bytes."""
    return zlib.compress(body, LEVEL, 31)


def deflate(body: bytes) -> bytes:
    """zlib's format, as RFC 9110 wants it."""
    return zlib.compress(body, LEVEL)


def _inflate(body: bytes, wbits: int, room: int) -> tuple[bytes, int]:
    """One zlib stream from the start of `body`: what it holds, and how many bytes follow it."""
    stream = zlib.decompressobj(wbits)
    out = stream.decompress(body, room + 1)
    if len(out) > room:
        raise too_large(room)
    if not stream.eof:
        raise truncated()
    return out, len(stream.unused_data)


def _more_members(body: bytes, pos: int, first: bytes, room: int) -> bytes:
    out, view = bytearray(first), memoryview(body)
    for _ in range(MAX_MEMBERS):
        if body[pos] == 0 and not body[pos:].strip(b"\0"):
            return bytes(out)
        stream = zlib.decompressobj(31)
        while not stream.eof:
            if pos >= len(body):
                raise truncated()
            piece = view[pos : pos + WINDOW]
            out += stream.decompress(piece, room + 1 - len(out))
            if len(out) > room:
                raise too_large(room)
            pos += len(piece) - len(stream.unused_data)
        if pos == len(body):
            return bytes(out)
    raise ProtocolError("limit", "decode", f"The gzip body has more than {MAX_MEMBERS} members.")
