"""A run through each transport: the same books, the same metrics, whoever carries the requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trustme
from support_cli import run
from support_servers import folder_with, needs, nginx

from loadspec.transports import TRANSPORTS

SPEC = """\
loadspec: 1
target: {{base_url: "{url}", transport: {transport}}}
endpoints:
  login:
    method: POST
    path: /api/auth/login
    json: {{email: siblings@example.com, password: anything}}
    capture: {{token: $.token}}
  page: {{path: /login, checks: {{is html: status == 200}}}}
  credits:
    path: /api/credits
    headers: {{Authorization: "Bearer {{{{ token }}}}"}}
    checks: {{let in: status == 200}}
flow:
  - call: login
  - parallel: [call: page, call: credits]
vus: 3
iterations: 9
"""


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_flow_with_captures_checks_and_branches(transport: str, mock: Any, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC.format(url=mock.url, transport=transport))
    done = run(tmp_path / "r", spec)
    assert done.code == 0, done.stdout + done.stderr
    total = done.results["requests"]["total"]
    assert total["sent"] == total["answered"] == 27
    metrics = done.results["metrics"]
    for name in ("http_req_duration", "http_req_waiting", "http_req_connecting", "data_received"):
        assert metrics[name]["total"], name
    assert metrics["http_req_waiting"]["total"]["max"] > 0
    assert metrics["checks"]["total"]["passes"] == 18


HTTP2 = """\
loadspec: 1
target: {{base_url: "https://127.0.0.1:{port}", transport: curl, tls: {{ca_file: ca.pem}}}}
endpoints:
  one: {{path: /, checks: {{over HTTP/2: status == 200 and json.a == 1}}}}
  other: {{path: /, transport: fast}}
flow: [{{call: one}}, {{call: other}}, {{call: other, transport: requests}}, {{parallel: [call: one, call: one]}}]
vus: 2
iterations: 10
"""


@needs("nginx")
def test_http2_beside_the_others(tmp_path: Path) -> None:
    """Step over endpoint over target; each of two users has one connection for curl, whatever its branches do."""
    with folder_with(trustme.CA()) as folder, nginx(folder) as server:
        (tmp_path / "ca.pem").write_bytes((folder / "ca.pem").read_bytes())
        spec = tmp_path / "spec.yaml"
        spec.write_text(HTTP2.format(port=server.port))
        done = run(tmp_path / "r", spec)
        assert done.code == 0, done.stdout + done.stderr
        assert done.results["requests"]["total"]["answered"] == 50
        assert server.accepted() == 2 * 3
