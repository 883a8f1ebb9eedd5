"""Answers of every legal shape, on connections that are kept where they may be."""

from __future__ import annotations

import gzip
import time
import zlib
from typing import Any

import pytest
from support_net import Conn, answer, once, serving

from loadspec.transports.base import UNPARSED

BIG = bytes(range(256)) * (5 * 4096)  # 5 MiB
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
JSON = b'{"a": 1}'


def chunks(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


def encoded(body: bytes, encoding: str) -> bytes:
    return answer(body, "200 OK", f"Content-Encoding: {encoding}")


KEPT = {
    "by length": (answer(JSON), 200, JSON),
    "empty": (answer(b""), 200, b""),
    "in one chunk": (CHUNKED + chunks(JSON), 200, JSON),
    "in chunks": (CHUNKED + chunks(b"ab", b"c" * 70000, b"d"), 200, b"ab" + b"c" * 70000 + b"d"),
    "gzip": (encoded(gzip.compress(JSON), "gzip"), 200, JSON),
    "deflate": (encoded(zlib.compress(JSON), "deflate"), 200, JSON),
    "gzip in chunks": (
        CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n") + chunks(gzip.compress(BIG[:200000])),
        200,
        BIG[:200000],
    ),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
    "not modified": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, b""),
    "100-continue first": (b"HTTP/1.1 100 Continue\r\n\r\n" + answer(JSON), 200, JSON),
    "server error": (answer(JSON, "503 Busy"), 503, JSON),
    "large": (answer(BIG), 200, BIG),
}


@pytest.mark.parametrize("name", KEPT)
def test_the_answer_is_read_whole_and_the_connection_kept(name: str, serve: Any, client: Any) -> None:
    data, status, body = KEPT[name]
    server = serve(serving(data))
    user = client(server)
    for round_ in range(3):
        channel = user.ask()
        assert (channel.status, channel.body, channel.error) == (status, body, "")
        assert channel.reused is (round_ > 0)
        assert channel.received == len(data)
        assert channel.head.startswith(b"HTTP/1.1 %d" % status)
        assert channel.head.endswith(b"\r\n\r\n")
    assert server.connections == 1
    assert channel.retries == 0


@pytest.mark.parametrize("name", ["by length", "in chunks", "gzip", "100-continue first", "no content"])
def test_segments_may_break_anywhere(name: str, serve: Any, client: Any) -> None:
    data, status, body = KEPT[name]
    pieces = [data[i : i + 1] for i in range(120)] + [data[120:]]

    def script(conn: Conn) -> None:
        while conn.request():
            for piece in pieces:
                conn.send(piece)
                time.sleep(0.0005)

    user = client(serve(script))
    for _ in range(2):
        channel = user.ask()
        assert (channel.status, channel.body) == (status, body)
    assert channel.reused


def test_head_has_a_length_and_no_body(serve: Any, client: Any) -> None:
    server = serve(serving(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"))
    user = client(server)
    for _ in range(2):
        channel = user.ask("HEAD")
        assert (channel.status, channel.body) == (200, b"")
    assert server.connections == 1


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\n\r\nuntil the end",
        b"HTTP/1.0 200 OK\r\n\r\nuntil the end",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end",
        answer(b"until the end", "200 OK", "Connection: close"),
    ],
)
def test_a_body_may_last_until_the_server_closes(data: bytes, serve: Any, client: Any) -> None:
    server = serve(once(data))
    user = client(server)
    for _ in range(3):
        channel = user.ask("POST")
        assert (channel.status, channel.body, channel.reused) == (200, b"until the end", False)
    assert server.connections == 3


def test_connection_close_is_obeyed_even_where_the_server_does_not(serve: Any, client: Any) -> None:
    server = serve(serving(answer(JSON, "200 OK", "Connection: close")))
    user = client(server)
    assert user.ask().status == 200
    assert user.ask().reused is False
    assert server.connections == 2


@pytest.mark.parametrize("surplus", [b"x", answer(b"a second answer")])
def test_surplus_bytes_spoil_the_connection_not_the_answer(surplus: bytes, serve: Any, client: Any) -> None:
    server = serve(serving(answer(JSON) + surplus))
    user = client(server)
    for _ in range(2):
        channel = user.ask("POST")
        assert (channel.status, channel.body, channel.reused) == (200, JSON, False)
    assert server.connections == 2


def test_a_large_request_leaves_in_parts(serve: Any, client: Any) -> None:
    def slow(conn: Conn) -> None:
        time.sleep(0.05)  # let the client fill all buffers first
        while request := conn.request():
            conn.send(answer(request.partition(b"\r\n\r\n")[2]))

    server = serve(slow)
    user = client(server)
    channel = user.ask("POST", BIG)
    assert channel.body == BIG
    assert user.loop.made["io"] > 1  # it had to wait until the socket took more
    assert user.ask("POST", BIG[:100]).body == BIG[:100]
    assert server.connections == 1


def test_phases_are_never_negative_and_add_up(serve: Any, client: Any) -> None:
    user = client(serve(serving(answer(JSON))))
    for round_ in range(5):
        a = user.ask()
        assert a.started <= a.ready <= a.sent <= a.first <= a.ended
        assert a.duration == (a.ended - a.ready) * 1000 > 0
        if round_ == 0:
            assert a.blocked >= a.connecting > 0
            assert a.ready - a.started >= a.blocked
        else:
            assert (a.blocked, a.connecting, a.tls) == (0, 0, 0)
            assert a.ready >= a.started, "it waits for the end of its turn"
        assert a.tls == 0


def test_decoding_is_our_time_not_the_servers(serve: Any, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import loadspec.transports.fast as fast

    at: list[float] = []

    def decode(body: bytes, *_: Any) -> bytes:
        at.append(fast.monotonic())
        return gzip.decompress(body)

    monkeypatch.setattr(fast, "decode_content", decode)
    channel = client(serve(serving(encoded(gzip.compress(JSON), "gzip")))).ask()
    assert channel.body == JSON
    assert channel.ended <= at[0]


def test_many_requests_use_one_timer_and_one_watcher(serve: Any, client: Any) -> None:
    user = client(serve(serving(answer(JSON))))
    for _ in range(50):
        user.ask(total=10.0)
    assert user.loop.made == {"io": 2, "timer": 2}  # one of each to connect, one for good
    assert user.loop.called["timer"] == 0


def test_what_an_earlier_answer_said_is_gone(serve: Any, client: Any) -> None:
    user = client(serve(once(answer(JSON)), once(b"nonsense")))
    channel = user.ask()
    channel.parsed = {"a": 1}
    user.failure("POST")
    assert channel.parsed is UNPARSED
    assert channel.duration == 0
