"""TLS against nginx, which says of each connection what it negotiated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from support_net import watched_network
from support_nginx import folder, free_ports, needs_nginx, nginx
from support_tls import DAY, issued, write_client

from loadspec.transports.fast import FastChannel
from loadspec.transports.reuse import single_use
from loadspec.wire.settings import ClientCertificate, Tls
from loadspec.wire.url import Origin

pytestmark = needs_nginx

SERVER = """\
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/{cert}.pem;
        ssl_certificate_key {folder}/{cert}.key;
        {options}
        location / {{ return 200 "$ssl_protocol $ssl_cipher $ssl_server_name $ssl_session_reused $ssl_client_s_dn"; }}
    }}
"""

SERVERS = {
    "good": ("good", "ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:S:1m;"),
    "1.2": ("good", "ssl_protocols TLSv1.2; ssl_session_cache shared:S2:1m;"),
    "1.3": ("good", "ssl_protocols TLSv1.3;"),
    "chacha": ("good", "ssl_protocols TLSv1.2; ssl_ciphers ECDHE+CHACHA20;"),
    "expired": ("expired", ""),
    "name": ("name", ""),
    "untrusted": ("untrusted", ""),
    "rejecting": ("good", "ssl_reject_handshake on;"),
    "wanting": ("good", "ssl_verify_client on; ssl_client_certificate {folder}/ca.pem;"),
    "short": ("good", "keepalive_requests 1; ssl_session_cache shared:S3:1m;"),
}
"""Name → certificate, what else is set."""


def write(where: Path, name: str, cert: Any) -> None:
    (where / f"{name}.pem").write_bytes(b"".join(pem.bytes() for pem in cert.cert_chain_pems))
    cert.private_key_pem.write_to_path(str(where / f"{name}.key"))


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Path, dict[str, int]]]:
    """(nginx's folder, server → port)."""
    ca = trustme.CA()
    with folder() as where:
        ca.cert_pem.write_to_path(str(where / "ca.pem"))
        write(where, "good", ca.issue_cert("127.0.0.1", "localhost", "api.example"))
        write(where, "expired", ca.issue_cert("127.0.0.1", not_after=issued(-DAY)))
        write(where, "name", ca.issue_cert("other.example"))
        write(where, "untrusted", trustme.CA().issue_cert("127.0.0.1"))
        write_client(where, ca, "me.example", "open sesame")
        ports = dict(zip(SERVERS, free_ports(len(SERVERS)), strict=True))
        blocks = "".join(
            SERVER.format(port=ports[name], folder=where, cert=cert, options=options.format(folder=where))
            for name, (cert, options) in SERVERS.items()
        )
        with nginx(where, blocks, ports["good"]):
            yield where, ports


@pytest.fixture
def user(client: Any, place: Any) -> Callable[..., Any]:
    where, ports = place

    def build(server: str, host: str = "127.0.0.1", kind: Any = FastChannel, **settings: Any) -> Any:
        network = watched_network(tls=Tls(**{"ca_file": str(where / "ca.pem"), **settings}))
        return client(Origin("https", host, ports[server]), network=network, kind=kind)

    return build


def told(one: Any) -> list[str]:
    """What nginx says of the connection: protocol, cipher, name, whether resumed, client's name."""
    answer = one.ask()
    assert answer.status == 200, answer.message
    return str(answer.body.decode()).split(" ", 4)


@pytest.mark.parametrize(
    ("server", "settings", "protocol"),
    [
        ("good", {}, "TLSv1.3"),
        ("good", {"max_version": "1.2"}, "TLSv1.2"),
        ("1.2", {}, "TLSv1.2"),
        ("1.3", {"min_version": "1.3"}, "TLSv1.3"),
    ],
)
def test_versions(server: str, settings: dict[str, Any], protocol: str, user: Any) -> None:
    assert told(user(server, **settings))[0] == protocol


def test_ciphers_and_names(user: Any) -> None:
    one = user("1.2", "localhost", ciphers="ECDHE+AESGCM", server_name="api.example")
    _, cipher, name, *_ = told(one)
    assert "GCM" in cipher
    assert name == "api.example"
    assert told(user("good"))[2] == ""  # an address is not sent


@pytest.mark.parametrize(
    ("server", "settings", "kind"),
    [
        ("expired", {}, "tls_expired"),
        ("name", {}, "tls_name"),
        ("untrusted", {}, "tls_untrusted"),
        ("1.2", {"min_version": "1.3"}, "tls_version"),
        ("1.3", {"max_version": "1.2"}, "tls_version"),
        ("chacha", {"ciphers": "ECDHE+AESGCM", "max_version": "1.2"}, "tls_cipher"),
        ("rejecting", {}, "tls"),
    ],
)
def test_what_is_refused(server: str, settings: dict[str, Any], kind: str, user: Any) -> None:
    one = user(server, **settings)
    assert one.failure("POST") == (kind, "tls")
    assert f"https://127.0.0.1:{one.channel._origin.port}: " in one.channel.message


@pytest.mark.parametrize("server", ["expired", "name", "untrusted"])
def test_what_is_accepted_all_the_same(server: str, user: Any) -> None:
    assert user(server, insecure_skip_verify=True).ask().status == 200


def test_plain_http_at_its_tls_port_and_the_reverse(user: Any, client: Any, place: Any) -> None:
    """nginx answers plain HTTP there with a page."""
    answer = client(Origin("http", "127.0.0.1", place[1]["good"])).ask()
    assert (answer.status, b"HTTPS port" in answer.body) == (400, True)


def test_client_certificates(user: Any, place: Any) -> None:
    """nginx says it with a page: 400, in words of its own."""
    answer = user("wanting").ask()
    assert (answer.status, b"No required SSL certificate" in answer.body) == (400, True)
    own = ClientCertificate(f"{place[0]}/me.example.pem", f"{place[0]}/me.example.key", "open sesame")
    assert "trustme" in told(user("wanting", certificates=(own,)))[4]
    other = ClientCertificate(own.cert_file, own.key_file, own.password, ("*.elsewhere.example",))
    assert user("wanting", certificates=(other,)).ask().status == 400


@pytest.mark.parametrize("server", ["good", "1.2"])
def test_sessions(server: str, user: Any) -> None:
    kind = single_use(FastChannel)
    assert [told(user_)[3] for user_ in [user(server, kind=kind)] * 3] == ["."] * 3
    assert [told(user_)[3] for user_ in [user(server, kind=kind, session_resumption=True)] * 3] == [".", "r", "r"]


def test_a_server_that_closes_after_each_answer(user: Any) -> None:
    one = user("short", session_resumption=True)
    assert [told(one)[3] for _ in range(3)] == [".", "r", "r"]
