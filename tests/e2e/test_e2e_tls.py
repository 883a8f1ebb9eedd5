"""A run over TLS: the certificate is verified, or the run says why not."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
from support_cli import run

SPEC = """\
loadspec: 1
target: {{base_url: "{url}", tls: {{{tls}}}}}
endpoints:
  root:
    path: /
    checks: {{is ok: status == 200 and json.ok}}
flow: [{{call: root}}]
vus: 2
iterations: 6
thresholds: {{checks: rate > 99%}}
"""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "11")
        self.end_headers()
        self.wfile.write(b'{"ok":true}')

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.socket = context.wrap_socket(http.socket, server_side=True)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"https://localhost:{http.server_port}"
    http.shutdown()
    http.server_close()


@pytest.mark.parametrize(
    ("tls", "code", "kind"),
    [("ca_file: ca.pem", 0, ""), ("insecure_skip_verify: true", 0, ""), ("", 99, "tls_untrusted")],
)
def test_certificates_are_verified(tmp_path: Path, server: str, tls: str, code: int, kind: str) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC.format(url=server, tls=tls))
    done = run(tmp_path / "r", spec)
    assert done.code == code, done.stdout + done.stderr
    if kind:
        assert done.results["errors"][0]["kind"] == kind
        assert done.results["requests"]["total"]["sent"] == 0
        assert "insecure_skip_verify" in done.stdout
    else:
        assert done.results["metrics"]["http_req_tls_handshaking"]["total"]["max"] > 0
        assert done.results["requests"]["total"]["answered"] == 6
