"""The fast transport through proxies: real sockets, scripted proxies."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import gevent
import pytest
import trustme
from support_net import Conn, WatchedLoop, answer, open_files, serving, watched_network
from support_proxy import ESCAPED, LOGIN, Asked, url
from support_tls import server_context

from loadspec.transports import channel_kind
from loadspec.transports.network import Network
from loadspec.wire.hosts import HostLimit
from loadspec.wire.settings import Http, Route, Settings, Tls
from loadspec.wire.url import Origin

BIG = 300_000
"""Bytes that do not fit into one send, one receive, or one record of TLS."""


class Rig:
    """A proxy, a server behind it, and users."""

    def __init__(self, serve: Any, client: Any, folder: Path) -> None:
        self.serve, self.client = serve, client
        self.ca = trustme.CA()
        self.ca.cert_pem.write_to_path(folder / "ca.pem")
        self.tls = Tls(str(folder / "ca.pem"))

    def server(self, script: Any, tls: bool = False, name: str = "api.test") -> Any:
        return self.serve(script, tls=server_context(self.ca, name, "127.0.0.1") if tls else None)

    def user(self, proxy: str, origin: Origin, seat: int = 0, **settings: Any) -> Any:
        http = Http(**{"proxy": proxy, **settings.pop("http", {})})
        network = watched_network(http=http, tls=self.tls, **settings)
        way = network[0].proxy(origin)
        forward = way is not None and way.is_http and not origin.tls
        return self.client(origin, kind=channel_kind("fast", forward=forward), network=network, seat=seat)


@pytest.fixture
def rig(serve: Any, client: Any, tmp_path: Path) -> Rig:
    return Rig(serve, client, tmp_path)


SCHEMES = ["http", "https", "socks5", "socks5h"]


def proxy_of(rig: Rig, scheme: str, asked: Asked) -> Any:
    return rig.server(asked.socks if "socks" in scheme else asked.http, tls=scheme == "https")


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_kind_of_proxy_to_every_kind_of_server(rig: Rig, scheme: str, secure: bool) -> None:
    """Kept alive, with a login, and with bodies of many pieces both ways; TLS inside TLS among them."""
    server = rig.server(serving(lambda request: answer(request.partition(b"\r\n\r\n")[2])), tls=secure)
    asked = Asked({"api.test": server.port}, LOGIN)
    proxy = proxy_of(rig, scheme, asked)
    origin = Origin("https" if secure else "http", "api.test" if scheme != "socks5" else "127.0.0.1", server.port)
    user = rig.user(url(scheme, proxy, ESCAPED), origin)
    body = bytes(range(256)) * (BIG // 256)
    tunnels = secure or "socks" in scheme
    for round_ in range(3):
        got = user.ask("POST", body)
        assert got.status == 200, got.message
        assert got.reused is (round_ > 0)
        if tunnels:
            assert got.body == body
    assert proxy.connections == 1
    if tunnels:
        assert asked.tunnels == [(origin.host, server.port)]
        assert server.requests[0].startswith(b"POST / HTTP/1.1\r\nHost: x\r\n")
        assert not any(b"Proxy-Authorization" in request for request in server.requests)
    else:
        assert proxy.requests[0].startswith(f"POST {origin}/ HTTP/1.1\r\n".encode())
        assert server.connections == 0
    channel = user.channel
    assert channel.ready <= channel.sent <= channel.first <= channel.ended


def test_the_phases_of_a_way_through_a_proxy(rig: Rig) -> None:
    server = rig.server(serving(answer()), tls=True)
    asked = Asked({"api.test": server.port})
    user = rig.user(url("http", proxy_of(rig, "http", asked)), Origin("https", "api.test", 443))
    got = user.ask()
    assert got.status == 200, got.message
    assert asked.tunnels == [("api.test", 443)]
    assert got.connecting > 0
    assert got.tls > 0
    assert got.blocked >= got.connecting + got.tls


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_proxy_that_does_not_know_the_password(rig: Rig, scheme: str, secure: bool) -> None:
    proxy = proxy_of(rig, scheme, Asked(login=LOGIN))
    origin = Origin("https" if secure else "http", "127.0.0.1", 9)
    user = rig.user(url(scheme, proxy, "us%20er:wrong"), origin)
    if scheme in ("http", "https") and not secure:
        assert user.ask().status == 407
        return
    assert user.failure() == ("proxy", "connect")
    assert "wrong" not in user.channel.message
    assert ("407 Proxy Authentication Required" in user.channel.message) is ("http" in scheme)


REFUSALS = [
    ("http", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", "403 Forbidden"),
    ("http", b"HTTP/1.0 502 Bad Gateway\r\n\r\n", "502 Bad Gateway"),
    ("http", b"HTTP/1.1 200 Fine\r\n\r\nsurplus", "nobody asked for"),
    ("http", b"SSH-2.0-OpenSSH\r\n", "no HTTP"),
    ("http", b"HTTP/1.1 101 Switching\r\n\r\n", "101"),
    ("http", b"", "closed the connection"),
    ("http", b"HTTP/1.1 200", "closed the connection"),
    ("socks5h", b"", "closed the connection"),
    ("socks5h", b"\x04\x00", "no SOCKS5"),
    ("socks5h", b"HTTP/1.1 400 Bad Request\r\n\r\n", "no SOCKS5"),
    ("socks5h", b"\x05\xff", "wants to know who we are"),
    ("socks5h", b"\x05\x02", "wants to know who we are"),
    ("socks5h", b"\x05\x00\x05\x02\x00\x01" + bytes(6), "rules do not allow"),
    ("socks5h", b"\x05\x00\x05\x05\x00\x01" + bytes(6), "refused its connection"),
    ("socks5h", b"\x05\x00\x05\x63\x00\x01" + bytes(6), "code 99"),
    ("socks5h", b"\x05\x00\x05\x00\x00\x07" + bytes(6), "unknown kind 7"),
    ("socks5h", b"\x05\x00\x05\x00\x00\x01\x00", "closed the connection"),
]


@pytest.mark.parametrize(("scheme", "reply", "told"), REFUSALS)
def test_what_a_proxy_may_say_instead(rig: Rig, scheme: str, reply: bytes, told: str) -> None:
    def script(conn: Conn) -> None:
        conn.sock.recv(4096)
        conn.send(reply)
        conn.sock.shutdown(socket.SHUT_WR)  # not closed: what the client still says would make that a reset
        conn.wait_for_close()

    user = rig.user(url(scheme, rig.serve(script)), Origin("https", "api.test", 443))
    assert user.failure() == ("proxy", "connect")
    assert told in user.channel.message
    assert "api.test" in user.channel.message


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_proxy_where_nobody_listens(rig: Rig, scheme: str) -> None:
    user = rig.user(f"{scheme}://u:secret@127.0.0.1:9", Origin("https", "127.0.0.1", 443))
    assert user.failure() == ("refused", "connect")
    assert user.channel.message.startswith(f"{scheme}://127.0.0.1:9: ")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_proxy_that_says_nothing(rig: Rig, scheme: str) -> None:
    proxy = rig.server(lambda conn: conn.wait_for_close(), tls=scheme == "https")
    user = rig.user(url(scheme, proxy), Origin("https", "127.0.0.1", 443))
    assert user.failure(connect=0.15) == ("timeout", "connect")


def test_a_proxy_whose_certificate_is_unknown(rig: Rig) -> None:
    stranger = trustme.CA()
    proxy = rig.serve(Asked().http, tls=server_context(stranger))
    for scheme in ("http", "https"):
        user = rig.user(url("https", proxy), Origin(scheme, "127.0.0.1", 443))
        assert user.failure() == ("tls_untrusted", "tls")


def test_a_server_behind_a_proxy_whose_certificate_is_of_another_name(rig: Rig) -> None:
    server = rig.server(serving(answer()), tls=True)
    for scheme in ("http", "https"):
        asked = Asked({"other.test": server.port})
        user = rig.user(url(scheme, proxy_of(rig, scheme, asked)), Origin("https", "other.test", 443))
        assert user.failure() == ("tls_name", "tls")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_tunnel_that_closes_while_idle_is_replaced(rig: Rig, scheme: str) -> None:
    def script(conn: Conn) -> None:
        conn.request()
        conn.send(answer())

    server = rig.server(script, tls=True)
    proxy = proxy_of(rig, scheme, Asked())
    user = rig.user(url(scheme, proxy), Origin("https", "127.0.0.1", server.port))
    for _ in range(3):
        got = user.ask("POST")
        assert (got.status, got.reused, got.retries) == (200, False, 0)
        gevent.sleep(0.1)
    assert server.connections == 3


# What may be reached


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_forbidden_target_and_no_forbidden_proxy(rig: Rig, scheme: str) -> None:
    proxy = proxy_of(rig, scheme, Asked())
    targets = [Origin("http", "169.254.169.254", 80), Origin("https", "::ffff:169.254.169.254", 443)]
    targets += [Origin("http", host, 80) for host in ("0xa9fea9fe", "2852039166", "169.254.43518", "0251.0376.43518")]
    for target in targets:
        assert rig.user(url(scheme, proxy), target).failure() == ("forbidden_target", "connect")
    away = rig.user(f"{scheme}://169.254.169.254:3128", Origin("http", "127.0.0.1", 80))
    assert away.failure() == ("forbidden_target", "connect")
    assert proxy.connections == 0


@pytest.mark.parametrize(
    ("allowed", "kind"),
    [(["127.0.0.1"], "host_not_allowed"), (["api.test"], "host_not_allowed"), (["127.0.0.1", "127.0.0.2"], "")],
)
def test_proxy_and_target_must_both_be_allowed(rig: Rig, client: Any, allowed: list[str], kind: str) -> None:
    proxy = proxy_of(rig, "http", Asked())
    network = Network(Settings(http=Http(proxy=url("http", proxy))), HostLimit.parse([allowed]))
    origin = Origin("http", "127.0.0.2", 80)
    user = client(origin, kind=channel_kind("fast", forward=True), network=(network, WatchedLoop(network.loop)))
    got = user.ask()
    assert got.error == kind
    assert len(proxy.requests) == (0 if kind else 1)


def test_a_blocked_host_is_blocked_behind_a_proxy_too(rig: Rig) -> None:
    proxy = proxy_of(rig, "http", Asked())
    user = rig.user(url("http", proxy), Origin("http", "ads.test", 80), route=Route(block_hosts=("*.test",)))
    assert user.failure() == ("blocked_host", "connect")
    assert proxy.connections == 0


def test_hosts_that_need_no_proxy(rig: Rig) -> None:
    server = rig.server(serving(answer(b"direct")))
    proxy = proxy_of(rig, "http", Asked())
    user = rig.user(url("http", proxy), server.origin(), http={"no_proxy": ("127.0.0.0/8",)})
    assert user.ask().body == b"direct"
    assert proxy.connections == 0


def test_a_unix_socket_is_reached_directly(rig: Rig, tmp_path: Path) -> None:
    server = rig.server(serving(answer(b"direct")))
    server.also_at(tmp_path / "api.sock")
    route = Route(hosts={"api.test": "unix:api.sock"}, folder=str(tmp_path))
    user = rig.user("http://127.0.0.1:9", Origin("http", "api.test", 80), route=route)
    assert user.ask().body == b"direct"


def test_socks5_looks_names_up_here(rig: Rig) -> None:
    """By `network.hosts` among others; socks5h leaves the name to the proxy."""
    server = rig.server(serving(answer()))
    for scheme, host in (("socks5", "127.0.0.1"), ("socks5h", "api.test")):
        asked = Asked({"api.test": server.port})
        proxy = proxy_of(rig, scheme, asked)
        route = Route(hosts={"api.test": "127.0.0.1"})
        assert rig.user(url(scheme, proxy), Origin("http", "api.test", server.port), route=route).ask().status == 200
        assert asked.tunnels == [(host, server.port)]


def test_nothing_stays_open(rig: Rig, client: Any) -> None:
    server = rig.server(serving(answer()), tls=True)
    before = open_files()
    for scheme in SCHEMES:
        proxy = proxy_of(rig, scheme, Asked())
        user = rig.user(url(scheme, proxy), Origin("https", "127.0.0.1", server.port))
        assert user.ask().status == 200
        user.channel.close()
        proxy.close()
    server.close()
    for _ in range(100):
        if open_files() <= before:
            break
        gevent.sleep(0.02)
    assert open_files() <= before


def test_sessions_of_tls_are_resumed_through_tunnels(rig: Rig) -> None:
    server = rig.server(serving(answer()), tls=True)
    for scheme in ("http", "https"):
        proxy = proxy_of(rig, scheme, Asked())
        rig.tls = Tls(rig.tls.ca_file, session_resumption=True)
        user = rig.user(url(scheme, proxy), Origin("https", "127.0.0.1", server.port))
        before = server.resumed
        for _ in range(3):
            assert user.ask().status == 200, user.channel.message
            user.channel.disconnect()
        assert server.resumed == before + 2
