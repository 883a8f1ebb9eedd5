"""A server may answer an upload before it has read it: its answer counts, not how the sending ended."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path
from typing import Any

import gevent
import pytest
import trustme
from support_net import Conn, answer, serving, start, until, watched_network

from loadspec.transports.base import Interrupted
from loadspec.transports.fast import FastChannel
from loadspec.wire.settings import Tls

BIG = b"x" * 8_000_000
REFUSAL = answer(b"too large", "413 Content Too Large", "Connection: close")


def head(conn: Conn) -> None:
    """Read the head of a request, and no more of it than comes with it."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += conn.sock.recv(1000)


def deaf(*pieces: bytes) -> Any:
    """Answers after the head and reads no further, but keeps the connection open."""

    def script(conn: Conn) -> None:
        head(conn)
        for piece in pieces:
            conn.send(piece)
            time.sleep(0.02)
        time.sleep(3)

    return script


def resetting(data: bytes) -> Any:
    """Answers after the head and closes with a RST: there are bytes that it has not read."""

    def script(conn: Conn) -> None:
        head(conn)
        conn.send(data)
        time.sleep(0.05)
        conn.reset()

    return script


def thorough(first: bytes, last: bytes = b"") -> Any:
    """Says something after the head, reads the whole body, and says the rest."""

    def script(conn: Conn) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += conn.sock.recv(1000)
        conn._rest = data
        conn.send(first)
        time.sleep(0.02)
        conn.request()
        conn.send(last)
        serving(answer(b"next"))(conn)

    return script


CHUNKED = b"HTTP/1.1 413 No\r\nTransfer-Encoding: chunked\r\n\r\n"
EARLY = {
    "and stops reading": deaf(REFUSAL),
    "without Connection: close": deaf(answer(b"too large", "413 No")),
    "in pieces": deaf(REFUSAL[:5], REFUSAL[5:40], REFUSAL[40:-3], REFUSAL[-3:]),
    "in chunks": deaf(CHUNKED + b"4\r\ntoo ", b"\r\n5\r\nlarge\r\n0", b"\r\n\r\n"),
    "after a 100": deaf(b"HTTP/1.1 100 Continue\r\n\r\n", REFUSAL),
    "with a RST": resetting(REFUSAL),
}


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(params=["plain", "tls"])
def ask(request: Any, serve: Any, client: Any, ca: trustme.CA, tmp_path: Path) -> Any:
    """(client, server), without TLS and with it."""

    def build(*scripts: Any) -> Any:
        if request.param == "plain":
            server = serve(*scripts)
            return client(server), server
        ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert("127.0.0.1").configure_cert(context)
        server = serve(*scripts, tls=context)
        return client(server, network=watched_network(tls=Tls(str(tmp_path / "ca.pem")))), server

    return build


@pytest.mark.parametrize("name", EARLY)
def test_an_early_refusal_is_the_answer(name: str, ask: Any) -> None:
    user, server = ask(EARLY[name], serving(answer(b"well")))
    channel = user.ask("POST", BIG)
    assert (channel.status, channel.body) == (413, b"too large")
    assert channel.head.startswith(b"HTTP/1.1 413")
    assert channel.received > len(channel.body)
    assert not channel.in_flight
    assert channel.started <= channel.ready <= channel.sent <= channel.first <= channel.ended
    assert (user.ask("POST").body, channel.reused) == (b"well", False)  # half a request was left on the first one
    assert server.connections == 2


def test_an_early_answer_on_a_reused_connection(ask: Any) -> None:
    def second_refused(conn: Conn) -> None:
        conn.request()
        conn.send(answer())
        deaf(REFUSAL)(conn)

    user, _ = ask(second_refused)
    user.ask()
    channel = user.ask("POST", BIG)
    assert (channel.status, channel.reused, channel.retries) == (413, True, 0)


class Unlucky(FastChannel):
    """Whatever the server says comes between a look at the socket and the next send."""

    __slots__ = ()

    def _hear(self, heard: bool) -> bytes | None:
        time.sleep(0.2)
        return None


@pytest.mark.parametrize(
    ("data", "status", "failure"),
    [(REFUSAL, 413, ("", "")), (b"", 0, ("reset", "write")), (REFUSAL[:20], 0, ("reset", "write"))],
)
def test_behind_a_failed_send(data: bytes, status: int, failure: tuple[str, str], serve: Any, client: Any) -> None:
    user = client(serve(resetting(data), serving(answer())))
    user.channel.__class__ = Unlucky
    channel = user.ask("POST", BIG)
    assert (channel.status, (channel.error, channel.error and channel.phase)) == (status, failure)
    assert user.ask("POST").status == 200


SAID = b"HTTP/1.1 100 Continue\r\n\r\n"
OK_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"


@pytest.mark.parametrize(("first", "last"), [(SAID, answer(b"done")), (SAID[:9], SAID[9:] + answer(b"done"))])
def test_a_100_does_not_stop_the_upload(first: bytes, last: bytes, ask: Any) -> None:
    user, server = ask(thorough(first, last))
    assert user.ask("POST", BIG).body == b"done"
    assert server.requests[0].endswith(BIG)
    assert (user.ask("POST").body, user.channel.reused) == (b"next", True)


def test_a_success_that_is_still_coming_does_not_stop_it_either(ask: Any) -> None:
    """A server may answer while it reads, such as one that echoes."""
    user, server = ask(thorough(OK_HEAD + b"do", b"ne"))
    assert user.ask("POST", BIG).body == b"done"
    assert server.requests[0].endswith(BIG)
    assert (user.ask("POST").body, user.channel.reused) == (b"next", True)


def test_session_tickets_do_not_stop_it(ask: Any) -> None:
    user, server = ask(serving(lambda request: answer(b"%d" % len(request.partition(b"\r\n\r\n")[2]))))
    for _ in range(2):
        assert user.ask("POST", BIG).body == b"8000000"
    assert server.connections == 1


def test_a_server_that_only_stops_speaking_is_sent_the_rest(serve: Any, client: Any) -> None:
    """A half-closed connection has no answer to come, but is no reason to spin or to stop."""

    def mute(conn: Conn) -> None:
        conn.sock.shutdown(socket.SHUT_WR)
        time.sleep(0.05)
        conn.request()

    server = serve(mute)
    user = client(server)
    assert user.failure("POST", body=BIG) == ("closed", "headers")
    until(lambda: server.requests)
    assert user.loop.called["io"] < 1000
    assert server.requests[0].endswith(BIG)


FAILURES = {
    "no answer, a RST": (resetting(b""), ("reset", "write")),
    "only a 100, and a RST": (resetting(SAID), ("reset", "write")),
    "half a head, and a RST": (resetting(REFUSAL[:20]), ("reset", "write")),
    "half a body, and a RST": (resetting(REFUSAL[:-3]), ("reset", "body")),
    "no HTTP": (deaf(b"SSH-2.0-OpenSSH_9.6\r\n"), ("protocol", "status")),
    "half a body": (deaf(REFUSAL[:-3]), ("timeout", "body")),
    "half a head": (deaf(REFUSAL[:20]), ("timeout", "write")),
}


@pytest.mark.parametrize("name", FAILURES)
def test_no_answer(name: str, serve: Any, client: Any) -> None:
    script, expected = FAILURES[name]
    user = client(serve(script, serving(answer(b"well"))))
    assert user.failure("POST", body=BIG, total=0.3 if expected[0] == "timeout" else 10.0) == expected
    assert user.ask("POST").body == b"well"


def test_interrupted_while_a_refusal_is_read(serve: Any, client: Any) -> None:
    server = serve(deaf(REFUSAL[:-3]))
    user = client(server)
    seen: list[bool] = []

    def live() -> None:
        user.channel._resume = fiber.switch
        try:
            user.ask("POST", BIG)
        except Interrupted:
            seen.append(user.channel.in_flight)

    fiber = start(live)
    until(lambda: user.channel.in_flight)
    gevent.sleep(0.03)
    fiber.parent.loop.run_callback(fiber.throw, Interrupted)
    until(lambda: seen)
    assert seen == [True]  # the server saw it
    assert not user.loop.open
