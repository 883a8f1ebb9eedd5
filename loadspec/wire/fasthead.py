"""The hot path's shortcuts: a plain head with a length, a body in one chunk; or None and the complete parser does it.

A bounded cache keyed by the raw head answers in a quarter of a microsecond when the head was seen before (same
second, same size); a new head costs one `read_head`. A hit is right by construction: the answer depends on the
head's bytes alone.
"""

from __future__ import annotations

from functools import lru_cache

from loadspec.wire.errors import ProtocolError
from loadspec.wire.fields import CACHEABLE
from loadspec.wire.head import read_head
from loadspec.wire.limits import DEFAULT

FastHead = tuple[int, int, int, bytes, bool, bool]
OneChunk = tuple[int, int, int, int, bytes, bool, bool]

_LAST_CHUNK = b"\r\n0\r\n\r\n"
_HEX = b"0123456789abcdefABCDEF"

MAX_LENGTH = 16 * 1024 * 1024  # longer bodies take the complete parser and its caps


def parse_head(data: bytes) -> FastHead | None:
    """(status, body start, content length, content encoding or b"", close, sets cookies) of a plain head, else None.

    `data` must start with the response. Not for answers to HEAD, which have no body whatever the length says.
    """
    end = data.find(b"\r\n\r\n") + 4
    if end > CACHEABLE or end == 3:
        return None
    return _answer(data[:end])


@lru_cache(maxsize=512)
def _answer(raw: bytes) -> FastHead | None:
    try:
        head = read_head(raw)
    except ProtocolError:
        return None
    status, length = head.status, head.length
    if not head.plain or length is None or length > MAX_LENGTH or len(head.fields) > DEFAULT.headers:
        return None
    if status < 200 or status in (204, 304):
        return None
    return status, len(raw), length, head.content_encoding, not head.persistent, sets_cookies(raw)


def parse_one_chunk(data: bytes) -> OneChunk | None:
    """(status, head end, body start, body end, content encoding or b"", close, sets cookies) of a one-chunk answer.

    `data` must be the whole response: a chunked head, one chunk, the last chunk; no extension, no trailer. Anything
    else is None. Not for answers to HEAD.
    """
    if not data.endswith(_LAST_CHUNK):
        return None
    head = data.find(b"\r\n\r\n") + 4
    known = _chunked(data[:head]) if head <= CACHEABLE else None
    if known is None:
        return None
    line = data.find(b"\r\n", head)
    digits = data[head:line]
    start, end = line + 2, len(data) - len(_LAST_CHUNK)
    if not 0 < len(digits) <= 8 or digits.translate(None, _HEX) or int(digits, 16) != end - start:
        return None
    return known[0], head, start, end, known[1], known[2], known[3]


@lru_cache(maxsize=512)
def _chunked(raw: bytes) -> tuple[int, bytes, bool, bool] | None:
    try:
        head = read_head(raw)
    except ProtocolError:
        return None
    if head.codings != (b"chunked",) or len(head.fields) > DEFAULT.headers or head.status < 200:
        return None
    if head.status in (204, 304):
        return None
    return head.status, head.content_encoding, not head.persistent, sets_cookies(raw)


def sets_cookies(head: bytes) -> bool:
    """Whether a raw head has a Set-Cookie field."""
    return b"\nset-cookie" in head.lower()
