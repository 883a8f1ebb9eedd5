"""Servers that mean to take our memory or time: each ends in the error it should, with memory flat."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from itertools import chain, repeat

import pytest
from wire_response_cases import TE, H, head

from loadspec.wire.errors import ProtocolError
from loadspec.wire.limits import MIB, Limits
from loadspec.wire.response import ResponseParser

PIECE = b"x" * 8000
GO = b"HTTP/1.1 100 Go\r\n"


def endless(start: bytes, piece: bytes) -> Iterator[bytes]:
    """A start and then 10 MiB in the same pieces."""
    return chain([start], repeat(piece, 10 * MIB // len(piece)))


HOSTILE: dict[str, tuple[Iterator[bytes], str, str]] = {
    "a head of fields": (endless(H, b"X: " + PIECE + b"\r\n"), "limit", "headers"),
    "a head of one field": (endless(H + b"X: ", PIECE), "limit", "headers"),
    "a status line": (endless(b"HTTP/1.1 200 ", PIECE), "limit", "headers"),
    "100 000 fields": (chain([H], repeat(b"X: y\r\n", 100_000), [b"\r\n"]), "limit", "headers"),
    "100 000 fields at once": (iter([H + b"X: y\r\n" * 100_000 + b"\r\n"]), "limit", "headers"),
    "a fold": (endless(H + b"X: y\r\n", b" " * 7000 + b"\r\n"), "limit", "headers"),
    "empty lines": (endless(b"", b"\r\n" * 1000), "protocol", "status"),
    "1xx": (endless(b"", GO + b"\r\n"), "protocol", "status"),
    "large 1xx": (endless(b"", GO + b"X: " + PIECE * 7 + b"\r\n\r\n"), "protocol", "status"),
    "101": (iter([b"HTTP/1.1 101 Up\r\nUpgrade: x\r\n\r\n"]), "protocol", "status"),
    "a chunk extension": (endless(TE + b"5;x=", PIECE), "limit", "body"),
    "a chunk size": (endless(TE + b"5", b"0" * 8000), "limit", "body"),
    "a chunk size beyond 64 bits": (iter([TE + b"1" + b"0" * 16 + b"\r\n"]), "limit", "body"),
    "a chunk size just below a cap, again and again": (endless(TE, b"1f40\r\n%s\r\n" % PIECE), "limit", "body"),
    "trailers": (endless(TE + b"0\r\n", b"X: " + PIECE + b"\r\n"), "limit", "body"),
    "100 000 trailers": (chain([TE + b"0\r\n"], repeat(b"X: y\r\n", 100_000)), "limit", "body"),
    "a body until close": (endless(H + b"\r\n", PIECE), "limit", "body"),
    "a length": (iter([head(b"Content-Length: " + b"9" * 60_000)]), "limit", "body"),
    "a list of lengths": (iter([head(b"Content-Length: 1" + b",1" * 30_000 + b",2")]), "protocol", "headers"),
    "a list of codings": (iter([head(b"Transfer-Encoding: chunked" + b",x,chunked" * 5000)]), "protocol", "headers"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_with_memory_flat(name: str) -> None:
    pieces, kind, phase = HOSTILE[name]
    parser = ResponseParser(limits=Limits(body_bytes=MIB))
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError) as caught:
            any(map(parser.feed, pieces))
        assert tracemalloc.get_traced_memory()[1] < 6 * MIB
    finally:
        tracemalloc.stop()
    assert (caught.value.kind, caught.value.phase) == (kind, phase)
    assert len(caught.value.message) < 200, "a message does not quote it all"


def test_large_extensions_of_small_chunks_take_no_memory() -> None:
    parser = ResponseParser()
    assert not parser.feed(TE)
    tracemalloc.start()
    try:
        for _ in range(5000):
            assert not parser.feed(b"1;" + b"x" * 4000 + b"\r\ny\r\n")
        assert tracemalloc.get_traced_memory()[1] < MIB // 4
    finally:
        tracemalloc.stop()
    assert parser.feed(b"0\r\n\r\n")
    assert parser.body == b"y" * 5000


def test_the_caches_of_heads_stay_small() -> None:
    """A server that never sends the same head twice: what is kept of it is bounded."""
    tracemalloc.start()
    try:
        for n in range(6000):
            ResponseParser().feed(b"HTTP/1.1 200 %d\r\nX-%d: %s\r\nContent-Length: 0\r\n\r\n" % (n, n, b"v" * 3500))
            if n == 3000:
                half = tracemalloc.get_traced_memory()[0]
        assert tracemalloc.get_traced_memory()[0] < half + MIB // 4
        assert half < 16 * MIB
    finally:
        tracemalloc.stop()
