"""Redirects, from a compiled flow to the bytes that servers read."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from support_net import Conn, answer, serving
from support_plan import call
from support_proxy import ESCAPED, LOGIN, Asked
from support_tls import server_context

from loadspec.load.per_vu_iterations import PerVuIterations
from loadspec.spec.model import Auth, Target, Timeouts
from loadspec.transports import TRANSPORTS
from loadspec.wire.settings import Http, Route, Settings, Tls

ONCE = PerVuIterations(1, 1)


def moved(to: str, status: int = 302, *headers: str) -> bytes:
    return answer(b"moved", f"{status} Moved", f"Location: {to}", *headers)


def routes(table: dict[bytes, bytes]) -> Callable[[Conn], None]:
    """Answers by the request's target."""
    return serving(lambda request: table.get(request.split(b" ")[1], answer(b'{"at": "end"}')))


def cookie(request: bytes) -> bytes:
    return request.partition(b"\r\nCookie: ")[2].partition(b"\r\n")[0]


def lines(server: Any) -> list[bytes]:
    return [request.partition(b"\r\n")[0] for request in server.requests]


@pytest.fixture
def go(bench: Any) -> Callable[..., Any]:
    """One user, one iteration, one step."""

    def run(server: Any, http: Http | None = None, load: Any = ONCE, base_url: str = "", **fields: Any) -> Any:
        step = call("a", **{"path": "/a", **fields})
        return bench(step, load=load, base_url=base_url or server.url, settings=Settings(http=http or Http())).load()

    return run


def test_each_hop_is_a_request_of_its_own(go: Any, serve: Any) -> None:
    server = serve(routes({b"/a": moved("/b", 301), b"/b": moved("c", 307)}))
    ran = go(server, captures={"at": "$.at"}, checks={"end": "status == 200 and at == 'end'"})
    assert lines(server) == [b"GET /a HTTP/1.1", b"GET /b HTTP/1.1", b"GET /c HTTP/1.1"]
    assert server.connections == 1
    store = ran.store
    assert store.total("http_reqs", endpoint="a") == 3
    assert [store.total("http_reqs", status=status) for status in ("301", "307", "200")] == [1, 1, 1]
    assert store.where("http_req_duration", endpoint="a", expected_response="true").count == 3
    assert store.select("http_req_failed").rate == 0
    assert store.select("checks").rate == 1
    assert store.total("data_sent") == sum(map(len, server.requests))
    assert ran.failures == []


def test_a_post_becomes_a_get(go: Any, serve: Any) -> None:
    server = serve(routes({b"/a": moved("/b", 303)}))
    go(server, method="POST", json={"n": 1})
    assert server.requests[1].startswith(b"GET /b ")
    assert b"Content-" not in server.requests[1]


def test_307_sends_the_body_again(go: Any, serve: Any) -> None:
    server = serve(routes({b"/a": moved("/b", 307)}))
    go(server, method="POST", json={"n": 1}, compression="gzip")
    first, second = server.requests
    assert second == first.replace(b"/a", b"/b", 1)
    assert b"\r\nContent-Encoding: gzip\r\n" in second


def test_ten_are_followed_and_then_the_redirect_is_the_answer(go: Any, serve: Any) -> None:
    server = serve(serving(moved("/a")))
    ran = go(server, load=PerVuIterations(2, 2), checks={"moved": "status == 302"})
    assert len(server.requests) == 4 * 11
    assert ran.store.select("checks").rate == 1
    assert ran.failures == []
    notes = [note for snapshot in ran.snapshots for note in snapshot["notes"]]
    assert notes == ["a is redirected more than 10 times (max_redirects): the 302 is taken for its answer"]


def test_the_redirect_that_is_the_answer_is_expected_or_not(go: Any, serve: Any) -> None:
    server = serve(serving(moved("/a")))
    ran = go(server, max_redirects=1, expected_statuses=frozenset({200}))
    assert len(server.requests) == 2
    assert ran.store.select("http_req_failed").rate == 0.5
    assert [failure["key"] for failure in ran.failures] == [["a", "status", "status", 302]]


@pytest.mark.parametrize("fields", [{"max_redirects": 0}, {"http": Http(max_redirects=0)}])
def test_none_is_followed_where_that_is_asked_for(go: Any, serve: Any, fields: Any) -> None:
    server = serve(serving(moved("/b")))
    ran = go(server, **fields, checks={"moved": "status == 302 and headers.location == '/b'"})
    assert len(server.requests) == 1
    assert ran.store.select("checks").rate == 1


@pytest.mark.parametrize(
    "reply", [answer(b"", "302 Found"), answer(b"", "302 Found", "Location: "), answer(b"", "300 Many", "Location: /b")]
)
def test_what_leads_nowhere_is_an_answer(go: Any, serve: Any, reply: bytes) -> None:
    server = serve(serving(reply))
    ran = go(server, checks={"3xx": "status >= 300"})
    assert len(server.requests) == 1
    assert ran.store.select("checks").rate == 1


@pytest.mark.parametrize("to", ["mailto:a@example.com", "http://a:123456/"])
def test_what_is_no_url_is_an_error(go: Any, serve: Any, to: str) -> None:
    server = serve(serving(moved(to)))
    ran = go(server)
    assert [failure["key"] for failure in ran.failures] == [["a", "redirect", "redirect", 0]]
    assert "cannot be followed" in ran.failures[0]["message"]
    assert ran.store.total("http_reqs") == 2
    assert ran.store.total("data_sent") == len(server.requests[0])


def test_a_hop_to_where_clouds_keep_credentials_sends_nothing(go: Any, serve: Any) -> None:
    server = serve(serving(moved("http://169.254.169.254/latest/meta-data/")))
    ran = go(server)
    assert [failure["key"] for failure in ran.failures] == [["a", "forbidden_target", "connect", 0]]
    assert ran.store.total("data_sent") == len(server.requests[0])


CREDENTIALS = [
    {"auth": Auth("basic", {"username": "u", "password": "secret", "encoded": False})},
    {"auth": Auth("bearer", {"token": "secret"})},
    {"auth": Auth("api_key", {"in": "header", "name": "X-Mine", "value": "secret"})},
    {"auth": Auth("api_key", {"in": "cookie", "name": "mine", "value": "secret"})},
    {"headers": {"Authorization": "secret"}},
    {"headers": {"Cookie": "a=secret"}},
    {"cookies": {"a": "secret"}},
    {"headers": {"X-Session-Token": "secret"}},
]


@pytest.mark.parametrize("fields", CREDENTIALS)
def test_credentials_go_to_no_other_origin_and_do_not_come_back(go: Any, serve: Any, fields: Any) -> None:
    other = serve()
    home = serve(routes({b"/a": moved("/b", 307), b"/b": moved(f"{other.url}/c", 307)}))
    other._scripts = (serving(moved(f"{home.url}/d", 307)),)
    go(home, **fields)
    shown = {
        request.split(b" ")[1]: request.count(b"secret") + request.count(b"dTpzZWNyZXQ=") for request in home.requests
    }
    assert shown == {b"/a": 1, b"/b": 1, b"/d": 0}
    assert [request.count(b"secret") for request in other.requests] == [0]


def test_cookies_are_matched_and_kept_hop_by_hop(go: Any, serve: Any) -> None:
    home = serve(
        routes(
            {
                b"/a": moved("/b/c", 302, "Set-Cookie: s=1; Path=/b"),
                b"/b/c": moved("/d", 302, "Set-Cookie: t=2; Path=/"),
            }
        )
    )
    go(home)
    cookies = list(map(cookie, home.requests))
    assert cookies == [b"", b"s=1", b"t=2"]


def test_the_total_holds_for_the_chain(go: Any, serve: Any) -> None:
    def slow(conn: Conn) -> None:
        while conn.request():
            time.sleep(0.15)
            conn.send(moved("/a"))

    server = serve(slow)
    ran = go(server, timeout=Timeouts(0.4))
    assert [failure["key"] for failure in ran.failures] == [["a", "timeout", "headers", 0]]
    assert len(server.requests) in (2, 3), "each hop by itself has more than enough time"


def test_a_challenge_at_a_hop_is_met_there(go: Any, serve: Any) -> None:
    """The first request is not sent again for it: it may have done something."""
    challenge = answer(b"", "401 Unauthorized", 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"')

    def reply(request: bytes) -> bytes:
        if request.startswith(b"POST /a"):
            return moved("/b", 303)
        return answer(b"{}") if b"\r\nAuthorization: Digest " in request else challenge

    server = serve(serving(reply))
    ran = go(server, method="POST", auth=Auth("digest", {"username": "u", "password": "secret"}))
    assert lines(server) == [b"POST /a HTTP/1.1", b"GET /b HTTP/1.1", b"GET /b HTTP/1.1"]
    assert b'uri="/b"' in server.requests[2]
    assert ran.store.select("http_req_failed").rate == 0
    assert ran.failures == []


def test_a_redirect_after_a_challenge_is_signed_anew(go: Any, serve: Any) -> None:
    challenge = answer(b"", "401 Unauthorized", 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"')

    def reply(request: bytes) -> bytes:
        if b"\r\nAuthorization: Digest " not in request:
            return challenge
        return moved("/b", 307) if request.startswith(b"GET /a") else answer(b"{}")

    server = serve(serving(reply))
    ran = go(server, auth=Auth("digest", {"username": "u", "password": "secret"}))
    assert lines(server) == [b"GET /a HTTP/1.1", b"GET /a HTTP/1.1", b"GET /b HTTP/1.1"]
    assert b'uri="/b"' in server.requests[2]
    assert b"nc=00000002" in server.requests[2]
    assert server.requests[2].count(b"\r\nAuthorization:") == 1
    assert ran.failures == []


def test_users_who_follow_at_the_same_time_do_not_mix(go: Any, serve: Any) -> None:
    def reply(request: bytes) -> bytes:
        path = request.split(b" ")[1].decode()
        number, _, hops = path[1:].partition("-")
        left = int(hops)
        return moved(f"/{number}-{left - 1}", 307) if left else answer(f'{{"you": {number}}}'.encode())

    server = serve(serving(reply))
    ran = go(server, load=PerVuIterations(20, 5), path="/{{ vu }}-4", checks={"mine": "json.you == vu"})
    assert ran.store.select("checks").rate == 1
    assert len(server.requests) == 20 * 5 * 5


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_transport_is_led_on_alike(transport: str, go: Any, serve: Any) -> None:
    other = serve(serving(answer(b'{"at": "end"}')))
    server = serve(routes({b"/a": moved("/b", 302, "Set-Cookie: s=1"), b"/b": moved(f"{other.url}/c", 308)}))
    ran = go(server, method="POST", json={"n": 1}, transport=transport, captures={"at": "$.at"})
    assert [line.split(b" ")[0] for line in lines(server)] == [b"POST", b"GET"]
    assert b"\r\nCookie: s=1\r\n" in server.requests[1]
    assert [line.split(b" ")[:2] for line in lines(other)] == [[b"GET", b"/c"]]
    assert ran.store.total("http_reqs", expected_response="true") == 3
    assert ran.failures == []


OAUTH2 = {
    "client_id": "me",
    "client_secret": "secret",
    "scope": "",
    "audience": "",
    "credentials": "header",
    "share": "user",
    "name": "token",
}


def test_a_token_is_asked_for_through_redirects_and_goes_to_its_own_origin_only(go: Any, serve: Any) -> None:
    other = serve(serving(answer()))
    token = answer(b'{"access_token": "t0k3n"}')
    table = {b"/token": moved("/there", 307), b"/there": token, b"/a": moved("/b"), b"/b": moved(f"{other.url}/c")}
    server = serve(routes(table))
    auth = Auth("oauth2", {**OAUTH2, "token_url": f"{server.url}/token"})
    ran = go(server, auth=auth, http=Http(user_agent="acme/1"))
    assert [line.split(b" ")[1] for line in lines(server)] == [b"/token", b"/there", b"/a", b"/b"]
    assert all(b"\r\nUser-Agent: acme/1\r\n" in request for request in server.requests)
    assert [request.count(b"Bearer t0k3n") for request in server.requests] == [0, 0, 1, 1]
    assert b"grant_type=client_credentials" in server.requests[1]
    assert [request.count(b"t0k3n") for request in other.requests] == [0]
    assert ran.failures == []


def test_a_signature_is_made_anew_for_each_hop(go: Any, serve: Any) -> None:
    server = serve(routes({b"/a": moved("/b", 307)}))
    settings = {
        "algorithm": "sha256",
        "key": "secret",
        "key_encoding": "text",
        "encoding": "hex",
        "timestamp": "unix",
        "string_to_sign": "{{ request.method }} {{ request.path }}",
        "header": "X-Signature",
        "value": "{{ request.signature }}",
        "headers": {},
    }
    go(server, method="POST", json={}, auth=Auth("hmac", settings))
    signed = [hmac.digest(b"secret", b"POST " + path, "sha256").hex().encode() for path in (b"/a", b"/b")]
    assert [
        request.count(b"X-Signature: " + one + b"\r\n") for request, one in zip(server.requests, signed, strict=True)
    ] == [1, 1]
    assert server.requests[1].count(b"X-Signature") == 1


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_digest_and_redirects_through_a_proxy(scheme: str, go: Any, serve: Any) -> None:
    challenge = answer(b"", "401 Unauthorized", 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"')

    def reply(request: bytes) -> bytes:
        if b"\r\nAuthorization: Digest " not in request:
            return challenge
        return moved("/b") if b"/a HTTP" in request.partition(b"\r\n")[0] else answer(b"{}")

    server = serve(serving(reply))
    asked = Asked({"api.test": server.port}, LOGIN)
    proxy = serve(serving(reply) if scheme == "http" else asked.socks)
    http = Http(proxy=f"{scheme}://{ESCAPED}@127.0.0.1:{proxy.port}")
    auth = Auth("digest", {"username": "u", "password": "secret"})
    ran = go(server, http=http, auth=auth, base_url="http://api.test")
    seen = proxy if scheme == "http" else server
    whole = b"http://api.test" if scheme == "http" else b""
    assert [line.split(b" ")[1] for line in lines(seen)] == [whole + b"/a", whole + b"/a", whole + b"/b"]
    assert b'uri="/b"' in seen.requests[2]
    assert seen.connections == proxy.connections == 1
    assert ran.failures == []


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_another_host_is_asked_for_by_its_own_name(transport: str, bench: Any, serve: Any, tmp_path: Path) -> None:
    """`tls.server_name` is the target's."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    other = serve(serving(answer()), tls=server_context(ca, "other.test"))
    away = moved(f"https://other.test:{other.port}/")
    server = serve(serving(away), tls=server_context(ca, "api.test"))
    settings = Settings(
        tls=Tls(str(tmp_path / "ca.pem"), server_name="api.test"),
        route=Route(hosts={"other.test": "127.0.0.1"}),
    )
    target = Target(base_url=server.url, transport=transport)
    ran = bench(call("a"), load=ONCE, target=target, settings=settings).load()
    assert ran.failures == []
    assert len(server.requests) == len(other.requests) == 1


def test_a_cookie_header_of_ones_own_that_a_redirect_dropped_keeps_no_cookies_away(go: Any, serve: Any) -> None:
    other = serve(routes({b"/in": moved("/home", 302, "Set-Cookie: sid=1")}))
    away = other.url.replace("127.0.0.1", "localhost")
    server = serve(routes({b"/a": moved("/b", 302, "Set-Cookie: here=1"), b"/b": moved(f"{away}/in")}))
    go(server, headers={"Cookie": "mine=1"})
    assert [cookie(request) for request in server.requests] == [b"mine=1", b"mine=1"]
    assert [cookie(request) for request in other.requests] == [b"", b"sid=1"]
