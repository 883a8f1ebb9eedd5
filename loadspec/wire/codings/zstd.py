"""zstd, by Python 3.14's own module or its backport in the extra `loadspec[encodings]` (RFC 8878)."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType

from loadspec.wire.codings.faults import broken, missing, too_large, truncated
from loadspec.wire.errors import ProtocolError

WINDOW_LOG = 23  # a window of 8 MiB is the most that HTTP allows (RFC 9659)
MAX_FRAMES = 10_000  # of one body

_INPUT = 65536  # bytes a call: bounds what the library copies per frame
_HEADER = 18  # bytes of the longest frame header


@cache
def _library() -> ModuleType | None:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            pass
    return None


def available() -> bool:
    """Whether the library is installed."""
    return _library() is not None


def decode(body: bytes, room: int) -> bytes:
    """Undo zstd within `room` bytes; frames follow each other, skippable ones hold nothing (RFC 8878 §3)."""
    zstd = _library()
    if zstd is None:
        raise missing("zstd")
    out, view, pos = bytearray(), memoryview(body), 0
    for _ in range(MAX_FRAMES):
        try:
            pos = _frame(zstd, view, pos, out, room)
        except zstd.ZstdError as error:
            raise broken(error) from None
        if pos == len(body):
            return bytes(out)
    raise ProtocolError("limit", "decode", f"The zstd body has more than {MAX_FRAMES} frames.")


def _frame(zstd: ModuleType, view: memoryview, pos: int, out: bytearray, room: int) -> int:
    """Add what the frame at `pos` holds; the position after it."""
    stated = zstd.get_frame_info(view[pos : pos + _HEADER]).decompressed_size
    if stated is not None and len(out) + stated > room:
        raise too_large(room)
    stream = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: WINDOW_LOG})
    while not stream.eof:
        if pos == len(view):
            raise truncated()
        piece = view[pos : pos + _INPUT]
        pos += len(piece)
        out += stream.decompress(piece, room + 1 - len(out))
        if len(out) > room:
            raise too_large(room)
    return pos - len(stream.unused_data)


def encode(body: bytes) -> bytes:
    """One frame."""
    zstd = _library()
    assert zstd is not None
    return bytes(zstd.compress(body))
