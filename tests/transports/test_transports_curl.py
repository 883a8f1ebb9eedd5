"""What a spec's settings of TLS and proxies become in libcurl."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import gevent
import pytest
import trustme
from support_dns import network_with
from support_net import Conn, WatchedLoop, answer, open_files, serving, start, until, watched_network
from support_proxy import Asked, url
from support_servers import folder_with
from support_tls import server_context

from loadspec.transports import channel_kind
from loadspec.transports.curl.channel import CurlChannel
from loadspec.transports.network import Network
from loadspec.transports.requests_ import RequestsChannel
from loadspec.wire.hosts import HostLimit
from loadspec.wire.settings import ClientCertificate, Dns, Http, Route, Settings, Tls
from loadspec.wire.url import Origin


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def folder(authority: trustme.CA) -> Iterator[Path]:
    with folder_with(authority) as path:
        yield path


@pytest.fixture
def ask(serve: Any, client: Any, folder: Path) -> Any:
    """(user, server): a server whose context is adjusted, and a user with settings."""

    def build(adjust: Any = bool, **settings: Any) -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        adjust(context)
        server = serve(serving(answer()), tls=context)
        network = watched_network(tls=Tls(str(folder / "ca.pem"), **settings))
        return client(server, kind=CurlChannel, network=network), server

    return build


def wants_certificates(authority: trustme.CA) -> Any:
    def adjust(context: ssl.SSLContext) -> None:
        context.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(context)

    return adjust


@pytest.mark.parametrize(
    ("hosts", "shown"), [((), True), (("127.0.0.1",), True), (("*.example.com", "127.0.0.1:1"), False)]
)
def test_client_certificates(hosts: tuple[str, ...], shown: bool, ask: Any, authority: Any, folder: Path) -> None:
    certificate = ClientCertificate(str(folder / "cert.pem"), str(folder / "key.pem"), None, hosts)
    user, _ = ask(wants_certificates(authority), certificates=(certificate,))
    if shown:
        assert user.ask().status == 200
    else:
        assert user.ask().status == 0


def old(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2


def test_versions_and_ciphers(ask: Any) -> None:
    assert ask(old, max_version="1.2", ciphers="ECDHE+AESGCM")[0].ask().status == 200
    kind, phase = ask(old, min_version="1.3")[0].failure()
    assert (kind[:3], phase) == ("tls", "tls")


@pytest.mark.parametrize("resumes", [True, False])
def test_sessions(resumes: bool, ask: Any) -> None:
    user, server = ask(session_resumption=resumes)
    for _ in range(4):
        assert user.ask().status == 200
        user.channel.disconnect()
    assert server.connections == 4
    assert bool(server.resumed) is resumes


# Proxies


def forwards(conn: Conn) -> None:
    """A proxy that answers http itself, and tunnels."""
    while request := conn.request():
        if not request.startswith(b"CONNECT "):
            conn.send(answer(request.split(b" ")[1]))
            continue
        host, _, port = request.split(b" ")[1].decode().partition(":")
        if host != "127.0.0.1":
            return conn.send(answer(b"no", "403 Forbidden"))
        with socket.create_connection((host, int(port))) as there:
            conn.send(b"HTTP/1.1 200 Fine\r\n\r\n")
            back = threading.Thread(target=copy, args=(there, conn.sock), daemon=True)
            back.start()
            copy(conn.sock, there)
            return back.join(5)
    return None


def copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def test_an_http_proxy_is_asked_for_whole_urls(serve: Any, client: Any) -> None:
    proxy = serve(forwards)
    network = watched_network(http=Http(proxy=f"http://me:secret@127.0.0.1:{proxy.port}", no_proxy=(".near.test",)))
    users = [client(Origin("http", "api.test", 80), kind=CurlChannel, network=network, seat=seat) for seat in range(2)]
    for user in users * 2:
        assert user.ask(path="/a?b=1").body == b"http://api.test/a?b=1"
    assert proxy.connections == 2, "each user has its own"
    assert b"Proxy-Authorization: Basic bWU6c2VjcmV0\r\n" in proxy.requests[0]
    near = client(Origin("http", "x.near.test", 80), kind=CurlChannel, network=network)
    assert near.failure()[0] == "dns"
    assert len(proxy.requests) == 4


def test_a_tunnel_and_one_that_is_refused(ask: Any, serve: Any, client: Any, folder: Path) -> None:
    proxy = serve(forwards)
    _, server = ask()
    settings: Any = {"tls": Tls(str(folder / "ca.pem")), "http": Http(proxy=f"http://127.0.0.1:{proxy.port}")}
    user = client(server, kind=CurlChannel, network=watched_network(**settings))
    for round_ in range(2):
        assert user.ask().reused is (round_ > 0)
    assert user.channel.status == 200
    far = client(Origin("https", "far.test", 443), kind=CurlChannel, network=watched_network(**settings))
    assert far.failure() == ("proxy", "connect")
    assert "403" in far.channel.message


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize(
    ("named", "trusted", "settings", "error"),
    [
        ("127.0.0.1", True, {}, ""),
        ("127.0.0.1", False, {}, "tls_untrusted"),
        ("127.0.0.1", False, {"insecure_skip_verify": True}, ""),
        ("other.test", True, {}, "tls_name"),
        ("127.0.0.1", True, {"min_version": "1.3", "max_version": "1.3"}, ""),
    ],
)
def test_tls_of_a_proxy_goes_by_the_settings(
    named: str,
    trusted: bool,
    settings: Any,
    error: str,
    secure: bool,
    serve: Any,
    client: Any,
    folder: Path,
    authority: trustme.CA,
) -> None:
    server = serve(serving(answer()), tls=server_context(authority, "127.0.0.1") if secure else None)
    proxy = serve(Asked().http, tls=server_context(authority if trusted else trustme.CA(), named))
    network = watched_network(http=Http(proxy=url("https", proxy)), tls=Tls(str(folder / "ca.pem"), **settings))
    user = client(server, kind=CurlChannel, network=network)
    for round_ in range(2):
        got = user.ask()
        assert (got.error, got.status) == (error, 0 if error else 200), got.message
        assert got.reused is (round_ > 0 and not error and secure)  # libcurl keeps none for http by an https proxy


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
def test_a_server_with_an_ipv6_address_behind_a_proxy(
    scheme: str, secure: bool, serve: Any, client: Any, folder: Path, authority: trustme.CA
) -> None:
    server = serve(serving(answer(b"no", "404 Not Found")), tls=server_context(authority, "::1") if secure else None)
    asked = Asked({"::1": server.port})
    tls = server_context(authority, "127.0.0.1") if scheme == "https" else None
    proxy = serve(asked.socks if "socks" in scheme else asked.http, tls=tls)
    network = watched_network(http=Http(proxy=url(scheme, proxy)), tls=Tls(str(folder / "ca.pem")))
    user = client(Origin("https" if secure else "http", "::1", server.port), kind=CurlChannel, network=network)
    got = user.ask()
    assert got.status, got.message
    if secure or "socks" in scheme:
        assert (got.status, got.body) == (404, b"no"), "the server's answer, and not the proxy's"
        assert asked.tunnels == [("::1", server.port)]


def test_a_connection_for_each_request_leaves_no_file_open(serve: Any, client: Any) -> None:
    server = serve(serving(answer()))
    network = watched_network(http=Http(no_connection_reuse=True))
    user = client(server, kind=channel_kind("curl", reuse=False), network=network)
    user.ask()
    before = open_files()
    for _ in range(50):
        assert user.ask().status == 200
    assert server.connections == 51
    until(lambda: open_files() < before + 5)  # the server's threads take a moment


@pytest.mark.parametrize("kind", [CurlChannel, RequestsChannel])
def test_a_proxy_leads_to_no_forbidden_address_and_lies_at_none(kind: Any, serve: Any, client: Any) -> None:
    proxy = serve(forwards)
    through = watched_network(http=Http(proxy=f"http://127.0.0.1:{proxy.port}"))
    assert client(Origin("http", "api.test", 80), kind=kind, network=through).ask().body == b"http://api.test/"
    assert client(Origin("http", "169.254.169.254", 80), kind=kind, network=through).failure()[0] == "forbidden_target"
    network = Network(Settings(http=Http(proxy=f"http://127.0.0.1:{proxy.port}")), HostLimit.parse([["127.0.0.1"]]))
    limited = client(Origin("http", "api.test", 80), kind=kind, network=(network, WatchedLoop(network.loop)))
    assert limited.failure() == ("host_not_allowed", "connect")
    away = watched_network(http=Http(proxy="http://169.254.169.254:3128"))
    assert client(Origin("http", "api.test", 80), kind=kind, network=away).failure()[0] == "forbidden_target"
    assert len(proxy.requests) == 1


def test_what_the_server_closed_is_not_taken_while_others_share_the_line(serve: Any, client: Any) -> None:
    def answers_once(conn: Conn) -> None:
        if b"/slow" in conn.request():
            asked.append(conn)
            return conn.wait_for_close()
        return conn.send(answer())

    asked: list[Conn] = []
    server = serve(answers_once)
    network = watched_network(http=Http(share_connections=True))
    errors: list[str] = []

    def wait() -> None:
        busy = client(server, kind=CurlChannel, network=network, seat=1)
        errors.append(busy.ask("POST", b"x", path="/slow").error)

    start(wait)
    other = client(server, kind=CurlChannel, network=network)
    until(lambda: asked)
    for _ in range(3):
        channel = other.ask("POST", b"x")
        assert (channel.status, channel.error, channel.retries) == (200, "", 0)
        gevent.sleep(0.05)
    assert not errors, "what is under way goes on"
    asked[0].send(answer())
    until(lambda: errors)
    assert errors == [""]


def test_a_shared_line_is_looked_up_again_after_a_failure(serve: Any, client: Any) -> None:
    def script(conn: Conn) -> None:
        if b"/slow" in conn.request():
            asked.append(conn)
            conn.wait_for_close()

    asked: list[Conn] = []
    server = serve(script)
    network, resolver = network_with(
        {"http": Http(share_connections=True), "route": Route(dns=Dns(0.0))}, a_b=["127.0.0.1"]
    )
    origin = Origin("http", "a.b", server.port)
    start(lambda: client(origin, kind=CurlChannel, network=network, seat=1).ask(path="/slow"))
    until(lambda: asked)
    other = client(origin, kind=CurlChannel, network=network)
    for count in (2, 3, 4):
        assert other.failure()[0] == "closed"
        assert len(resolver.asked) == count
    asked[0].send(answer())


def test_the_failure_of_one_user_leaves_shared_connections_open(serve: Any, client: Any) -> None:
    server = serve(
        serving(lambda request: answer(b"x", "200 OK", "Content-Encoding: gzip") if b"/odd" in request else answer())
    )
    network = watched_network(http=Http(share_connections=True))
    one, other = (client(server, kind=CurlChannel, network=network, seat=seat) for seat in (0, 1))
    assert one.ask().status == 200
    assert other.failure(path="/odd")[0] == "decode"
    assert one.ask().reused is True
    assert server.connections == 1
