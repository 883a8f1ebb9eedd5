"""The content codings, one file a library; a new one is one file and one row of `CODINGS` (RFC 9110 §8.4.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from loadspec.wire.codings import br, inflate, zstd


class Coding(NamedTuple):
    """`decode(body, room)` undoes the coding or raises `ProtocolError`: `limit` beyond `room` bytes, else `decode`.

    It never holds much more than `room` bytes, whatever the body would grow to. `available()` is whether the library
    is there; without it `decode` raises `ProtocolError` and `encode` must not be called.
    """

    decode: Callable[[bytes, int], bytes]
    encode: Callable[[bytes], bytes]
    available: Callable[[], bool]


def _always() -> bool:
    return True


def _same(body: bytes, room: int = 0) -> bytes:
    return body


_GZIP = Coding(inflate.gunzip, inflate.gzip, _always)

CODINGS: dict[bytes, Coding] = {
    b"gzip": _GZIP,
    b"x-gzip": _GZIP,
    b"deflate": Coding(inflate.undeflate, inflate.deflate, _always),
    b"br": Coding(br.decode, br.encode, br.available),
    b"zstd": Coding(zstd.decode, zstd.encode, zstd.available),
    b"identity": Coding(_same, _same, _always),
}
