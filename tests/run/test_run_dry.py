"""A dry run on a real server: what it prints, in what order, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loadspec.mock import start
from loadspec.run.dry import dry_run
from loadspec.run.options import RunOptions
from loadspec.spec import Overrides, load_bytes
from loadspec.ui.text import Style

SPEC = """
loadspec: 1
env:
  API_BASE: {{default: "{url}"}}
  PASS: {{default: hunter2, secret: true}}
target: {{base_url: "{{{{ env.API_BASE }}}}"}}
endpoints:
  login:
    method: POST
    path: /api/auth/login
    json: {{email: a@b.c, password: "{{{{ env.PASS }}}}"}}
    capture: {{token: {{jsonpath: $.token, secret: true}}}}
  credits:
    path: /api/credits
    auth: {{bearer: "{{{{ token }}}}"}}
    capture: {{balance: {{jsonpath: $.balance, optional: true}}}}
  lost: {{path: /nowhere}}
vars: {{more: false}}
{rest}
iterations: 100
vus: 10
"""


@pytest.fixture(scope="module")
def mock() -> Iterator[Any]:
    with start() as server:
        yield server


def tried(url: str, rest: str, quiet: bool = False) -> tuple[int, str]:
    loaded = load_bytes(SPEC.format(url=url, rest=rest).encode(), "t.yaml", Overrides())
    said: list[str] = []
    code = dry_run(loaded.spec, RunOptions(Path("."), quiet=quiet, seed=1), said.append, Style(False))
    return int(code), "".join(said)


def test_what_it_shows(mock: Any) -> None:
    rest = """
setup:
  - call: login
flow:
  - call: login
  - think: 10m
  - repeat: 50
    steps:
      - call: credits
  - call: lost
    when: vars.more
"""
    code, text = tried(mock.url, rest)
    assert code == 0
    shown = [line for line in text.splitlines() if line and not line.startswith("      ")]
    assert [re.sub(r"in [\d.]+(ms|µs)", "in T", line) for line in shown] == [
        f"dry run of t.yaml against {mock.url}: one user, every step once, no report",
        "setup",
        f"✓ login: POST {mock.url}/api/auth/login → 200 in T",
        "scenario default",
        f"✓ login: POST {mock.url}/api/auth/login → 200 in T",
        f"✓ credits: GET {mock.url}/api/credits → 200 in T",
        "- lost: not sent, its condition did not hold",
        "2 of 3 endpoints asked; every step was ok",
        "not asked: lost",
    ]
    assert '      > {"email":"a@b.c","password":"***"}\n' in text
    assert "      > Authorization: ***\n" in text
    assert "      captured token = ***\n" in text
    assert "      captured balance = null\n" in text
    assert "hunter2" not in text


def test_quiet_shows_the_steps_only(mock: Any) -> None:
    _, text = tried(mock.url, "flow: [{call: login}]", quiet=True)
    assert ">" not in text.replace("→", "")
    assert "✓ login" in text


def test_what_is_not_ok_is_said(mock: Any) -> None:
    rest = """
flow:
  - call: lost
    checks: {it is there: status == 200}
  - call: login
    capture: {gone: $.nothing}
  - call: credits
    auth: {bearer: "{{ gone }}"}
"""
    code, text = tried(mock.url, rest)
    assert code == 99
    assert "✗ lost: GET" in text
    assert "it is there" in text
    assert "✗ credits\n      ! " in text  # nothing was sent
    assert text.endswith("3 of 3 endpoints asked; not ok: lost, login, credits\nnot asked: \n") or (
        "2 of 3 endpoints asked; not ok: lost, login, credits\nnot asked: credits\n" in text
    )


def test_a_poll_shows_its_first_and_last_request(mock: Any) -> None:
    rest = """
flow:
  - poll: login
    every: 5ms
    timeout: 100ms
    until: status == 299
"""
    code, text = tried(mock.url, rest)
    assert code == 99
    count = int(re.search(r"\((\d+) requests\)", text)[1])  # type: ignore[index]
    assert count > 2
    assert f"... {count - 2} more\n" in text
    assert text.count("> POST /api/auth/login") == 2


def test_setup_that_fails_ends_it(mock: Any) -> None:
    rest = """
setup: [{call: lost, checks: {it is there: status == 200}}]
flow: [{call: login}]
"""
    code, text = tried(mock.url, rest)
    assert code == 107
    assert "setup ended early: " in text
    assert "login" not in text.split("setup ended early")[0].split("\n", 1)[1]


def test_no_server() -> None:
    code, text = tried("http://127.0.0.1:1", "flow: [{call: login}]")
    assert code == 99
    assert "→ no answer" in text
    assert "! refused (connect): " in text


def test_branches_side_by_side_and_scenarios_one_after_the_other(mock: Any) -> None:
    rest = """
scenarios:
  first:
    flow:
      - parallel: [{call: login}, {call: lost, expected_statuses: [404]}]
  second:
    flow: [{choose: [{weight: 1, steps: [{call: login}]}, {weight: 0.001, steps: [{call: lost}]}]}]
    weight: 3
"""
    code, text = tried(mock.url, rest)
    order = re.findall(r"^(?:scenario \w+|[✓✗] \w+)", text, re.M)
    assert order[0] == "scenario first"
    assert set(order[1:3]) == {"✓ login", "✓ lost"}
    assert order[3:] == ["scenario second", "✓ login", "✗ lost"]
    assert code == 99
