"""`http.limits` and bodies that are thrown away: what an answer may cost, also on the short ways of reading one."""

from __future__ import annotations

import gzip
import tracemalloc
from typing import Any

import pytest
from support_net import Conn, answer, serving, watched_network

from loadspec.transports.base import DISCARD, KEEP, Discarded, size_of
from loadspec.wire.limits import Limits
from loadspec.wire.settings import Http

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SMALL = Limits(head_bytes=300, headers=5, body_bytes=1000, decoded_bytes=5000, decoded_ratio=20, ratio_free_bytes=2000)


def gzipped(size: int) -> bytes:
    return answer(gzip.compress(bytes(size)), "200 OK", "Content-Encoding: gzip")


CASES: dict[str, tuple[bytes, tuple[str, str] | None]] = {
    "within all": (answer(b"x" * 1000, "200 OK", "A: " + "a" * 200, "B: b", "C: c"), None),
    "a long head": (answer(b"x", "200 OK", "A: " + "a" * 300), ("limit", "headers")),
    "many headers": (answer(b"x", "200 OK", *["A: a"] * 5), ("limit", "headers")),
    "a long body": (answer(b"x" * 1001), ("limit", "body")),
    "long chunks": (CHUNKED + b"3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n", ("limit", "body")),
    "many chunks": (CHUNKED + b"1f4\r\n%s\r\n" % (b"x" * 500) * 3 + b"0\r\n\r\n", ("limit", "body")),
    "decoded": (gzipped(1500), None),
    "decoded too far": (gzipped(6000), ("limit", "decode")),
    "a ratio": (gzipped(2500), ("limit", "decode")),
}


@pytest.mark.parametrize("name", CASES)
def test_limits_hold_on_every_way_of_reading(name: str, serve: Any, client: Any) -> None:
    """The default limits, before and after: what is cached of a head must not depend on whose it was."""
    data, failure = CASES[name]
    server = serve(serving(data))
    assert client(server).ask().status == 200
    for _ in range(2):
        user = client(server, network=watched_network(http=Http(limits=SMALL)))
        if failure is None:
            assert user.ask().status == 200
        else:
            assert user.failure() == failure
    assert client(server).ask().status == 200


@pytest.mark.parametrize("framing", ["length", "chunks", "close"])
def test_a_large_body_that_is_thrown_away_takes_no_memory(framing: str, serve: Any, client: Any) -> None:
    size, piece = 24 << 20, bytes(1 << 20)
    heads = {"length": b"Content-Length: %d\r\n" % size, "chunks": b"Transfer-Encoding: chunked\r\n", "close": b""}

    def script(conn: Conn) -> None:
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\n" + heads[framing] + b"\r\n")
        for _ in range(size // len(piece)):
            conn.send(b"100000\r\n%s\r\n" % piece if framing == "chunks" else piece)
        if framing == "chunks":
            conn.send(b"0\r\n\r\n")

    user = client(serve(script))
    tracemalloc.start()
    try:
        got = user.ask(mode=DISCARD)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (got.status, bytes(got.body), size_of(got.body)) == (200, b"", size)
    assert got.received > size
    assert peak < 8 << 20, "the server's thread has a few pieces of its own"


def test_what_was_thrown_away_is_forgotten_with_the_next_answer(serve: Any, client: Any) -> None:
    user = client(serve(serving(answer(b"body"))))
    assert size_of(user.ask(mode=DISCARD).body) == 4
    kept = user.ask(mode=KEEP)
    assert (kept.body, isinstance(kept.body, Discarded)) == (b"body", False)
