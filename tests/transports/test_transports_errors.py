"""Every kind of error that a request can have, from a real socket: the table's promise, kept.

What needs a name server or a proxy of its own has its scenario where that is tested; `ELSEWHERE` says where.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from support_kinds import made_kinds
from support_net import Conn, Script, answer, once, serving, watched_network
from support_tls import DAY, alert, for_clients_only, issued, server_context

from loadspec.error_kinds import KINDS, error_code
from loadspec.error_kinds.kind import REQUEST_PHASES
from loadspec.transports import TRANSPORTS, channel_kind
from loadspec.wire.hosts import HostLimit
from loadspec.wire.limits import Limits
from loadspec.wire.settings import Http, Route, Tls
from loadspec.wire.url import Origin

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
GZIP = ("200 OK", "Content-Encoding: gzip")


class Rig:
    """What a scenario is made with."""

    def __init__(self, serve: Any, client: Any, tmp_path: Path, ca: trustme.CA, patch: pytest.MonkeyPatch) -> None:
        self.serve, self.client, self.ca, self.patch, self.folder = serve, client, ca, patch, tmp_path
        self.ca_file = str(tmp_path / "ca.pem")
        ca.cert_pem.write_to_path(self.ca_file)

    def plain(self, script: Script, **options: Any) -> tuple[str, str]:
        """What comes of a request to a server without TLS."""
        http = Http(limits=Limits(body_bytes=100_000))
        return self.failure(self.serve(script).origin(), network=watched_network(http=http), **options)

    def raw(self, script: Script, **tls: Any) -> tuple[str, str]:
        """What comes of a handshake with a server whose every byte is written out."""
        origin = Origin("https", "127.0.0.1", self.serve(script).port)
        return self.failure(origin, network=watched_network(tls=Tls(**{"ca_file": self.ca_file, **tls})))

    def secure(self, context: ssl.SSLContext, **tls: Any) -> tuple[str, str]:
        """What comes of a request to a server with TLS."""
        server = self.serve(serving(answer()), tls=context)
        return self.failure(server.origin(), network=watched_network(tls=Tls(**{"ca_file": self.ca_file, **tls})))

    def named(self, host: str, found: Any, hosts: HostLimit | None = None) -> tuple[str, str]:
        """What comes of a name for which the resolver has addresses or an error."""
        network, loop = watched_network()
        network._hosts = hosts
        self.patch.setattr(network.hub, "resolver", _Resolver(found), raising=False)
        return self.failure(Origin("http", host, 80), network=(network, loop))

    def failure(self, origin: Origin, network: Any = None, **options: Any) -> tuple[str, str]:
        found: tuple[str, str] = self.client(origin, network=network).failure("POST", **options)
        return found

    @contextlib.contextmanager
    def sockets(self, prepare: Callable[[socket.socket], Any]) -> Iterator[None]:
        """Sockets that something was done to before they are used."""
        real = socket.socket

        def made(*args: Any, **options: Any) -> socket.socket:
            sock = real(*args, **options)
            if not options:
                prepare(sock)
            return sock

        with self.patch.context() as patch:
            patch.setattr(socket, "socket", made)
            yield


class _Resolver:
    def __init__(self, found: Any) -> None:
        self.found = found

    def getaddrinfo(self, _host: str, port: int, *_: Any) -> list[Any]:
        if isinstance(self.found, Exception):
            raise self.found
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (self.found, port))]


SCENARIOS: list[tuple[str, str, Callable[[Rig], tuple[str, str]]]] = []
"""(kind, phase, what brings it about)."""


def scenario(kind: str, *phases: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A row for each phase; with more than one, the phase is the scenario's second argument."""

    def add(run: Callable[..., Any]) -> Callable[..., Any]:
        for phase in phases:
            one = run if len(phases) == 1 else (lambda rig, phase=phase: run(rig, phase))
            SCENARIOS.append((kind, phase, one))
        return run

    return add


# On the way to the server


@scenario("dns", "dns")
def unknown_name(rig: Rig) -> Any:
    return rig.named("nobody.invalid", socket.gaierror(socket.EAI_NONAME, "Name or service not known"))


@scenario("dns_failed", "dns")
def broken_resolver(rig: Rig) -> Any:
    return rig.named("nobody.invalid", socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"))


@scenario("host_not_allowed", "connect")
def not_allowed(rig: Rig) -> Any:
    return rig.named("other.invalid", "127.0.0.1", HostLimit.parse([["api.invalid"]]))


@scenario("blocked_host", "connect")
def blocked_name(rig: Rig) -> Any:
    network = watched_network(route=Route(block_hosts=("*.ads.invalid",)))
    return rig.failure(Origin("http", "eu.ads.invalid", 80), network=network)


@scenario("blocked_ip", "connect")
def blocked_network(rig: Rig) -> Any:
    network = watched_network(route=Route(block_ips=("127.0.0.0/8",)))
    return rig.failure(rig.serve(serving(answer())).origin(), network=network)


@scenario("forbidden_target", "connect")
def metadata_service(rig: Rig) -> Any:
    return rig.named("harmless.invalid", "169.254.169.254")


@scenario("refused", "connect")
def closed_port(rig: Rig) -> Any:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return rig.failure(Origin("http", "127.0.0.1", port))


@scenario("unreachable", "connect")
def multicast(rig: Rig) -> Any:
    return rig.failure(Origin("http", "224.0.0.1", 80))  # TCP has no way to many: the kernel sends nothing


@scenario("fd_exhausted", "connect")
def no_more_files(rig: Rig) -> Any:
    origin = rig.serve(serving(answer())).origin()
    user = rig.client(origin)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        return user.failure("POST")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@scenario("port_exhausted", "connect")
def no_more_ports(rig: Rig) -> Any:
    """The only port that it may use has a connection to that address already."""
    server = rig.serve(serving(answer()))
    with socket.socket() as first:
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        first.bind(("127.0.0.1", 0))
        first.connect(("127.0.0.1", server.port))

        def take_it(sock: socket.socket) -> None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(first.getsockname())

        user = rig.client(server)
        with rig.sockets(take_it):
            return user.failure("POST")


@scenario("os_error", "connect")
def a_socket_that_listens(rig: Rig) -> Any:
    user = rig.client(rig.serve(serving(answer())))
    with rig.sockets(lambda sock: sock.listen()):
        return user.failure("POST")


@scenario("timeout", "dns")
def slow_resolver(rig: Rig) -> Any:
    import gevent

    network, loop = watched_network()
    found = _Resolver("127.0.0.1")
    rig.patch.setattr(found, "getaddrinfo", lambda *_: gevent.sleep(9), raising=False)
    rig.patch.setattr(network.hub, "resolver", found, raising=False)
    return rig.failure(Origin("http", "slow.invalid", 80), network=(network, loop), total=0.1)


@scenario("timeout", "connect")
def full_backlog(rig: Rig) -> Any:
    with socket.socket() as listener, contextlib.ExitStack() as kept:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = kept.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        return rig.failure(Origin("http", *listener.getsockname()), total=0.1)


@scenario("timeout", "tls")
def silent_handshake(rig: Rig) -> Any:
    origin = Origin("https", "127.0.0.1", rig.serve(Conn.wait_for_close).port)
    return rig.failure(origin, network=watched_network(tls=Tls(rig.ca_file)), total=0.1)


@scenario("timeout", "write")
def deaf(rig: Rig) -> Any:
    return rig.plain(lambda conn: time.sleep(1), body=b"x" * 8_000_000, total=0.4)


@scenario("timeout", "headers", "body")
def stuck(rig: Rig, phase: str) -> Any:
    def script(conn: Conn) -> None:
        conn.request()
        conn.send(b"" if phase == "headers" else HEAD + b"123")
        conn.wait_for_close()

    return rig.plain(script, total=0.1)


@scenario("reset", "headers", "body")
def reset(rig: Rig, phase: str) -> Any:
    def script(conn: Conn) -> None:
        conn.request()
        conn.send(b"" if phase == "headers" else HEAD + b"123")
        time.sleep(0.03)  # a RST overtakes what the client has not read yet
        conn.reset()

    return rig.plain(script)


@scenario("reset", "write")
def reset_upload(rig: Rig) -> Any:
    def script(conn: Conn) -> None:
        conn.sock.recv(10)  # it is connected, and writes
        time.sleep(0.02)
        conn.reset()

    return rig.plain(script, body=b"x" * 8_000_000)


@scenario("closed", "headers")
def no_answer(rig: Rig) -> Any:
    return rig.plain(once(b""))


# TLS


@scenario("tls_expired", "tls")
def expired(rig: Rig) -> Any:
    return rig.secure(server_context(rig.ca, not_after=issued(-DAY)))


@scenario("tls_not_yet_valid", "tls")
def too_early(rig: Rig) -> Any:
    return rig.secure(server_context(rig.ca, not_before=issued(DAY), not_after=issued(9 * DAY)))


@scenario("tls_name", "tls")
def another_name(rig: Rig) -> Any:
    return rig.secure(server_context(rig.ca, "other.example"))


@scenario("tls_untrusted", "tls")
def another_authority(rig: Rig) -> Any:
    return rig.secure(server_context(trustme.CA()))


@scenario("tls_certificate", "tls")
def wrong_purpose(rig: Rig) -> Any:
    context, file = for_clients_only(rig.folder)
    return rig.secure(context, ca_file=file)


@scenario("tls_client_certificate", "tls")
def none_shown(rig: Rig) -> Any:
    context = server_context(rig.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    rig.ca.configure_trust(context)
    return rig.secure(context)


@scenario("tls_version", "tls")
def too_old(rig: Rig) -> Any:
    context = server_context(rig.ca)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return rig.secure(context, min_version="1.3")


@scenario("tls_cipher", "tls")
def no_common_cipher(rig: Rig) -> Any:
    context = server_context(rig.ca)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+CHACHA20")
    return rig.secure(context, ciphers="ECDHE+AESGCM")


@scenario("tls_plain", "tls")
def plain_http(rig: Rig) -> Any:
    def script(conn: Conn) -> None:
        conn.sock.recv(1000)
        conn.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    return rig.raw(script)


@scenario("tls_alpn", "tls")
def http2_only(rig: Rig) -> Any:
    return rig.raw(alert(120))


@scenario("tls", "tls")
def internal_error(rig: Rig) -> Any:
    return rig.raw(alert(80))


@scenario("tls_closed", "tls")
def gone_in_the_middle(rig: Rig) -> Any:
    return rig.raw(lambda conn: conn.sock.recv(5000))


@scenario("tls_settings", "tls")
def a_file_that_went_away(rig: Rig) -> Any:
    return rig.secure(server_context(rig.ca), ca_file=str(rig.folder / "gone.pem"))


# The answer


@scenario("protocol", "status", "headers", "body")
def no_http(rig: Rig, phase: str) -> Any:
    wrong = {
        "status": b"SSH-2.0-OpenSSH_9.6\r\n",
        "headers": b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "body": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    }
    return rig.plain(once(wrong[phase]))


@scenario("incomplete", "headers", "body")
def cut(rig: Rig, phase: str) -> Any:
    return rig.plain(once(HEAD + b"123" if phase == "body" else b"HTTP/1.1 200 OK\r\nContent-"))


@scenario("limit", "headers", "body")
def too_much(rig: Rig, phase: str) -> Any:
    large = {"headers": answer(b"", "200 OK", *["X: y"] * 300), "body": answer(b"x" * 300_000)}
    return rig.plain(serving(large[phase]))


@scenario("decode", "decode")
def no_gzip(rig: Rig) -> Any:
    return rig.plain(serving(answer(b"no gzip", *GZIP)))


# HTTP/2 and HTTP/3, by libcurl


def over_curl(rig: Rig, origin: Origin, http: Http) -> tuple[str, str]:
    network = watched_network(tls=Tls(rig.ca_file), http=http)
    found: tuple[str, str] = rig.client(origin, network=network, kind=channel_kind("curl")).failure("POST")
    return found


@scenario("http2", "headers")
def stream_reset(rig: Rig) -> Any:
    def script(conn: Conn) -> None:
        conn.send(b"\0\0\0\x04\0\0\0\0\0")  # SETTINGS, none (RFC 9113, 6.5)
        heard = b""
        while not re.search(rb"\x01.\0\0\0\x01", heard, re.DOTALL):  # HEADERS of the first stream
            heard += conn.sock.recv(5000)
        conn.send(b"\0\0\x04\x03\0\0\0\0\x01\0\0\0\x02")  # RST_STREAM: INTERNAL_ERROR
        conn.wait_for_close()

    context = server_context(rig.ca)
    context.set_alpn_protocols(["h2"])
    return over_curl(rig, rig.serve(script, tls=context).origin(), Http())


@scenario("http3", "connect")
def without_tls(rig: Rig) -> Any:
    return over_curl(rig, Origin("http", "127.0.0.1", 9), Http(version="3"))


@scenario("proxy", "connect")
def a_proxy_that_gives_no_way(rig: Rig) -> Any:
    proxy = rig.serve(serving(answer(b"no", "403 Forbidden")))
    network = watched_network(http=Http(proxy=proxy.url))
    found: tuple[str, str] = rig.client(Origin("https", "127.0.0.1", 443), network=network).failure()
    return found


ELSEWHERE = {
    "check": "error_kinds/test_error_kinds_steps.py",
    "capture": "error_kinds/test_error_kinds_steps.py",
    "status": "error_kinds/test_error_kinds_steps.py",
    "missing_value": "error_kinds/test_error_kinds_steps.py",
    "no_token": "error_kinds/test_error_kinds_steps.py",
    "wrong_value": "error_kinds/test_error_kinds_steps.py",
    "poll_failed": "error_kinds/test_error_kinds_steps.py",
    "poll_refused": "error_kinds/test_error_kinds_steps.py",
    "poll_timeout": "error_kinds/test_error_kinds_steps.py",
    "rendezvous_timeout": "error_kinds/test_error_kinds_steps.py",
    "redirect": "engine/test_engine_redirects.py",
    "other": "protocols/test_protocols_failures.py",
}
"""Kinds of steps: kind → the test that brings it about in a run."""


@pytest.fixture
def rig(serve: Any, client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    return Rig(serve, client, tmp_path, trustme.CA(), monkeypatch)


@pytest.mark.parametrize(("kind", "phase", "run"), SCENARIOS, ids=[f"{kind}-{phase}" for kind, phase, _ in SCENARIOS])
def test_a_real_socket_brings_it_about(kind: str, phase: str, run: Callable[[Rig], Any], rig: Rig) -> None:
    assert run(rig) == (kind, phase)
    assert phase in KINDS[kind].codes
    assert error_code(kind, phase) >= 1000


_BY_HAND = ("fd_exhausted", "port_exhausted", "os_error", "http2", "http3")
"""Scenarios that reach into the sockets of `fast`, or are of one transport by nature."""


_LATE = {("tls_client_certificate", "curl"): {("reset", "write"), ("reset", "headers")}}
"""What may be said instead: libcurl may lose a server's last words to a reset (docs/transports.md)."""

_SHARED = [scenario for scenario in SCENARIOS if scenario[0] not in _BY_HAND]


@pytest.mark.parametrize("transport", [name for name in TRANSPORTS if name != "fast"])
@pytest.mark.parametrize(("kind", "phase", "run"), _SHARED, ids=[f"{kind}-{phase}" for kind, phase, _ in _SHARED])
def test_every_transport_has_the_same_kinds(
    kind: str, phase: str, run: Callable[[Rig], Any], transport: str, rig: Rig
) -> None:
    plain = rig.client
    rig.client = lambda server, **options: plain(server, kind=channel_kind(transport), **options)
    assert run(rig) in {(kind, phase), *_LATE.get((kind, transport), ())}


def test_every_kind_that_the_code_makes_has_a_scenario() -> None:
    made = {kind for kind, _ in made_kinds()} | {"other"}
    assert made - {kind for kind, _, _ in SCENARIOS} - set(ELSEWHERE) == set()


def test_kinds_of_requests_are_those_with_their_phases() -> None:
    for kind, phase, _ in SCENARIOS:
        assert phase in REQUEST_PHASES, kind


def test_what_is_elsewhere_is_there() -> None:
    for kind, file in ELSEWHERE.items():
        assert f'"{kind}"' in (Path(__file__).parents[1] / file).read_text(), kind
