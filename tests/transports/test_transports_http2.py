"""HTTP/2 and HTTP/3 by libcurl, against nginx, nghttpd and aioquic."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import gevent
import pytest
import trustme
from support_net import answer, once, serving, start, until, watched_network
from support_servers import Nginx, folder_with, http3, needs, nghttpd, nginx

from loadspec.transports.base import Interrupted
from loadspec.transports.curl.channel import CurlChannel
from loadspec.wire.settings import Http, Tls
from loadspec.wire.url import Origin


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with folder_with(trustme.CA()) as path:
        yield path


@pytest.fixture
def user(client: Any, folder: Path) -> Any:
    """Makes a user; those of one network are users of one worker."""

    def build(port: int, version: Any = "auto", scheme: str = "https", network: Any = None, seat: int = 0) -> Any:
        network = network or watched_network(tls=Tls(str(folder / "ca.pem")), http=Http(version=version))
        return client(Origin(scheme, "127.0.0.1", port), kind=CurlChannel, network=network, seat=seat)

    return build


def silent(conn: Any) -> None:
    conn.request()
    conn.wait_for_close()


@pytest.fixture
def server(folder: Path, serve: Any) -> Iterator[Nginx]:
    with nginx(folder, slow=serve(silent).port) as found:
        yield found


@needs("nginx")
@pytest.mark.parametrize(
    ("version", "spoken"),
    [("auto", b"HTTP/2"), ("2", b"HTTP/2"), ("2-prior-knowledge", b"HTTP/2"), ("1.1", b"HTTP/1.1")],
)
def test_nginx(version: str, spoken: bytes, server: Nginx, user: Any) -> None:
    one = user(server.port, version)
    for round_ in range(3):
        channel = one.ask("POST", b"x" * 100)
        assert (channel.status, channel.body, channel.error) == (200, b'{"a": 1}', "")
        assert channel.head.startswith(spoken + b" 200")
        assert channel.head.endswith(b"\r\n\r\n")
        assert b"set-cookie: a=1\r\n" in channel.head.lower()
        assert channel.sets_cookies
        assert channel.reused is (round_ > 0)
        assert channel.received == len(channel.head) + len(channel.body)
        assert channel.started <= channel.ready <= channel.sent <= channel.first <= channel.ended
        assert (channel.tls > 0) is (round_ == 0)
    assert server.accepted() == 1


@needs("nginx")
def test_a_large_upload_and_other_methods(server: Nginx, user: Any) -> None:
    one = user(server.port)
    for method, body in (("POST", b"x" * 3_000_000), ("PUT", b"y"), ("DELETE", b""), ("HEAD", b"")):
        channel = one.ask(method, body)
        assert (channel.status, channel.body) == (200, b"" if method == "HEAD" else b'{"a": 1}')
    assert server.accepted() == 1


@needs("nginx")
def test_each_user_has_a_connection_and_its_branches_share_it(server: Nginx, user: Any) -> None:
    one = user(server.port)
    network = (one.network, one.loop)
    done: list[int] = []

    def live(seat: int) -> None:
        mine = user(server.port, network=network, seat=seat)
        for _ in range(5):
            done.append(mine.ask("POST", b"x").status)

    for seat in (1, 1, 1, 2, 2, 2):
        start(lambda seat=seat: live(seat))
    until(lambda: len(done) == 30)
    assert done == [200] * 30
    assert server.accepted() == 2


@needs("nginx")
def test_users_share_connections_where_the_spec_says_so(server: Nginx, user: Any, folder: Path) -> None:
    http = Http(share_connections=True)
    network = watched_network(tls=Tls(str(folder / "ca.pem")), http=http)
    seen: list[tuple[int, int, bool, bool]] = []

    def live(seat: int) -> None:
        mine = user(server.port, network=network, seat=seat)
        for round_ in range(3):
            channel = mine.ask("POST", b"x")
            assert channel.started <= channel.ready <= channel.sent <= channel.first <= channel.ended
            seen.append((round_, channel.status, channel.reused, channel.blocked > 0))

    for seat in range(20):
        start(lambda seat=seat: live(seat))
    until(lambda: len(seen) == 60)
    assert {status for _, status, _, _ in seen} == {200}
    assert {row[2:] for row in seen if row[0] == 0} == {(False, True)}, "one opens it, the others wait for that"
    assert {row[2:] for row in seen if row[0] > 0} == {(True, False)}
    assert server.accepted() == 1


@needs("nginx")
def test_who_waits_for_a_stream_is_blocked(folder: Path, user: Any) -> None:
    network = watched_network(tls=Tls(str(folder / "ca.pem")), http=Http(share_connections=True))
    waits: list[tuple[bool, float]] = []

    def live(seat: int) -> None:
        channel = user(server.port, network=network, seat=seat).ask("POST", b"x")
        waits.append((channel.reused, channel.blocked))

    with nginx(folder, streams=2) as server:
        user(server.port, network=network).ask()
        for seat in range(6):
            start(lambda seat=seat: live(seat))
        until(lambda: len(waits) == 6)
        opened = server.accepted() - 1
    waited = [blocked for reused, blocked in waits if not reused]
    assert 0 < opened < len(waited), "not only who opens another connection waits for it"
    assert min(waited) > 0
    assert all(blocked == 0 for reused, blocked in waits if reused)


@needs("nginx")
def test_a_user_that_is_interrupted_leaves_a_shared_connection_to_the_others(
    server: Nginx, user: Any, folder: Path
) -> None:
    network = watched_network(tls=Tls(str(folder / "ca.pem")), http=Http(share_connections=True))
    first = user(server.port, network=network)
    first.ask()

    def live() -> None:
        with suppress(Interrupted):
            user(server.port, network=network, seat=1).ask("POST", b"x", path="/slow")

    fiber = start(live)
    gevent.sleep(0.1)
    fiber.parent.loop.run_callback(fiber.throw, Interrupted)
    gevent.sleep(0.1)
    assert first.ask().reused is True
    assert server.accepted() == 1


@needs("nginx")
def test_what_is_interrupted_before_it_begins_has_not_left(server: Nginx, user: Any) -> None:
    ended: list[bool] = []

    def live() -> None:
        one = user(server.port)
        assert one.ask("POST", b"x").status == 200
        one.loop.run_callback(fiber.throw, Interrupted)  # the loop comes to it before it begins what is asked now
        try:
            one.ask("POST", b"x")
        except Interrupted:
            ended.append(one.channel.in_flight)

    fiber = start(live)
    until(lambda: ended)
    assert ended == [False]


@needs("nginx")
def test_a_stream_that_times_out_ends_alone(server: Nginx, user: Any) -> None:
    one = user(server.port)
    one.ask()
    assert one.failure("POST", path="/slow", body=b"x", total=0.3) == ("timeout", "headers")
    assert one.ask().reused is True
    assert server.accepted() == 1


@needs("nginx")
def test_an_interrupt_takes_the_connection_along(server: Nginx, user: Any) -> None:
    ended: list[Any] = []

    def live() -> None:
        one = user(server.port)
        try:
            one.ask("POST", b"x", path="/slow")
        except Interrupted:
            ended.append((one.channel.in_flight, one.loop.open))

    fiber = start(live)
    gevent.sleep(0.3)
    fiber.parent.loop.run_callback(fiber.throw, Interrupted)
    until(lambda: ended)
    assert ended == [(True, set())]


@needs("nginx")
def test_a_server_that_says_goodbye_is_asked_again(folder: Path, user: Any) -> None:
    """nginx ends a connection after so many requests: none may be lost, or sent twice."""
    with nginx(folder, keepalive=3) as server:
        one = user(server.port)
        for _ in range(10):
            channel = one.ask("POST", b"x")
            assert (channel.status, channel.retries) == (200, 0)
        assert server.accepted() >= 3


@needs("nghttpd")
@pytest.mark.parametrize("tls", [True, False], ids=["over TLS", "prior knowledge"])
def test_nghttpd(tls: bool, folder: Path, user: Any) -> None:
    with nghttpd(folder, tls) as port:
        one = user(port, "auto" if tls else "2-prior-knowledge", "https" if tls else "http")
        for round_ in range(3):
            channel = one.ask(path="/index.html")
            assert (channel.status, channel.body, channel.reused) == (200, b"hello h2", round_ > 0)
            assert channel.head.startswith(b"HTTP/2 200")
            assert b"x-sum: 1" not in channel.head, "a trailer is no header"
        assert one.ask(path="/nothing").status == 404


def test_http3(folder: Path, user: Any) -> None:
    with http3(folder) as port:
        one = user(port, "3")
        for round_ in range(3):
            channel = one.ask()
            assert (channel.status, channel.body, channel.error) == (200, b"hello h3", "")
            assert channel.head.startswith(b"HTTP/3 200")
            assert channel.sets_cookies
            assert channel.reused is (round_ > 0)
            assert channel.started <= channel.ready <= channel.sent <= channel.first <= channel.ended
        assert one.ask("POST", b"x" * 100_000).body == b"x" * 100_000
        one.channel.disconnect()
        assert one.ask().reused is False


def test_http3_where_nobody_listens(user: Any) -> None:
    kind, phase = user(9, "3").failure(total=2.0)
    assert (kind, phase) in {("refused", "connect"), ("http3", "connect"), ("timeout", "connect")}


def test_http3_needs_https(user: Any) -> None:
    assert user(9, "3", "http").failure() == ("http3", "connect")


def tls_only_1(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_a_server_without_http2(folder: Path, serve: Any, user: Any) -> None:
    """`auto` takes HTTP/1.1; who insists on HTTP/2 hears that there is none, and measures nothing else."""
    server = serve(serving(answer(b"old")), tls=tls_only_1(folder))
    assert user(server.port).ask().body == b"old"
    one = user(server.port, "2")
    assert one.failure()[0] == "http2"
    assert "HTTP/1.1" in one.channel.message


def test_http1_where_http2_was_promised(serve: Any, user: Any) -> None:
    server = serve(once(answer(b"old")))
    kind, _ = user(server.port, "2-prior-knowledge", "http").failure()
    assert kind in ("http2", "protocol", "reset")  # it closes with the preface unread
