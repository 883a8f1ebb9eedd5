"""The few parts of protobuf's wire format and of snappy's that a remote write needs: a message of four fields does not
earn a compiler. See https://protobuf.dev/programming-guides/encoding/ and snappy's format_description.txt."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from importlib.util import find_spec

_LITERAL = 1 << 16
"""Bytes of a literal."""


def varint(number: int) -> bytes:
    """A number ≥ 0, seven bits a byte; a negative one as 64 bits in two's complement."""
    number &= (1 << 64) - 1
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def zigzag(number: int) -> bytes:
    """A `sint`: small numbers are short on both sides of zero."""
    return varint(number << 1 if number >= 0 else (-number << 1) - 1)


def message(field: int, data: bytes) -> bytes:
    """A field that holds bytes: a text, a message, or packed numbers."""
    return varint(field << 3 | 2) + varint(len(data)) + data


def text(field: int, value: str) -> bytes:
    """A text, UTF-8."""
    return message(field, value.encode("utf-8", "replace"))


def integer(field: int, number: int) -> bytes:
    """An `int64` or `uint64`."""
    return varint(field << 3) + varint(number)


def signed(field: int, number: int) -> bytes:
    """A `sint32` or `sint64`."""
    return varint(field << 3) + zigzag(number)


def double(field: int, number: float) -> bytes:
    """A 64-bit float."""
    return varint(field << 3 | 1) + struct.pack("<d", number)


def fixed64(field: int, bits: int) -> bytes:
    """The 64 bits of a float that no arithmetic may touch."""
    return varint(field << 3 | 1) + struct.pack("<Q", bits)


def packed_signed(field: int, numbers: Iterable[int]) -> bytes:
    """A repeated `sint64`."""
    return message(field, b"".join(map(zigzag, numbers)))


def snappy(data: bytes) -> bytes:
    """A snappy block: compressed where cramjam is there (`loadspec[prometheus]`), else as literals, which is legal."""
    if find_spec("cramjam"):
        import cramjam

        return bytes(cramjam.snappy.compress_raw(data))
    return literals(data)


def literals(data: bytes) -> bytes:
    """A snappy block that compresses nothing: its length, then literals of up to 64 KiB."""
    parts = [data[start : start + _LITERAL] for start in range(0, len(data), _LITERAL)]
    return varint(len(data)) + b"".join(_literal_tag(len(part)) + part for part in parts)


def _literal_tag(size: int) -> bytes:
    return bytes([size - 1 << 2]) if size <= 60 else struct.pack("<BH", 61 << 2, size - 1)
