"""Every transport keeps the same contract: one table of cases, run over all."""

from __future__ import annotations

import datetime
import gzip
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import gevent
import pytest
import trustme
from contract_cases import ANSWERED, CHUNKED, FAILING, LIMITED, chunks, encoded, resets_after
from greenlet import greenlet
from support_net import Conn, answer, once, open_files, serving, silent, start, until, watched_network
from support_tls import server_context, write_client

from loadspec.transports import TRANSPORTS, channel_kind
from loadspec.transports.base import DISCARD, Interrupted, size_of
from loadspec.wire.limits import Limits
from loadspec.wire.settings import ClientCertificate, Http, Route, Tls
from loadspec.wire.tls import VERSIONS
from loadspec.wire.url import Origin

pytestmark = pytest.mark.parametrize("transport", TRANSPORTS)


@pytest.fixture
def user(transport: str, client: Any) -> Any:
    """Makes a user of the transport."""
    return lambda server, **options: client(server, kind=channel_kind(transport), **options)


@pytest.mark.parametrize("name", ANSWERED)
def test_answers(name: str, transport: str, serve: Any, user: Any) -> None:
    case = ANSWERED[name]
    kept = case.differs.get(transport, {}).get("kept", case.kept)
    server = serve(case.script)
    one = user(server)
    for round_ in range(3):
        channel = one.ask(case.method, case.sends)
        assert (channel.status, channel.body, channel.error) == (case.status, case.body, "")
        assert channel.reused is (kept and round_ > 0)
        assert channel.head.startswith(b"HTTP/1.")
        assert channel.head.rstrip(b"\r\n") + b"\r\n\r\n" == channel.head.replace(b"\n\n", b"\r\n\r\n")
        assert case.head in channel.head
        assert channel.sets_cookies is (b"ookie" in channel.head)
        assert channel.received >= len(channel.head)
        assert channel.started <= channel.ready <= channel.sent <= channel.first <= channel.ended
        assert (channel.blocked >= channel.connecting > 0) if not channel.reused else channel.blocked == 0
        assert (channel.retries, channel.in_flight) == (0, False)
    assert server.connections == (1 if kept else 3)
    assert {request.split(b" ")[0] for request in server.requests} == {case.method.encode()}


@pytest.mark.parametrize("by_proxy", [False, True])
def test_targets_are_sent_as_they_are(by_proxy: bool, transport: str, serve: Any, client: Any) -> None:
    server = serve(serving(lambda request: answer(request.split(b" ")[1])))
    origin = Origin("http", "api.test", 80) if by_proxy else server.origin()
    network = watched_network(http=Http(proxy=server.url if by_proxy else ""))
    one = client(origin, kind=channel_kind(transport, forward=by_proxy), network=network)
    for path in ("/a%2fb", "/%zz", "/a|b", "/[x]?b=[c]", "/a\\b", "//b/../c", "/./a", "/?", "/a?b?c", "/a;b", "/~'(*)"):
        assert one.ask(path=path).body.decode() == (f"{origin}{path}" if by_proxy else path)


@pytest.mark.parametrize("name", FAILING)
@pytest.mark.parametrize("first", [True, False], ids=["on a new connection", "on a kept one"])
def test_failures(name: str, first: bool, transport: str, serve: Any, user: Any) -> None:
    case = FAILING[name]

    def second(conn: Conn) -> None:
        conn.request()
        conn.send(answer(b"before"))
        case.script(conn)

    server = serve(case.script if first else second, serving(answer(b"after")))
    one = user(server)
    options = {"method": "POST", "body": b"x", **case.options}
    if not first:
        assert one.ask(**{**options, "total": 10.0, "body": b"x"}).body == b"before"
    expected = (case.kind, case.phase)
    assert one.failure(**options) == (expected if first else case.on_kept.get(transport, expected))
    channel = one.ask()
    assert (channel.status, channel.body, channel.reused, channel.retries) == (200, b"after", False, 0)
    assert server.connections == 2


@pytest.mark.parametrize(
    ("data", "phase"),
    [
        (b"", "headers"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123", "body"),
        (CHUNKED + b"5\r\nab", "body"),
        (b"HTTP/1.1 200 OK\r\n\r\nab", "body"),
    ],
)
def test_a_reset_is_told_from_an_end_over_tls_too(
    data: bytes, phase: str, transport: str, serve: Any, user: Any, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    server = serve(resets_after(data), tls=server_context(authority))
    one = user(server, network=watched_network(tls=Tls(str(tmp_path / "ca.pem"))))
    assert one.failure("POST", body=b"x") == ("reset", phase)


@pytest.mark.parametrize("name", LIMITED)
def test_limits(name: str, transport: str, serve: Any, user: Any) -> None:
    data, kind, phase = LIMITED[name]
    network, loop = watched_network()
    network.limits = Limits(head_bytes=8192, body_bytes=100_000, decoded_bytes=2_000_000)
    one = user(serve(once(data)), network=(network, loop))
    assert one.failure() == (kind, phase)


def test_nobody_listens(transport: str, user: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    one = user(Origin("http", "127.0.0.1", port))
    for _ in range(2):
        assert one.failure() == ("refused", "connect")
        assert "refused" in one.channel.message
        assert str(port) in one.channel.message


@pytest.mark.parametrize("limits", [{"total": 0.2}, {"connect": 0.2}], ids=["in total", "connecting"])
def test_nobody_accepts(limits: dict[str, float], transport: str, user: Any) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    fillers = [socket.socket() for _ in range(4)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
    assert user(Origin("http", *listener.getsockname())).failure(**limits) == ("timeout", "connect")
    for sock in (listener, *fillers):
        sock.close()


def test_names_and_forbidden_addresses(transport: str, user: Any) -> None:
    assert user(Origin("http", "169.254.169.254", 80)).failure() == ("forbidden_target", "connect")
    assert user(Origin("http", "nowhere.invalid", 80)).failure()[0] == "dns"


@pytest.mark.parametrize("host", ["api.example.com", "127.0.0.1"])
def test_hosts_that_lie_elsewhere_and_where_users_connect_from(
    host: str, transport: str, serve: Any, user: Any
) -> None:
    seen: list[str] = []

    def script(conn: Conn) -> None:
        seen.append(conn.sock.getpeername()[0])
        while conn.request():
            conn.send(answer())

    server = serve(script)
    route = Route(hosts={f"{host}:8080": f"127.0.0.1:{server.port}"}, local_ips=("127.0.0.5",))
    one = user(Origin("http", host, 8080), network=watched_network(route=route))
    for _ in range(2):
        assert one.ask().status == 200
    assert seen == ["127.0.0.5"]


def test_files_and_a_password_that_are_not_ascii(transport: str, serve: Any, user: Any, tmp_path: Path) -> None:
    ca, folder = trustme.CA(), tmp_path / "Ünïcode"
    folder.mkdir()
    ca.cert_pem.write_to_path(folder / "ca.pem")
    cert, key = write_client(folder, ca, "me.example", "öffne dich")
    context = server_context(ca, "127.0.0.1")
    context.verify_mode = ssl.CERT_REQUIRED
    ca.configure_trust(context)
    certificate = ClientCertificate(str(cert), str(key), "öffne dich")
    server = serve(serving(answer()), tls=context)
    one = user(server, network=watched_network(tls=Tls(str(folder / "ca.pem"), certificates=(certificate,))))
    assert one.ask().status == 200


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("bounds", [("min_version",), ("max_version",), ("min_version", "max_version")])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_versions_of_tls(
    bounds: tuple[str, ...], version: str, transport: str, serve: Any, user: Any, tmp_path: Path
) -> None:
    """OpenSSL has them at its lowest level only, and with the old ciphers of that."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = server_context(ca, "127.0.0.1")
    context.minimum_version = context.maximum_version = VERSIONS[version]
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    tls: Any = dict.fromkeys(bounds, version)
    server = serve(serving(answer()), tls=context)
    one = user(server, network=watched_network(tls=Tls(str(tmp_path / "ca.pem"), **tls)))
    assert one.ask().status == 200


@pytest.mark.parametrize("resumes", [False, True])
def test_sessions_of_tls(resumes: bool, transport: str, serve: Any, user: Any, tmp_path: Path) -> None:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    server = serve(serving(answer()), tls=server_context(ca, "127.0.0.1"))
    one = user(server, network=watched_network(tls=Tls(str(tmp_path / "ca.pem"), session_resumption=resumes)))
    for _ in range(4):
        assert one.ask().status == 200
        one.channel.disconnect()
    assert server.connections == 4
    assert server.resumed == (3 if resumes else 0)


@pytest.mark.parametrize("name", ["api.sock", "äpi.sock"])
def test_a_unix_socket(name: str, transport: str, tmp_path: Path, user: Any) -> None:
    path = tmp_path / name
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def live() -> None:
            sock, _ = listener.accept()
            for _ in range(2):
                sock.recv(65536)
                sock.sendall(answer(b"by a file"))

        thread = threading.Thread(target=live, daemon=True)
        thread.start()
        route = Route(hosts={"api.test": f"unix:{path}"}, folder=str(tmp_path))
        one = user(Origin("http", "api.test", 80), network=watched_network(route=route))
        for round_ in range(2):
            channel = one.ask()
            assert (channel.status, channel.body, channel.reused) == (200, b"by a file", round_ > 0)
        thread.join(5)


def test_users_share_no_unix_socket(transport: str, tmp_path: Path, serve: Any, user: Any) -> None:
    server = serve(serving(answer()))
    server.also_at(tmp_path / "api.sock")
    network = watched_network(route=Route(hosts={"api.test": "unix:api.sock"}, folder=str(tmp_path)))
    users = [user(Origin("http", "api.test", 80), network=network, seat=seat) for seat in range(3)]
    for round_ in range(2):
        for one in users:
            assert one.ask().reused is (round_ > 0)
    assert server.connections == 3


def test_what_is_blocked(transport: str, serve: Any, user: Any) -> None:
    server = serve(serving(answer()))
    blocked = watched_network(route=Route(block_ips=("127.0.0.0/8",), block_hosts=("*.ads.example",)))
    assert user(server, network=blocked).failure() == ("blocked_ip", "connect")
    assert user(Origin("http", "x.ads.example", 80), network=blocked).failure() == ("blocked_host", "connect")
    assert server.connections == 0


# Connections


@pytest.mark.parametrize("script", [once(answer()), once(answer(b"{}", "200 OK", "Connection: keep-alive"))])
def test_a_connection_closed_while_idle_is_replaced_for_any_method(
    script: Any, transport: str, serve: Any, user: Any
) -> None:
    server = serve(script)
    one = user(server)
    for method in ("GET", "POST", "POST"):
        channel = one.ask(method, b"x" if method == "POST" else b"")
        assert (channel.status, channel.retries, channel.reused) == (200, 0, False)
        gevent.sleep(0.05)
    assert server.connections == 3
    assert len(server.requests) == 3


def closes_on_second(conn: Conn) -> None:
    conn.request()
    conn.send(answer(b"first"))
    conn.request()


def test_a_race_is_retried_once_for_an_idempotent_method(transport: str, serve: Any, user: Any) -> None:
    server = serve(closes_on_second, serving(answer(b"again")))
    one = user(server)
    one.ask()
    channel = one.ask()
    assert (channel.status, channel.body, channel.retries) == (200, b"again", 1)
    assert len(server.requests) == 3


def test_a_race_is_an_error_for_another(transport: str, serve: Any, user: Any) -> None:
    server = serve(closes_on_second, serving(answer(b"again")))
    one = user(server)
    one.ask("POST", b"x")
    assert one.failure("POST", body=b"x") == ("closed", "headers")
    assert len(server.requests) == 2


def test_a_disconnected_channel_opens_another(transport: str, serve: Any, user: Any) -> None:
    gone = []

    def script(conn: Conn) -> None:
        while conn.request():
            conn.send(answer())
        gone.append(conn)

    server = serve(script)
    one = user(server)
    for number in range(1, 4):
        assert one.ask("POST", b"x").reused is False
        one.channel.disconnect()
        until(lambda number=number: len(gone) == number)


def test_two_users_share_nothing(transport: str, serve: Any, user: Any) -> None:
    server = serve(serving(answer()))
    network = watched_network()
    users = [user(server, network=network, seat=seat) for seat in range(3)]
    for one in users * 2:
        assert one.ask().status == 200
    assert server.connections == 3


def half(conn: Conn) -> None:
    conn.request()
    conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
    conn.wait_for_close()


@pytest.mark.parametrize("script", [silent, half], ids=["before the answer", "in the answer"])
def test_an_interrupt_leaves_nothing_open(script: Any, transport: str, serve: Any, user: Any) -> None:
    server = serve(script, serving(answer(b"again")))
    before = open_files()
    ended: list[str] = []
    users: list[Any] = []

    def live() -> None:
        users.append(user(server))
        try:
            users[0].ask("POST", b"x")
        except Interrupted:
            ended.append("interrupted")
            try:
                ended.append(users[0].ask("POST", b"x").body.decode())
            finally:
                users[0].channel.close()

    fiber: greenlet = start(live)
    until(lambda: server.requests)
    gevent.sleep(0.03)
    fiber.parent.loop.run_callback(fiber.throw, Interrupted)
    until(lambda: len(ended) == 2)
    assert ended == ["interrupted", "again"]
    until(lambda: fiber.dead)
    assert not users[0].loop.open
    until(lambda: open_files() <= before + 2)  # the server's own ends may linger in their threads


def test_what_had_left_when_an_interrupt_came(transport: str, serve: Any, user: Any) -> None:
    """In flight once the request is sent, not while it is being sent."""
    for script, body, expected in (
        (silent, b"x", True),
        (lambda conn: conn.sock.recv(10) and gevent.sleep(1), b"x" * 8_000_000, False),
    ):
        server = serve(script)
        seen: list[bool] = []

        def live(server: Any = server, body: bytes = body, seen: list[bool] = seen) -> None:
            one = user(server)
            try:
                one.ask("POST", body)
            except Interrupted:
                seen.append(one.channel.in_flight)

        fiber = start(live)
        until(lambda server=server: server.connections)
        gevent.sleep(0.1)
        fiber.parent.loop.run_callback(fiber.throw, Interrupted)
        until(lambda seen=seen: seen)
        assert seen == [expected]


def test_users_do_not_wait_for_each_other(transport: str, serve: Any, user: Any) -> None:
    slow, quick = serve(silent), serve(serving(answer()))
    network = watched_network()
    done: list[int] = []

    def waits() -> None:
        one = user(slow, network=network, seat=1)
        done.append(one.ask(total=0.6).status)

    start(waits)
    until(lambda: slow.requests)
    one = user(quick, network=network, seat=2)
    for _ in range(20):
        assert one.ask().status == 200
    assert not done
    until(lambda: done)
    assert done == [0]


# TLS


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(ca: trustme.CA, tmp_path: Path, serve: Any, user: Any) -> Any:
    """(user, server) with TLS between them."""
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))

    def build(
        *scripts: Any, name: str = "127.0.0.1", trust: bool = True, tls: dict[str, Any] | None = None, **cert: Any
    ) -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert(name, **cert).configure_cert(context)
        server = serve(*scripts, tls=context)
        settings = Tls(str(tmp_path / "ca.pem") if trust else None, **(tls or {}))
        return user(server, network=watched_network(tls=settings)), server

    return build


YESTERDAY = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)


def test_tls(transport: str, secure: Any) -> None:
    one, server = secure(serving(answer(b"secret")))
    for round_ in range(3):
        channel = one.ask("POST", b"x")
        assert (channel.status, channel.body, channel.reused) == (200, b"secret", round_ > 0)
        assert (channel.tls > 0) is (round_ == 0)
        assert channel.blocked >= channel.connecting + channel.tls
    assert server.connections == 1


@pytest.mark.parametrize(
    "bad", [{"name": "other.example"}, {"trust": False}, {"not_after": YESTERDAY}], ids=["name", "authority", "date"]
)
def test_certificates(bad: dict[str, Any], transport: str, secure: Any) -> None:
    one, server = secure(serving(answer()), **bad)
    kind, phase = one.failure("POST", body=b"x")
    assert (kind.startswith("tls_"), phase) == (True, "tls")
    assert not server.requests
    one, _ = secure(serving(answer()), tls={"insecure_skip_verify": True}, **bad)
    assert one.ask().status == 200


def test_another_name_is_asked_for(transport: str, secure: Any) -> None:
    one, _ = secure(serving(answer()), name="api.example.com", tls={"server_name": "api.example.com"})
    assert one.ask().status == 200


def test_a_server_that_speaks_no_tls(transport: str, serve: Any, user: Any) -> None:
    def plain(conn: Conn) -> None:
        conn.sock.recv(1000)
        conn.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    server = serve(plain)
    kind, phase = user(Origin("https", "127.0.0.1", server.port)).failure()
    assert (kind[:3], phase) == ("tls", "tls")


def test_a_handshake_that_takes_too_long(transport: str, serve: Any, user: Any) -> None:
    server = serve(lambda conn: conn.wait_for_close())
    origin = Origin("https", "127.0.0.1", server.port)
    assert user(origin).failure(total=0.3) == ("timeout", "tls")
    assert user(origin).failure(tls=0.2) == ("timeout", "tls")


def test_a_large_body_over_tls_both_ways(transport: str, secure: Any) -> None:
    big = bytes(range(256)) * 4096
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    one, _ = secure(serving(lambda request: head + chunks(request.partition(b"\r\n\r\n")[2])))
    assert one.ask("POST", big).body == big


DISCARDED = {
    "a length": answer(b"x" * 300_000),
    "nothing": answer(b""),
    "one read": answer(b"body"),
    "chunks": CHUNKED + chunks(b"x" * 200_000, b"y" * 100_000),
    "gzip": encoded(gzip.compress(bytes(3_000_000)), "gzip"),
    "broken gzip": encoded(b"no gzip", "gzip"),
}
"""Answers, beyond `Limits(body_bytes=100_000)` among them, whose bodies nobody wants."""


@pytest.mark.parametrize("name", DISCARDED)
def test_a_body_is_counted_and_thrown_away(name: str, transport: str, serve: Any, client: Any) -> None:
    reply = DISCARDED[name]
    network = watched_network(http=Http(limits=Limits(body_bytes=100_000)))
    one = client(serve(serving(reply)), kind=channel_kind(transport), network=network)
    for reused in (False, True):
        got = one.ask(mode=DISCARD)
        assert (got.status, got.body, got.reused) == (200, b"", reused), got.message
        assert size_of(got.body) == (300_000 if name == "chunks" else len(reply.partition(b"\r\n\r\n")[2]))
    if name == "one read":
        assert one.ask().body == b"body"
        assert size_of(one.ask(mode=DISCARD).body) == 4
