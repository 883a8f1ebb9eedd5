"""The hot path's shortcuts: a plain head with a length, a chunked answer in one read; else the complete parser.

A bounded cache keyed by the raw head answers in a quarter of a microsecond when the head was seen before (same
second, same size); a new head costs one `read_head`. A hit is right by construction: the answer depends on the
head's bytes alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from loadspec.wire.errors import ProtocolError
from loadspec.wire.fields import CACHEABLE, block_end
from loadspec.wire.head import Head, read_head
from loadspec.wire.limits import DEFAULT, MIB, Limits

FastHead = tuple[int, bytes, int, bytes, bool, bool]

CHUNKED: Final = -1
"""Stands for the length of a body that comes in chunks."""

_LAST_CHUNK = b"\r\n0\r\n\r\n"
_HEX = b"0123456789abcdefABCDEF"

MAX_LENGTH = 16 * MIB  # longer bodies take the complete parser and its caps


class Shortcuts(NamedTuple):
    """Two functions that answer as `ResponseParser` under the same limits does, or None. Not for answers to HEAD.

    `parse_head(data)`: (status, head, content length or CHUNKED, content encoding or b"", close, sets cookies) of a
    plain head at the start of `data`.
    `join_chunks(data, start)`: the body whose chunks make up `data` from `start` to its end, without extensions and
    trailers.
    """

    parse_head: Callable[[bytes], FastHead | None]
    join_chunks: Callable[[bytes, int], bytes | None]


@lru_cache(maxsize=16)
def shortcuts(limits: Limits = DEFAULT) -> Shortcuts:
    """The shortcuts under these limits; what exceeds one is left to the complete parser, which says so."""
    return Shortcuts(_plain_heads(limits), _whole_chunks(limits.body_bytes))


def _plain_heads(limits: Limits) -> Callable[[bytes], FastHead | None]:
    head_bytes = min(CACHEABLE, limits.head_bytes)
    longest = min(MAX_LENGTH, limits.body_bytes)

    def parse_head(data: bytes) -> FastHead | None:
        end = data.find(b"\r\n\r\n") + 4
        if end > head_bytes or end == 3:
            return None
        return answer(data[:end])

    @lru_cache(maxsize=512)
    def answer(raw: bytes) -> FastHead | None:
        head = _usual(raw, limits)
        length = None if head is None else _length(head, raw)
        if head is None or length is None or length > longest:
            return None
        return head.status, raw, length, head.content_encoding, not head.persistent, sets_cookies(raw)

    return parse_head


def _length(head: Head, raw: bytes) -> int | None:
    """Of the body, or CHUNKED, where nothing about it is unusual."""
    # A lone LF may end the head before its CRLF CRLF does.
    if head.codings == (b"chunked",) and block_end(raw, 0) == len(raw):
        return CHUNKED
    return head.length if head.plain else None


def _whole_chunks(longest: int) -> Callable[[bytes, int], bytes | None]:
    def join_chunks(data: bytes, start: int) -> bytes | None:
        if not data.endswith(_LAST_CHUNK):
            return None
        line = data.find(b"\r\n", start)
        digits = data[start:line]
        size = len(data) - line - 9  # if there is but one chunk
        if size > 0 < len(digits) <= 8 and not digits.translate(None, _HEX) and int(digits, 16) == size:
            body = data[line + 2 : -7]
        else:
            parts = _chunks(data, start)
            if parts is None:
                return None
            body = b"".join(parts)
        return body if len(body) <= longest else None

    return join_chunks


def _chunks(data: bytes, pos: int) -> list[bytes] | None:
    """The chunks from `pos` to the last one, which must end the data; None where something is unusual."""
    parts: list[bytes] = []
    while True:
        line = data.find(b"\r\n", pos)
        digits = data[pos:line]
        if not 0 < len(digits) <= 8 or digits.translate(None, _HEX):
            return None
        pos = line + 2
        size = int(digits, 16)
        if not size:
            return parts if data[pos:] == b"\r\n" else None
        parts.append(data[pos : pos + size])
        pos += size + 2
        if data[pos - 2 : pos] != b"\r\n":
            return None


def _usual(raw: bytes, limits: Limits) -> Head | None:
    """The head, if it can be read, may have a body and is within the limits."""
    try:
        head = read_head(raw)
    except ProtocolError:
        return None
    usual = head.status >= 200 and head.status not in (204, 304) and len(head.fields) <= limits.headers
    return head if usual else None


def sets_cookies(head: bytes) -> bool:
    """Whether a raw head has a Set-Cookie field."""
    return b"\nset-cookie" in head.lower()
