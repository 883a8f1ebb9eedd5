"""Captures and checks from the file to the report: every source, every kind, and samples without a secret."""

from __future__ import annotations

import json
from pathlib import Path

from support_cli import books, run, served

from loadspec.mock import MockProcess

SPEC = """\
loadspec: 1
env: {API_BASE: {required: true}}
target: {base_url: "{{ env.API_BASE }}"}
endpoints:
  page:
    path: /login
    capture:
      csrf: {css: "input[name=csrf]", attribute: value, secret: true}
      links: {xpath: "//ul//a/@href", all: true}
      model: {css: .models a, pick: random}
      cookie: {cookie: csrf, secret: true}
    checks:
      all is there: csrf == cookie and len(links) == 3 and contains(links[0] + links[1] + links[2], model)
      HTML came: {content_type: text/html}
      never: {md5: ffffffffffffffffffffffffffffffff}
  login:
    method: POST
    path: /api/auth/login
    form: {email: a@example.com, csrf: "{{ csrf }}"}
    capture: {token: {jsonpath: $.token, secret: true}}
    checks:
      it is a login: {schema_file: login.json}
      never fits: {schema: {properties: {token: {type: integer}}}}
      soon: {max_duration: 5s}
  credits:
    path: /api/credits
    auth: {bearer: "{{ token }}"}
    capture: {id: {jsonpath: $.id}}
flow: [{call: page}, {call: login}, {call: credits}]
vus: 2
iterations: 8
"""


def test_samples_reach_the_report_and_the_books_balance(tmp_path: Path, mock: MockProcess) -> None:
    (tmp_path / "login.json").write_text(json.dumps({"type": "object", "required": ["token", "user"]}))
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC)
    done = run(tmp_path / "reports", spec, "--summary-mode", "full", url=mock.url)
    assert done.code == 0, done.stderr
    assert books(done) == served(mock.stats()) == {"page": 8, "login": 8, "credits": 8}
    checks = {check["name"]: check for check in done.results["checks"]}
    assert {name: (check["passes"], check["fails"]) for name, check in checks.items()} == {
        "all is there": (8, 0),
        "HTML came": (8, 0),
        "never": (0, 8),
        "it is a login": (8, 0),
        "never fits": (0, 8),
        "soon": (8, 0),
    }
    assert {name: len(check["samples"]) for name, check in checks.items() if check["samples"]} == {
        "never": 5,
        "never fits": 5,
    }
    sample = checks["never fits"]["samples"][0]
    assert sample["found"] == '/token: "***" is not of type "integer"'
    assert '"token":"***"' in sample["body"]
    assert 'value="***"' in checks["never"]["samples"][0]["body"]
    (lost,) = [error for error in done.results["errors"] if error["kind"] == "capture"]
    assert (lost["endpoint"], lost["step"], lost["count"]) == ("credits", "id", 8)
    assert lost["message"] == "nothing to capture for id: jsonpath $.id found nothing"
    assert "/token: &#34;***&#34; is not of type" in done.html
    assert 'e.g. /token: "***" is not of type "integer"' in done.stdout
