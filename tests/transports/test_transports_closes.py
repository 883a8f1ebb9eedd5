"""Servers that close: never while it would hurt us, never seen by the books, never a loop that spins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import gevent
import pytest
from support_net import Conn, answer, once, open_files, serving, until

GOODBYE = answer(b"{}", "408 Request Timeout", "Connection: close")


def reset_after(data: bytes) -> Callable[[Conn], None]:
    def script(conn: Conn) -> None:
        conn.request()
        conn.send(data)
        gone.wait(10)
        conn.reset()

    gone = threading.Event()
    script.gone = gone  # type: ignore[attr-defined]
    return script


def speaks_up(conn: Conn) -> None:
    conn.request()
    conn.send(answer())
    threading.Event().wait(0.02)
    conn.send(GOODBYE)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "script",
    [once(answer()), once(answer(b"{}", "200 OK", "Connection: close")), once(answer() + b"surplus"), speaks_up],
    ids=["silently", "announced", "with surplus", "with a 408 in between"],
)
def test_closed_while_idle_is_replaced_silently(script: Any, method: str, serve: Any, client: Any) -> None:
    server = serve(script)
    user = client(server)
    for round_ in range(4):
        channel = user.ask(method)
        assert (channel.status, channel.error, channel.retries, channel.reused) == (200, "", 0, False)
        until(lambda: not any(w._kind == "io" for w in user.loop.open))  # the close is noticed while idle
        calls = user.loop.called["io"]
        gevent.sleep(0.03)
        assert user.loop.called["io"] == calls  # and nothing spins afterwards
        assert calls <= 6 * (round_ + 1)
    assert server.connections == 4


def test_reset_while_idle_is_replaced_silently(serve: Any, client: Any) -> None:
    script = reset_after(answer())
    user = client(serve(script, serving(answer())))
    user.ask("POST")
    script.gone.set()
    until(lambda: not any(w._kind == "io" for w in user.loop.open))
    channel = user.ask("POST")
    assert (channel.status, channel.reused, channel.retries) == (200, False, 0)


def test_closed_while_the_loop_did_not_turn_is_found_by_a_look(serve: Any, client: Any) -> None:
    """The user comes back before the hub saw the close, as after a long computation."""
    user = client(serve(once(answer())))
    user.ask("POST")
    threading.Event().wait(0.05)  # blocks the loop as well
    channel = user.ask("POST")
    assert (channel.status, channel.reused, channel.retries) == (200, False, 0)


def test_closed_between_the_look_and_the_send_is_replaced_silently(serve: Any, client: Any) -> None:
    """Two requests with no pause between them: the send itself finds out (EPIPE)."""
    user = client(serve(reset_after(answer())))
    channel = user.ask("POST")
    sent = channel._send

    def broken(_data: bytes) -> int:
        raise BrokenPipeError(32, "Broken pipe")

    channel._send = broken
    channel = user.ask("POST")
    assert (channel.status, channel.error, channel.reused, channel.retries) == (200, "", False, 0)
    assert sent is not channel._send


def closes_on_second(conn: Conn) -> None:
    conn.request()
    conn.send(answer(b""))
    conn.request()


def resets_on_second(conn: Conn) -> None:
    closes_on_second(conn)
    conn.reset()


@pytest.mark.parametrize(("script", "kind"), [(closes_on_second, "closed"), (resets_on_second, "reset")])
def test_closed_after_the_send_is_an_error_for_post(script: Any, kind: str, serve: Any, client: Any) -> None:
    server = serve(script, serving(answer()))
    user = client(server)
    user.ask("POST")
    assert user.failure("POST") == (kind, "headers")
    assert user.channel.retries == 0
    assert user.ask("POST").status == 200
    assert server.connections == 2
    assert len(server.requests) == 3


@pytest.mark.parametrize("script", [closes_on_second, resets_on_second])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_closed_after_the_send_is_retried_once_where_idempotent(
    script: Any, method: str, serve: Any, client: Any
) -> None:
    server = serve(script, serving(answer(b"")))
    user = client(server)
    user.ask(method)
    channel = user.ask(method)
    assert (channel.status, channel.retries, channel.reused) == (200, 1, False)
    assert channel.connecting > 0
    assert len(server.requests) == 3


def hangs_up(conn: Conn) -> None:
    conn.request()


def test_a_retry_is_not_retried(serve: Any, client: Any) -> None:
    server = serve(closes_on_second, hangs_up)
    user = client(server)
    user.ask("GET")
    assert user.failure("GET") == ("closed", "headers")
    assert user.channel.retries == 1
    assert server.connections == 2


def test_a_fresh_connection_is_not_retried(serve: Any, client: Any) -> None:
    server = serve(hangs_up)
    user = client(server)
    assert user.failure("GET") == ("closed", "headers")
    assert (user.channel.retries, server.connections) == (0, 1)


def test_nothing_is_left_open(serve: Any, client: Any) -> None:
    server = serve(once(answer()))
    before = open_files()
    user = client(server)
    for _ in range(5):
        user.ask()
    user.channel.close()
    assert not user.loop.open
    until(lambda: open_files() <= before)


CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 300
CUT_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"


@pytest.mark.parametrize("data", [CUT, CUT_CHUNKS, b"HTTP/1.1 200 OK\r\nX: "], ids=["length", "chunks", "head"])
def test_what_came_of_an_answer_that_breaks_off_is_counted(data: bytes, serve: Any, client: Any) -> None:
    def breaks_off(conn: Conn) -> None:
        conn.request()
        conn.send(data)
        conn.sock.close()

    user = client(serve(once(answer()), breaks_off))
    assert user.ask().received == len(answer())
    user.channel.disconnect()
    channel = user.ask("POST")
    assert (channel.error, channel.received) == ("incomplete", len(data))
