"""Every transport through every kind of proxy: with a login, to servers with and without TLS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trustme
from support_net import Conn, answer, serving, watched_network
from support_proxy import ESCAPED, LOGIN, Asked, url
from support_tls import server_context

from loadspec.transports import TRANSPORTS, channel_kind
from loadspec.wire.settings import Http, Route, Tls
from loadspec.wire.url import Origin

SCHEMES = ("http", "https", "socks5", "socks5h")
BODY = bytes(range(256)) * 1200
"""More than one send takes."""
NONE = ("requests", "https")
"""A transport and a proxy that it does not speak to."""
AFRESH = ("curl", "https", False)
"""libcurl opens a connection for each request that it hands to a proxy over TLS."""


@pytest.mark.parametrize("login", [False, True])
@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize(("transport", "scheme"), [(t, s) for t in TRANSPORTS for s in SCHEMES if (t, s) != NONE])
def test_a_way_that_is_kept_and_a_login_that_no_server_hears_of(
    transport: str, scheme: str, secure: bool, login: bool, serve: Any, client: Any, tmp_path: Path
) -> None:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    echo = serving(lambda request: answer(request.partition(b"\r\n\r\n")[2]))
    server = serve(echo, tls=server_context(ca, "api.test", "127.0.0.1") if secure else None)
    asked = Asked({"api.test": server.port}, LOGIN if login else None)
    script = asked.socks if "socks" in scheme else asked.http
    proxy = serve(*[script] * 3, tls=server_context(ca) if scheme == "https" else None)
    origin = Origin("https" if secure else "http", "127.0.0.1" if scheme == "socks5" else "api.test", server.port)
    network = watched_network(
        tls=Tls(str(tmp_path / "ca.pem")), http=Http(proxy=url(scheme, proxy, ESCAPED if login else ""))
    )
    forwards = "socks" not in scheme and not secure
    one = client(origin, kind=channel_kind(transport, forward=forwards), network=network)
    afresh = (transport, scheme, secure) == AFRESH
    for round_ in range(3):
        got = one.ask("POST", BODY)
        assert got.status == 200, got.message
        assert got.body == BODY or forwards
        assert got.reused is (round_ > 0 and not afresh)
    assert proxy.connections == (3 if afresh else 1)
    assert not any(b"Proxy-Authorization" in request for request in server.requests)


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_where_users_connect_from_to_a_proxy(
    scheme: str, secure: bool, transport: str, serve: Any, client: Any, tmp_path: Path
) -> None:
    seen: list[str] = []
    asked = Asked()

    def script(conn: Conn) -> None:
        seen.append(conn.sock.getpeername()[0])
        (asked.http if scheme == "http" else asked.socks)(conn)

    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    proxy = serve(script)
    server = serve(serving(answer()), tls=server_context(ca, "127.0.0.1") if secure else None)
    network = watched_network(
        http=Http(proxy=url(scheme, proxy)), route=Route(local_ips=("127.0.0.5",)), tls=Tls(str(tmp_path / "ca.pem"))
    )
    origin = Origin("https" if secure else "http", "127.0.0.1", server.port)
    kind = channel_kind(transport, forward=scheme == "http" and not secure)
    assert client(origin, kind=kind, network=network).ask().status == 200
    assert seen == ["127.0.0.5"]
