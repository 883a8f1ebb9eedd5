"""br, by the library `brotli` of the extra `loadspec[encodings]` (RFC 7932)."""

from __future__ import annotations

from functools import cache
from types import ModuleType

from loadspec.wire.codings.faults import broken, missing, surplus, too_large, truncated

QUALITY = 5  # of what we send: between gzip's speed and brotli's size

_INPUT = 65536  # bytes a call: bounds what the library copies
_OUTPUT = 262144  # bytes a call, about: bounds what a bomb can add beyond the room


@cache
def _library() -> ModuleType | None:
    """The module; None where it is not installed, or older than 1.2 and so without a bound on its output."""
    try:
        import brotli
    except ImportError:
        return None
    return brotli if hasattr(brotli.Decompressor, "can_accept_more_data") else None


def available() -> bool:
    """Whether the library is installed."""
    return _library() is not None


def decode(body: bytes, room: int) -> bytes:
    """Undo br within `room` bytes."""
    brotli = _library()
    if brotli is None:
        raise missing("br")
    stream, out = brotli.Decompressor(), bytearray()
    for pos in range(0, len(body), _INPUT):
        if stream.is_finished():
            raise surplus()
        data, full = body[pos : pos + _INPUT], True
        while full and not stream.is_finished():
            try:
                piece = stream.process(data, output_buffer_limit=_OUTPUT)
            except brotli.error as error:
                raise broken(error) from None
            out += piece
            if len(out) > room:
                raise too_large(room)
            data, full = b"", len(piece) >= _OUTPUT
    if not stream.is_finished():
        raise truncated()
    return bytes(out)


def encode(body: bytes) -> bytes:
    """One br stream."""
    brotli = _library()
    assert brotli is not None
    return bytes(brotli.compress(body, quality=QUALITY))
