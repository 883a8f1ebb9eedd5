"""TLS: what is accepted and what is not, and records that do not fit the picture of a plain socket."""

from __future__ import annotations

import datetime
import socket
import ssl
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
import pytest
import trustme
from support_net import Conn, answer, once, serving, until, watched_network

from loadspec.transports import memory_tls
from loadspec.wire.settings import Tls
from loadspec.wire.url import Origin

BIG = bytes(range(256)) * 4096  # 1 MiB: 64 records


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(ca: trustme.CA, tmp_path: Path) -> str:
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


def server_side(ca: trustme.CA, name: str = "127.0.0.1", **options: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name, **options).configure_cert(context)
    return context


@pytest.fixture
def ask(serve: Any, client: Any, ca: trustme.CA, ca_file: str) -> Callable[..., Any]:
    """(client, server) with TLS between them."""

    def build(*scripts: Any, trust: str | None = ca_file, insecure: bool = False, **cert: Any) -> Any:
        network = watched_network(tls=Tls(trust, insecure))
        server = serve(*scripts, tls=server_side(ca, **cert))
        return client(server, network=network), server

    return build


def test_a_trusted_server_and_reuse(ask: Any) -> None:
    user, server = ask(serving(answer(b"secret")))
    for round_ in range(3):
        channel = user.ask("POST")
        assert (channel.status, channel.body, channel.reused) == (200, b"secret", round_ > 0)
        if round_ == 0:
            assert channel.tls > 0
            assert channel.blocked >= channel.connecting + channel.tls
        else:
            assert channel.tls == channel.blocked == 0
    assert server.connections == 1


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions(version: ssl.TLSVersion, ask: Any, serve: Any, client: Any, ca: Any, ca_file: str) -> None:
    context = server_side(ca)
    context.minimum_version = context.maximum_version = version
    user = client(serve(serving(answer()), tls=context), network=watched_network(tls=Tls(ca_file)))
    assert [user.ask().reused for _ in range(3)] == [False, True, True]


def test_bodies_larger_than_a_record_both_ways(ask: Any) -> None:
    user, server = ask(serving(lambda request: answer(request.partition(b"\r\n\r\n")[2])))
    for _ in range(2):
        assert user.ask("POST", BIG).body == BIG
    assert server.connections == 1


def test_a_record_that_is_read_in_pieces(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What OpenSSL has of a record cannot be read before the rest has come: it is waited for."""
    monkeypatch.setattr(memory_tls, "CHUNK", 1000)
    user, _ = ask(serving(answer(BIG[:16000])))
    assert user.ask(total=5.0).body == BIG[:16000]


def test_session_tickets_while_idle_do_not_end_the_connection(ask: Any) -> None:
    """TLS 1.3 servers send tickets after the handshake; here they come before any request, to an idle connection."""
    from loadspec.transports.base import Deadlines

    user, server = ask(serving(answer()))
    user.channel.started = __import__("time").perf_counter()
    user.channel._connect(Deadlines(5.0))
    calls = user.loop.called["io"]
    until(lambda: user.loop.called["io"] > calls)  # the tickets
    gevent.sleep(0.03)
    assert user.loop.called["io"] <= calls + 2
    assert user.ask("POST").reused is True
    assert server.connections == 1


def test_cut_off_between_connecting_and_the_handshake(monkeypatch: pytest.MonkeyPatch, client: Any) -> None:
    """What TLS cannot even begin on is told as a handshake that was cut off in the middle."""
    import loadspec.transports.connection as connection

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def opened_and_reset(*args: Any) -> socket.socket:
            sock: socket.socket = open_socket(*args)
            accepted = listener.accept()[0]
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            accepted.close()
            return sock

        open_socket = connection.open_socket
        monkeypatch.setattr(connection, "open_socket", opened_and_reset)
        assert client(Origin("https", *listener.getsockname())).failure() == ("tls_closed", "tls")


@pytest.mark.parametrize("script", [once(answer()), once(answer(b"{}", "200 OK", "Connection: close"))])
def test_closed_while_idle_is_replaced_silently(script: Any, ask: Any) -> None:
    user, server = ask(script)
    for _ in range(3):
        channel = user.ask("POST")
        assert (channel.status, channel.retries, channel.reused) == (200, 0, False)
        until(lambda: not any(w._kind == "io" for w in user.loop.open))
    assert server.connections == 3


TWO_DAYS = datetime.timedelta(days=2)
TOMORROW = datetime.datetime.now(datetime.UTC) + TWO_DAYS / 2
YESTERDAY = TOMORROW - TWO_DAYS


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"name": "other.example"}, "tls_name", "mismatch"),
        ({"trust": None}, "tls_untrusted", "issuer"),
        ({"not_after": YESTERDAY}, "tls_expired", "expired"),
        ({"not_before": TOMORROW, "not_after": TOMORROW + TWO_DAYS}, "tls_not_yet_valid", "not yet valid"),
    ],
    ids=["wrong name", "untrusted", "expired", "not yet valid"],
)
def test_certificates_that_are_not_accepted(options: dict[str, Any], kind: str, words: str, ask: Any) -> None:
    user, server = ask(serving(answer()), **options)
    assert user.failure("POST") == (kind, "tls")
    assert words in user.channel.message
    assert server.url in user.channel.message
    assert not server.requests
    assert not any(w._kind == "io" for w in user.loop.open)


@pytest.mark.parametrize("options", [{"name": "other.example"}, {"trust": None}, {"not_after": YESTERDAY}])
def test_insecure_skip_verify_takes_them(options: dict[str, Any], ask: Any) -> None:
    user, _ = ask(serving(answer()), insecure=True, **options)
    assert user.ask().status == 200


def plain(conn: Conn) -> None:
    conn.sock.recv(1000)
    conn.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def hangs_up(conn: Conn) -> None:
    conn.sock.recv(5)  # leaves the rest of the hello unread: the close becomes a RST
    conn.sock.close()


def half_a_hello(conn: Conn) -> None:
    conn.sock.recv(1000)
    conn.send(b"\x16\x03\x03\x00\x7a\x02\x00")


def silent(conn: Conn) -> None:
    conn.wait_for_close()


@pytest.mark.parametrize(
    ("script", "kind"),
    [(plain, "tls_plain"), (hangs_up, "tls_closed"), (half_a_hello, "tls_closed"), (silent, "timeout")],
)
def test_handshakes_that_come_to_nothing(script: Any, kind: str, serve: Any, client: Any, ca_file: str) -> None:
    network = watched_network(tls=Tls(ca_file))
    server = serve(script)
    origin = Origin("https", "127.0.0.1", server.port)
    user = client(origin, network=network)
    assert user.failure("POST", total=0.3 if script is silent else 10.0) == (kind, "tls")


def test_a_body_cut_without_a_farewell(ask: Any) -> None:
    """The peer ends TCP without TLS's close_notify: too short is too short."""
    user, _ = ask(once(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123"))
    assert user.failure() == ("incomplete", "body")


def test_a_timeout_under_tls(ask: Any) -> None:
    def silent_after(conn: Conn) -> None:
        conn.request()
        conn.wait_for_close()

    user, server = ask(silent_after, serving(answer()))
    assert user.failure(total=0.4) == ("timeout", "headers")
    assert user.ask("POST").status == 200
    assert server.connections == 2


def test_contexts_are_made_once(ca_file: str) -> None:
    network, _ = watched_network(tls=Tls(ca_file))
    origin = Origin("https", "a.test", 443)
    assert network.context(origin) is network.context(origin)
