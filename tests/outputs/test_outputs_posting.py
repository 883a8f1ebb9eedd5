"""HTTP of outputs that send: kept connections, errors in words, TLS, proxies, and hosts that are refused."""

from __future__ import annotations

import socket
from base64 import b64encode

import pytest
import trustme
from support_net import ScriptedServer, answer, once, serving, silent
from support_proxy import ESCAPED, LOGIN, Asked, url
from support_tls import server_context

from loadspec.outputs.posting import Poster
from loadspec.outputs.pump import Refused
from loadspec.outputs.reach import Reach
from loadspec.outputs.target import Target
from loadspec.wire.hosts import HostLimit

DROPPED = answer(b"", "204 No Content")


def poster(text: str, timeout: float = 5.0, reach: Reach | None = None, **options: object) -> Poster:
    return Poster(Target("x", text, options, reach or Reach()), timeout, content_type="text/plain")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_a_body_is_posted_with_its_headers_on_one_connection():
    with ScriptedServer(serving(DROPPED)) as server:
        sender = poster(f"{server.url}/write?db=x", token="t0", headers={"X-Scope-OrgID": "a"})
        sender.post(b"one")
        sender.post(b"two")
        sender.close()
        assert server.connections == 1
        first, second = server.requests
    assert first.startswith(b"POST /write?db=x HTTP/1.1\r\n")
    for header in (
        b"Authorization: Bearer t0",
        b"X-Scope-OrgID: a",
        b"Content-Type: text/plain",
        b"User-Agent: loadspec",
    ):
        assert header in first
    assert second.endswith(b"\r\n\r\ntwo")


def test_a_user_in_the_url_is_basic_authorization_and_not_sent_as_host():
    with ScriptedServer(serving(DROPPED)) as server:
        poster(server.url.replace("//", f"//{ESCAPED}@")).post(b"")
    assert b"Authorization: Basic " + b64encode(":".join(LOGIN).encode()) in server.requests[0]
    assert b"@" not in server.requests[0]


def test_a_connection_that_was_closed_meanwhile_is_made_again():
    with ScriptedServer(once(DROPPED), serving(DROPPED)) as server:
        sender = poster(server.url)
        sender.post(b"one")
        sender.post(b"two")
        assert server.connections == 2


@pytest.mark.parametrize("status", ["500 Oh No", "503 Busy", "429 Slow Down", "408 Timeout"])
def test_what_may_pass_is_worth_another_try(status):
    with (
        ScriptedServer(serving(answer(b"  so\n sorry ", status))) as server,
        pytest.raises(OSError, match="answered") as caught,
    ):
        poster(server.url).post(b"")
    assert str(caught.value) == f"127.0.0.1:{server.port} answered {status[:3]}: so sorry"


@pytest.mark.parametrize(
    ("status", "said"),
    [("400 Bad", "answered 400: no"), ("401 Who", "answered 401"), ("307 There", "a redirect, which is not followed")],
)
def test_what_will_never_pass_is_refused(status, said):
    reply = answer(b"no", status, "Location: http://127.0.0.1:1/")
    with ScriptedServer(serving(reply)) as server, pytest.raises(Refused, match=said):
        poster(server.url).post(b"")


def test_a_long_answer_is_cut():
    with (
        ScriptedServer(serving(answer(b"x" * 100_000, "500 No"))) as server,
        pytest.raises(OSError, match="answered") as caught,
    ):
        poster(server.url).post(b"")
    assert len(str(caught.value)) < 250


def test_a_server_that_does_not_answer_is_given_up():
    with ScriptedServer(silent) as server, pytest.raises(OSError, match="no answer in time"):
        poster(server.url, timeout=0.05).post(b"")


def test_nobody_who_listens_and_an_answer_that_is_none():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(OSError, match=rf"connection refused \(127.0.0.1:{port}\)"):
        poster(f"http://user:secret@127.0.0.1:{port}").post(b"")
    with ScriptedServer(once(b"SSH-2.0-nonsense\r\n")) as server, pytest.raises(OSError, match="nonsense"):
        poster(server.url).post(b"")


def test_tls_is_verified_unless_that_is_waived():
    with ScriptedServer(serving(DROPPED), tls=server_context(trustme.CA())) as server:
        with pytest.raises(OSError, match="TLS: CERTIFICATE_VERIFY_FAILED"):
            poster(server.url).post(b"")
        poster(server.url, insecure_skip_verify=True).post(b"one")
    assert server.requests[0].endswith(b"one")


def test_an_authority_is_taken_from_the_environment(tmp_path, monkeypatch):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with ScriptedServer(serving(DROPPED), tls=server_context(authority)) as server:
        poster(server.url).post(b"one")


@pytest.mark.parametrize("tls", [False, True])
def test_a_proxy_of_the_environment_is_used(tls, monkeypatch):
    asked = Asked({"metrics.example.com": 0}, LOGIN)
    with ScriptedServer(asked.http) as proxy, ScriptedServer(serving(DROPPED), tls=_tls(tls)) as server:
        asked.places["metrics.example.com"] = server.port
        monkeypatch.setenv("https_proxy" if tls else "http_proxy", url("http", proxy, ESCAPED))
        poster(f"http{'s' if tls else ''}://metrics.example.com/write", insecure_skip_verify=True).post(b"one")
        assert asked.tunnels == ([("metrics.example.com", 443)] if tls else [])
        line = b"CONNECT metrics.example.com:443" if tls else b"POST http://metrics.example.com/write "
        assert proxy.requests[0].startswith(line)


def _tls(wanted: bool):
    return server_context(trustme.CA(), "metrics.example.com") if wanted else None


def test_hosts_that_are_not_allowed_are_refused(monkeypatch):
    only = Reach(HostLimit.parse([["good.example.com"]]))
    with pytest.raises(Refused, match="--allow-host"):
        poster("http://127.0.0.1:1/", reach=only).post(b"")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with pytest.raises(Refused, match="--allow-host"):
        poster("http://bad.example.com/", reach=only).post(b"")


def test_a_name_that_turns_out_to_be_a_metadata_address_is_refused(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Refused, match="metadata"):
        poster("http://rebound.example.net/").post(b"")
