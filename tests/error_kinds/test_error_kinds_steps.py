"""Kinds of errors of steps: one run brings about each of them, against a real server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support_cli import run
from support_net import ScriptedServer, answer, serving

SPEC = """\
loadspec: 1
target: {{base_url: "{url}"}}
endpoints:
  fine: {{path: /fine, capture: {{count: $.count}}}}
  broken: {{path: /broken}}
  missing: {{path: /missing}}
  judged: {{path: /fine, checks: {{is seven: json.count == 7}}, capture: {{gone: $.gone}}}}
  unsent: {{path: "/items/{{{{ gone }}}}"}}
  locked: {{path: /fine, auth: {{oauth2: {{token_url: /token, client_id: a, client_secret: "{{{{ vars.secret }}}}"}}}}}}
vars: {{secret: nobody-knows}}
flow:
  - call: fine
  - {{call: broken, classify: [{{when: error_code == 1503, count: unavailable}}]}}
  - call: judged
  - call: unsent
  - call: locked
  - {{repeat: count, steps: [{{call: fine, name: again}}], name: times}}
  - {{poll: fine, name: hopeless, every: 10ms, timeout: 50ms, until: json.done}}
  - {{poll: fine, name: failing, every: 10ms, timeout: 5s, until: json.done, fail_when: json.count}}
  - {{poll: missing, name: refused, every: 10ms, timeout: 5s, until: json.done}}
  - {{if: vu == 1, then: [{{wait_until: {{users: 2, timeout: 100ms}}, name: alone}}]}}
metrics: {{unavailable: counter}}
vus: 2
iterations_per_vu: 1
thresholds: {{"http_reqs{{error_code:1503}}": count == 2, unavailable: count == 2}}
"""

KINDS = {
    "status": 1503,
    "check": 0,
    "capture": 0,
    "missing_value": 1000,
    "no_token": 1000,
    "wrong_value": 1000,
    "poll_failed": 0,
    "poll_refused": 1404,
    "poll_timeout": 0,
    "rendezvous_timeout": 1000,
}


def _answers(request: bytes) -> bytes:
    line = request.partition(b"\r\n")[0]
    if b"/missing" in line:
        return answer(b"{}", "404 Not Found")
    if b"/broken" in line:
        return answer(b"{}", "503 Service Unavailable")
    if b"/token" in line:
        return answer(b"{}", "401 Unauthorized")
    return answer(b'{"count": "many"}', "200 OK", "Content-Type: application/json")


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("run")
    with ScriptedServer(serving(_answers)) as server:
        spec = folder / "spec.yaml"
        spec.write_text(SPEC.format(url=server.url))
        done = run(folder / "reports", spec)
        assert done.code == 0, done.stdout + done.stderr
        yield done.results["errors"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_brings_it_about(kind: str, errors: list[dict[str, Any]]) -> None:
    codes = {error["error_code"] for error in errors if error["kind"] == kind}
    assert KINDS[kind] in codes, errors
