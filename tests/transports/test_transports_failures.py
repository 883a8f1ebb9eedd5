"""Every failure has a kind and a phase, and the next request starts afresh."""

from __future__ import annotations

import errno
import socket
import ssl
import time
from collections.abc import Iterator
from typing import Any

import gevent
import pytest
import trustme
from support_net import Conn, ScriptedServer, answer, once, serving, silent, until, watched_network

from loadspec.clock import monotonic
from loadspec.transports.base import DISCARD, KEEP
from loadspec.wire.limits import Limits
from loadspec.wire.settings import Tls
from loadspec.wire.url import Origin

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def resets_after(data: bytes) -> Any:
    def script(conn: Conn) -> None:
        conn.request()
        conn.send(data)
        time.sleep(0.03)  # a RST overtakes what the client has not read yet
        conn.reset()

    return script


BROKEN = {
    "no answer": (once(b""), ("closed", "headers")),
    "no http": (once(b"SSH-2.0-OpenSSH_9.6\r\n"), ("protocol", "status")),
    "bad status": (once(b"HTTP/1.1 20 OK\r\n\r\n"), ("protocol", "status")),
    "bad header": (once(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), ("protocol", "headers")),
    "two lengths": (
        once(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        ("protocol", "headers"),
    ),
    "switching protocols": (once(b"HTTP/1.1 101 Switching\r\n\r\n"), ("protocol", "status")),
    "cut in the head": (once(b"HTTP/1.1 200 OK\r\nContent-"), ("incomplete", "headers")),
    "cut in the body": (once(HEAD + b"123"), ("incomplete", "body")),
    "body missing": (once(HEAD), ("incomplete", "body")),
    "cut in a chunk": (once(CHUNKED + b"5\r\nab"), ("incomplete", "body")),
    "bad chunk": (once(CHUNKED + b"zz\r\nab"), ("protocol", "body")),
    "reset in the body": (resets_after(HEAD + b"123"), ("reset", "body")),
    "reset in a chunk": (resets_after(CHUNKED + b"5\r\nab"), ("reset", "body")),
    "reset in a body until close": (resets_after(b"HTTP/1.1 200 OK\r\n\r\nab"), ("reset", "body")),
    "bad gzip": (serving(answer(b"no gzip", "200 OK", "Content-Encoding: gzip")), ("decode", "decode")),
    "unknown encoding": (serving(answer(b"xx", "200 OK", "Content-Encoding: br")), ("decode", "decode")),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_broken_answer(name: str, method: str, serve: Any, client: Any) -> None:
    script, expected = BROKEN[name]
    server = serve(script, serving(answer(b"well")))
    user = client(server)
    assert user.failure(method) == expected
    channel = user.ask(method)
    assert (channel.status, channel.body, channel.reused, channel.retries) == (200, b"well", False, 0)
    assert server.connections == 2


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (answer(b"x" * 300_000), ("limit", "body")),
        (CHUNKED + b"493e0\r\n" + b"x" * 300_000 + b"\r\n0\r\n\r\n", ("limit", "body")),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000, ("limit", "body")),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 9000 + b"\r\nContent-Length: 0\r\n\r\n", ("limit", "headers")),
    ],
)
def test_limits_hold(data: bytes, expected: tuple[str, str], serve: Any, client: Any) -> None:
    network, loop = watched_network()
    network.limits = Limits(head_bytes=8192, body_bytes=100_000)
    user = client(serve(serving(data)), network=(network, loop))
    assert user.failure() == expected


def test_connection_refused(client: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    user = client(Origin("http", "127.0.0.1", port))
    assert user.failure("POST") == ("refused", "connect")
    assert "refused" in user.channel.message


def test_a_server_that_goes_away(serve: Any, client: Any) -> None:
    server = serve(once(answer()))
    user = client(server)
    assert user.ask().ready > 0
    server.close()
    until(lambda: not any(w._kind == "io" for w in user.loop.open))
    assert user.failure() == ("refused", "connect")
    assert user.channel.ready == 0  # nothing was sent: since() must not take an earlier request's time


@pytest.fixture
def full() -> Iterator[Origin]:
    """A listener whose queue is full: a further connection is neither accepted nor refused."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    address = listener.getsockname()
    fillers = [socket.socket() for _ in range(4)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(address)
    yield Origin("http", *address)
    for sock in (listener, *fillers):
        sock.close()


@pytest.mark.parametrize("limits", [{"connect": 0.1}, {"total": 0.1}, {"total": 0.1, "connect": 9.0}])
def test_connect_timeout(limits: dict[str, float], full: Origin, client: Any) -> None:
    begin = monotonic()
    user = client(full)
    assert user.failure(**limits) == ("timeout", "connect")
    assert monotonic() - begin >= 0.095


def dripping(conn: Conn) -> None:
    conn.request()
    conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        conn.send(b".")
        time.sleep(0.005)


def dripping_head(conn: Conn) -> None:
    conn.request()
    conn.send(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    while True:
        conn.send(b".")
        time.sleep(0.005)


def dripping_chunks(conn: Conn) -> None:
    conn.request()
    conn.send(CHUNKED)
    while True:
        conn.send(b"1\r\n.\r\n")
        time.sleep(0.005)


TIMEOUTS = {
    "silent": (silent, {"total": 0.15}, ("timeout", "headers")),
    "first byte": (silent, {"first_byte": 0.15}, ("timeout", "headers")),
    "the earlier of two": (silent, {"total": 0.15, "first_byte": 5.0}, ("timeout", "headers")),
    "a byte at a time": (dripping, {"total": 0.15}, ("timeout", "body")),
    "a byte at a time in the head": (dripping_head, {"total": 0.15}, ("timeout", "headers")),
    "a chunk at a time": (dripping_chunks, {"total": 0.15}, ("timeout", "body")),
    "first byte came": (dripping, {"total": 0.3, "first_byte": 0.15}, ("timeout", "body")),
}


@pytest.mark.parametrize("name", TIMEOUTS)
def test_timeouts(name: str, serve: Any, client: Any) -> None:
    script, limits, expected = TIMEOUTS[name]
    server = serve(script, serving(answer()))
    user = client(server)
    begin = monotonic()
    assert user.failure("GET", **limits) == expected
    assert monotonic() - begin >= (0.295 if "first byte came" in name else 0.145)
    channel = user.ask("POST")
    assert (channel.status, channel.reused, channel.retries) == (200, False, 0)
    assert server.connections == 2


def test_a_timeout_after_many_good_answers(serve: Any, client: Any) -> None:
    """The timer of the first request is still running, for a deadline that passed long ago."""

    def third_is_late(conn: Conn) -> None:
        for _ in range(3):
            conn.request()
            conn.send(answer())
        silent(conn)

    user = client(serve(third_is_late, serving(answer())))
    for _ in range(3):
        user.ask(total=0.1)
        gevent.sleep(0.07)
    begin = monotonic()
    assert user.failure("POST", total=0.1) == ("timeout", "headers")
    assert monotonic() - begin >= 0.095
    assert user.loop.made["timer"] <= 6


def test_a_shorter_deadline_after_a_longer_one(serve: Any, client: Any) -> None:
    user = client(serve(serving(answer()), silent))
    user.ask(total=60.0)
    user.channel.disconnect()
    begin = monotonic()
    assert user.failure("POST", total=0.1) == ("timeout", "headers")
    assert monotonic() - begin >= 0.095


def test_a_body_that_nobody_reads(serve: Any, client: Any) -> None:
    def deaf(conn: Conn) -> None:
        time.sleep(2)

    user = client(serve(deaf))
    begin = monotonic()
    assert user.failure("POST", body=b"x" * 8_000_000, total=0.15) == ("timeout", "write")
    assert monotonic() - begin >= 0.145


def test_a_body_cut_off_by_the_server(serve: Any, client: Any) -> None:
    def rude(conn: Conn) -> None:
        time.sleep(0.02)
        conn.reset()

    assert client(serve(rude)).failure("POST", body=b"x" * 8_000_000) == ("reset", "write")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.EMFILE, ("fd_exhausted", "connect")),
        (errno.ENFILE, ("fd_exhausted", "connect")),
        (errno.EADDRNOTAVAIL, ("port_exhausted", "connect")),
        (errno.ENETUNREACH, ("unreachable", "connect")),
        (errno.EPERM, ("os_error", "connect")),
    ],
)
def test_what_the_system_refuses(
    number: int, expected: tuple[str, str], serve: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import loadspec.transports.connection as connection

    user = client(serve(serving(answer())))

    def refuse(*_: Any) -> socket.socket:
        raise OSError(number, "no")

    with monkeypatch.context() as patch:
        patch.setattr(connection.socket, "socket", refuse)
        assert user.failure() == expected
    assert user.ask().status == 200


def test_others_do_not_notice(serve: Any, client: Any) -> None:
    """A user that waits for a silent server does not hold up its neighbour."""
    from support_net import start

    quiet: ScriptedServer = serve(silent)
    slow = client(quiet)
    done: list[tuple[str, str]] = []

    def wait() -> None:
        slow.channel._resume = fiber.switch
        done.append(slow.failure(total=0.4))

    fiber = start(wait)
    until(lambda: quiet.requests)
    user = client(serve(serving(answer())))
    for _ in range(20):
        assert user.ask().status == 200
    assert not done
    until(lambda: done)
    assert done == [("timeout", "headers")]


def steadily(conn: Conn) -> None:
    """A piece each 30 ms, and then no more."""
    conn.request()
    conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n")
    for _ in range(15):
        time.sleep(0.03)
        conn.send(b".")
    conn.wait_for_close()


@pytest.mark.parametrize("mode", [KEEP, DISCARD])
def test_idle_is_counted_from_piece_to_piece(mode: int, serve: Any, client: Any) -> None:
    user = client(serve(steadily))
    assert user.failure(mode=mode, idle=0.25) == ("timeout", "body")
    assert user.channel.ended - user.channel.started > 15 * 0.03


def test_idle_holds_over_tls_and_between_chunks(serve: Any, client: Any) -> None:
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)

    def script(conn: Conn) -> None:
        conn.request()
        conn.send(CHUNKED + b"1\r\n.\r\n")
        conn.wait_for_close()

    server = serve(script, tls=context)
    user = client(server, network=watched_network(tls=Tls(insecure_skip_verify=True)))
    assert user.failure(idle=0.1) == ("timeout", "body")


def test_a_slow_reader_within_its_time(serve: Any, client: Any) -> None:
    """`send` ends with the last byte of the request: what comes after it has other limits."""

    def script(conn: Conn) -> None:
        conn.request()
        time.sleep(0.3)
        conn.send(answer())

    channel = client(serve(script)).ask("POST", b"x" * 3_000_000, send=5.0, idle=0.1)
    assert channel.status == 200, (channel.error, channel.phase, channel.message)
    assert client(serve(script)).ask("POST", b"x", send=0.01).status == 200
