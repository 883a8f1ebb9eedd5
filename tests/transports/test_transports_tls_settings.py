"""Each setting of `target.tls`, against servers that see what it does."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from support_net import Conn, ScriptedServer, answer, serving, until, watched_network
from support_tls import alert, server_context, write_client

from loadspec.transports.reuse import single_use
from loadspec.transports.tls import Contexts, explain_tls, kind_of_words
from loadspec.wire.settings import ClientCertificate, Tls
from loadspec.wire.tls import TlsSettingsError
from loadspec.wire.url import Origin

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
BOTH = pytest.mark.parametrize("version", [V12, V13], ids=["1.2", "1.3"])


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(ca: trustme.CA, tmp_path: Path) -> str:
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


@pytest.fixture
def user(client: Any, ca_file: str) -> Callable[..., Any]:
    """A user with these settings at a server."""

    def build(server: ScriptedServer, host: str = "127.0.0.1", **settings: Any) -> Any:
        network = watched_network(tls=Tls(**{"ca_file": ca_file, **settings}))
        return client(server.origin(host), network=network)

    return build


def only(context: ssl.SSLContext, version: ssl.TLSVersion) -> ssl.SSLContext:
    context.minimum_version = context.maximum_version = version
    return context


def telling(what: Callable[[ssl.SSLSocket], Any]) -> Callable[[Conn], None]:
    """Answers with what the server knows of the connection."""

    def script(conn: Conn) -> None:
        while conn.request():
            conn.send(answer(str(what(conn.sock)).encode()))  # type: ignore[arg-type]

    return script


# Versions and ciphers


@pytest.mark.parametrize(
    ("settings", "version"),
    [
        ({}, "TLSv1.3"),
        ({"max_version": "1.2"}, "TLSv1.2"),
        ({"min_version": "1.2", "max_version": "1.2"}, "TLSv1.2"),
        ({"min_version": "1.3"}, "TLSv1.3"),
        ({"max_version": "1.1"}, "TLSv1.1"),
        ({"min_version": "1.0", "max_version": "1.0"}, "TLSv1"),
        ({"min_version": "1.0"}, "TLSv1.3"),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_versions(settings: dict[str, Any], version: str, serve: Any, user: Any, ca: trustme.CA) -> None:
    context = server_context(ca)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    server = serve(telling(lambda sock: sock.version()), tls=context)
    assert user(server, **settings).ask().body == version.encode()


@pytest.mark.parametrize("settings", [{"min_version": "1.3"}, {"max_version": "1.1"}])
def test_no_common_version(settings: dict[str, Any], serve: Any, user: Any, ca: trustme.CA) -> None:
    one = user(serve(serving(answer()), tls=only(server_context(ca), V12)), **settings)
    assert one.failure() == ("tls_version", "tls")


def test_ciphers(serve: Any, user: Any, ca: trustme.CA) -> None:
    server = serve(telling(lambda sock: sock.cipher()[0]), tls=only(server_context(ca), V12))  # type: ignore[index]
    for name in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"):
        assert user(server, ciphers=name).ask().body == name.encode()


def test_alpn_offers_http_1(serve: Any, user: Any, ca: trustme.CA) -> None:
    context = server_context(ca)
    context.set_alpn_protocols(["h2", "http/1.1"])
    server = serve(telling(lambda sock: sock.selected_alpn_protocol()), tls=context)
    assert user(server).ask().body == b"http/1.1"


# Names


@pytest.mark.parametrize(
    ("host", "settings", "asked"),
    [
        ("127.0.0.1", {}, None),  # RFC 6066, 3: no addresses
        ("localhost", {}, "localhost"),
        ("127.0.0.1", {"server_name": "api.example"}, "api.example"),
        ("localhost", {"server_name": "api.example"}, "api.example"),
        ("localhost", {"server_name": "api.example", "insecure_skip_verify": True}, "api.example"),
    ],
)
def test_the_name_that_is_asked_for(
    host: str, settings: dict[str, Any], asked: str | None, serve: Any, user: Any, ca: trustme.CA
) -> None:
    context, seen = server_context(ca, "127.0.0.1", "localhost", "api.example"), []
    context.sni_callback = lambda _sock, name, _context: seen.append(name)  # type: ignore[assignment]
    server = serve(serving(answer()), tls=context)
    assert user(server, host, **settings).ask().status == 200
    assert seen == [asked]


@pytest.mark.parametrize(
    ("host", "settings", "name"),
    [("a.example.", {}, "a.example"), ("a.example", {"server_name": "b.example"}, "b.example"), ("::1", {}, "::1")],
)
def test_names_as_tls_wants_them(host: str, settings: dict[str, Any], name: str) -> None:
    network, _ = watched_network(tls=Tls(**settings))
    assert network.server_name(Origin("https", host, 443)) == name


def test_the_override_is_what_is_verified(serve: Any, user: Any, ca: trustme.CA) -> None:
    server = serve(serving(answer()), tls=server_context(ca, "127.0.0.1"))
    assert user(server).ask().status == 200
    assert user(server, server_name="api.example").failure() == ("tls_name", "tls")


def test_a_name_that_no_certificate_has(serve: Any, user: Any, ca: trustme.CA) -> None:
    server = serve(serving(answer()), tls=server_context(ca))
    assert user(server, server_name=".example").failure() == ("tls_settings", "tls")


# Trust


def test_a_servers_own_certificate_can_be_trusted(serve: Any, user: Any, ca: trustme.CA, tmp_path: Path) -> None:
    """Whatever `ca_file` holds is trusted, as in k6: it need not be a root."""
    leaf = ca.issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    leaf.cert_chain_pems[0].write_to_path(str(tmp_path / "leaf.pem"))
    server = serve(serving(answer()), tls=context)
    assert user(server, ca_file=str(tmp_path / "leaf.pem")).ask().status == 200


def test_an_incomplete_chain_is_untrusted(serve: Any, user: Any, ca: trustme.CA) -> None:
    leaf = ca.create_child_ca().issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with leaf.private_key_and_cert_chain_pem.tempfile() as whole:
        context.load_cert_chain(whole)
    assert user(serve(serving(answer()), tls=context)).ask().status == 200
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with leaf.cert_chain_pems[0].tempfile() as cert, leaf.private_key_pem.tempfile() as key:
        context.load_cert_chain(cert, key)
    assert user(serve(serving(answer()), tls=context)).failure() == ("tls_untrusted", "tls")


# Client certificates


def wanting(ca: trustme.CA, version: ssl.TLSVersion) -> ssl.SSLContext:
    context = only(server_context(ca, "127.0.0.1", "localhost"), version)
    context.verify_mode = ssl.CERT_REQUIRED
    ca.configure_trust(context)
    return context


def shown(sock: ssl.SSLSocket) -> str:
    return str(sock.getpeercert()["subjectAltName"][0][1])  # type: ignore[index]


@BOTH
def test_a_client_certificate(version: ssl.TLSVersion, serve: Any, user: Any, ca: trustme.CA, tmp_path: Path) -> None:
    cert, key = write_client(tmp_path, ca, "me.example", "open sesame")
    server = serve(telling(shown), tls=wanting(ca, version))
    mine = ClientCertificate(str(cert), str(key), "open sesame")
    one = user(server, certificates=(mine,))
    assert [one.ask().body for _ in range(2)] == [b"me.example"] * 2


def test_each_host_is_shown_its_own(serve: Any, user: Any, ca: trustme.CA, tmp_path: Path) -> None:
    server = serve(telling(shown), tls=wanting(ca, V13))
    pair = [write_client(tmp_path, ca, name) for name in ("first.example", "second.example")]
    rules = [("localhost",), ("127.0.0.1", "*.example.com")]
    own = tuple(ClientCertificate(str(c), str(k), hosts=h) for (c, k), h in zip(pair, rules, strict=True))
    assert user(server, "localhost", certificates=own).ask().body == b"first.example"
    assert user(server, "127.0.0.1", certificates=own).ask().body == b"second.example"


@BOTH
@pytest.mark.parametrize("showing", ["nothing", "another authority's"])
@pytest.mark.parametrize("pause", [0.0, 0.05], ids=["at once", "later"])
def test_a_certificate_that_the_server_does_not_take(
    version: ssl.TLSVersion, showing: str, pause: float, serve: Any, user: Any, ca: trustme.CA, tmp_path: Path
) -> None:
    """In TLS 1.3 the client is done before the server refuses: it hears of it by its first request, sent or not."""
    certificates = ()
    if showing != "nothing":
        cert, key = write_client(tmp_path, trustme.CA(), "me.example")
        certificates = (ClientCertificate(str(cert), str(key)),)
    server = serve(serving(answer()), tls=wanting(ca, version))
    one = user(server, certificates=certificates)
    send = one.channel.__class__._transmit

    class Slow(one.channel.__class__):  # type: ignore[name-defined,misc]
        __slots__ = ()

        def _transmit(self, request: bytes, deadlines: Any, idempotent: bool, count: int = 0) -> None:
            time.sleep(pause)  # the loop stands still: there is no switch between a handshake and its request
            send(self, request, deadlines, idempotent, count)

    one.channel.__class__ = Slow
    for _ in range(3):
        assert one.failure("POST") == ("tls_client_certificate", "tls")
    assert not server.requests


# Sessions


@BOTH
@pytest.mark.parametrize("resuming", [False, True])
def test_sessions(version: ssl.TLSVersion, resuming: bool, serve: Any, client: Any, ca: Any, ca_file: str) -> None:
    from loadspec.transports.fast import FastChannel

    server = serve(telling(lambda sock: sock.session_reused), tls=only(server_context(ca), version))
    network = watched_network(tls=Tls(ca_file, session_resumption=resuming))
    users = [client(server, network=network, kind=single_use(FastChannel)) for _ in range(2)]
    resumed = [[one.ask().body for _ in range(3)] for one in users]
    assert resumed == [[b"False", *[str(resuming).encode()] * 2]] * 2  # each user has its own
    assert server.connections == 6
    for one in users:
        one.channel.close()


def test_a_session_outlives_a_server_that_closes(serve: Any, user: Any, ca: trustme.CA) -> None:
    def one_answer(conn: Conn) -> None:
        conn.request()
        conn.send(answer(str(conn.sock.session_reused).encode()))  # type: ignore[attr-defined]

    one = user(serve(one_answer, tls=server_context(ca)), session_resumption=True)
    seen = []
    for _ in range(3):
        seen.append(one.ask("POST").body)
        until(lambda: not any(watcher._kind == "io" for watcher in one.loop.open))
    assert seen == [b"False", b"True", b"True"]


def test_a_session_that_the_server_forgot(serve: Any, user: Any, ca: trustme.CA) -> None:
    """A full handshake instead, and no error."""
    contexts = [server_context(ca), server_context(ca)]
    first = serve(telling(lambda sock: sock.session_reused), tls=contexts[0])
    one = user(first, session_resumption=True)
    assert one.ask().body == b"False"
    first._tls = contexts[1]  # other keys: it cannot read the ticket
    one.channel.disconnect()
    assert one.ask().body == b"False"


def test_nothing_is_kept_after_the_end(serve: Any, user: Any, ca: trustme.CA) -> None:
    one = user(serve(serving(answer()), tls=server_context(ca)), session_resumption=True)
    one.ask()
    one.channel.disconnect()
    assert one.channel._session is not None
    one.channel.close()
    assert one.channel._session is None


# Keys for Wireshark


def test_secrets_are_logged_where_the_environment_asks_for_it(
    serve: Any, user: Any, ca: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    assert user(serve(serving(answer()), tls=server_context(ca))).ask().status == 200
    words = [line.split()[0] for line in log.read_text().splitlines() if not line.startswith("#")]
    assert {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"} <= set(words)


# Contexts


def test_origins_share_a_context_for_each_certificate(ca_file: str, ca: trustme.CA, tmp_path: Path) -> None:
    cert, key = write_client(tmp_path, ca, "me.example")
    mine = ClientCertificate(str(cert), str(key), hosts=("*.example",))
    contexts = Contexts(Tls(ca_file, certificates=(mine,)))
    a, b, c = (contexts.context(Origin("https", host, 443)) for host in ("a.example", "b.example", "c.test"))
    assert a is b
    assert c is not a


def test_a_broken_context_is_tried_once(tmp_path: Path) -> None:
    contexts = Contexts(Tls(str(tmp_path / "gone.pem")))
    errors = []
    for _ in range(2):
        with pytest.raises(TlsSettingsError) as caught:
            contexts.context(Origin("https", "a.test", 443))
        errors.append(caught.value)
    assert errors[0] is errors[1]


# What OpenSSL says


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (40, "tls_cipher", "handshake failure"),
        (42, "tls_client_certificate", "bad certificate"),
        (44, "tls_client_certificate", "revoked"),
        (45, "tls_client_certificate", "expired"),
        (46, "tls_client_certificate", "unknown"),
        (48, "tls_client_certificate", "unknown ca"),
        (49, "tls_client_certificate", "access denied"),
        (70, "tls_version", "protocol version"),
        (71, "tls_cipher", "insufficient security"),
        (80, "tls", "internal error"),
        (86, "tls_version", "inappropriate fallback"),
        (90, "tls", "user cancelled"),
        (112, "tls", "unrecognized name"),
        (116, "tls_client_certificate", "certificate required"),
        (120, "tls_alpn", "no application protocol"),
    ],
)
def test_alerts(number: int, kind: str, words: str, serve: Any, client: Any) -> None:
    """RFC 8446, 6.2."""
    origin = Origin("https", "127.0.0.1", serve(alert(number)).port)
    one = client(origin, network=watched_network())
    assert one.failure("POST") == (kind, "tls")
    assert words in one.channel.message
    assert "_ssl.c" not in one.channel.message


def test_words_without_a_reason() -> None:
    assert explain_tls(ssl.SSLError(1, "[SSL] something new (_ssl.c:1006)")) == ("tls", "TLS failed (something new)")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("SSL certificate problem: certificate has expired", "tls_expired"),
        ("SSL certificate problem: certificate is not yet valid", "tls_not_yet_valid"),
        ("SSL certificate problem: self-signed certificate in certificate chain", "tls_untrusted"),
        ("SSL certificate problem: unable to get local issuer certificate", "tls_untrusted"),
        ("SSL certificate problem: unsuitable certificate purpose", "tls_certificate"),
        ("SSL certificate OpenSSL verify result: unsuitable certificate purpose (26)", "tls_certificate"),
        ("SSL certificate OpenSSL verify result: certificate has expired (10)", "tls_expired"),
        ("SSL: no alternative certificate subject name matches target host name 'a.test'", "tls_name"),
        ("SSL: certificate subject name 'b.test' does not match target host name 'a.test'", "tls_name"),
        ("TLS connect error: error:0A00010B:SSL routines::wrong version number", "tls_plain"),
        ("TLS connect error: error:0A000410:SSL routines::ssl/tls alert handshake failure", "tls_cipher"),
        ("OpenSSL/3.0: error:0A00042E:SSL routines::tlsv1 alert protocol version", "tls_version"),
        ("OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required", "tls_client_certificate"),
        ("TLS connect error: error:0A000126:SSL routines::unexpected eof while reading", "tls_closed"),
        ("something else", "tls"),
    ],
)
def test_words_of_openssl_and_of_libcurl(words: str, kind: str) -> None:
    assert kind_of_words(words) == kind


def test_a_record_that_is_damaged_later(serve: Any, user: Any, ca: trustme.CA) -> None:
    """After the handshake there are two kinds only: this one, and a certificate that was refused."""
    import socket

    def script(conn: Conn) -> None:
        conn.request()
        plain = socket.socket(fileno=conn.sock.detach())
        plain.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
        plain.close()

    assert user(serve(script, tls=server_context(ca))).failure() == ("tls", "headers")
