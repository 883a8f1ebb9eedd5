"""A dry run on a real server: what it prints, in what order, and how it ends."""

from __future__ import annotations

import itertools
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from loadspec.mock import start
from loadspec.run import dry
from loadspec.run.dry import DryRun, dry_run
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


ENDLESS = """
setup: [{call: login}]
teardown: [{call: login, name: log_out}]
flow:
  - poll: login
    every: 10ms
    timeout: 9m
    until: status == 299
"""


@pytest.fixture
def signal_at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sends this process a signal after some of a dry run's exchanges, counted from 1."""

    def arrange(number: int, *at: int) -> None:
        exchanged, count = DryRun.exchanged, itertools.count(1)

        def counted(self: DryRun, *args: Any) -> None:
            exchanged(self, *args)
            if next(count) in at:
                os.kill(os.getpid(), number)

        monkeypatch.setattr(DryRun, "exchanged", counted)

    return arrange


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_two_signals_end_it_at_once(mock: Any, number: signal.Signals, signal_at: Any) -> None:
    signal_at(number, 2, 3)
    code, text = tried(mock.url, ENDLESS, quiet=True)
    assert code == 105
    assert "stopping: 5 s for what is in flight\n" in text
    assert "stopping now\n" in text
    assert "✗ login: POST" in text.split("scenario default")[1]
    assert "      ! interrupted\n" in text
    assert "log_out" not in text


def test_one_signal_leaves_teardown_alone(mock: Any, monkeypatch: pytest.MonkeyPatch, signal_at: Any) -> None:
    monkeypatch.setattr(dry, "GRACE", 0.01)
    signal_at(signal.SIGINT, 2)
    code, text = tried(mock.url, ENDLESS, quiet=True)
    assert code == 105
    assert "the load ended early: stopped\n\nteardown\n✓ log_out: POST" in text


def test_a_signal_in_setup_leaves_out_the_load(mock: Any, monkeypatch: pytest.MonkeyPatch, signal_at: Any) -> None:
    monkeypatch.setattr(dry, "GRACE", 0.01)
    rest = ENDLESS.replace("flow:", "steps:").replace("setup: [{call: login}]", "flow: [{call: login, name: load}]")
    signal_at(signal.SIGINT, 1)
    code, text = tried(mock.url, rest.replace("steps:", "setup:"), quiet=True)
    assert code == 105
    assert "✓ log_out" in text
    assert "load:" not in text


def test_setup_that_takes_too_long_was_interrupted(mock: Any) -> None:
    rest = "setup_timeout: 100ms\n" + ENDLESS.replace("flow:", "steps:").replace("setup: [{call: login}]", "flow: []")
    rest = rest.replace("flow: []", "flow: [{call: login, name: load}]").replace("steps:", "setup:")
    code, text = tried(mock.url, rest, quiet=True)
    assert code == 100
    assert "✗ login: POST" in text
    assert "      ! interrupted\nsetup ended early: not done within 0.1 s\n" in text


def test_the_same_failure_again_is_told_as_the_first(mock: Any) -> None:
    _, text = tried(mock.url, "flow: [{call: lost}, {call: lost}]", quiet=True)
    assert text.count("      ! unexpected status 404\n") == 2


def test_log_http_has_all_phases(mock: Any, tmp_path: Path) -> None:
    loaded = load_bytes(SPEC.format(url=mock.url, rest="setup: [{call: login}]\nflow: [{call: login}]").encode(), "t")
    log = tmp_path / "log"
    assert dry_run(loaded.spec, RunOptions(log_http=log, quiet=True), lambda text: None, Style(False)) == 0
    assert log.read_text().count('> {"email":"a@b.c","password":"***"}\n') == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_log_that_cannot_be_written_is_told_and_a_device_keeps_its_mode(mock: Any) -> None:
    loaded = load_bytes(SPEC.format(url=mock.url, rest="flow: [{call: login}]").encode(), "t")
    said: list[str] = []
    mode = Path("/dev/full").stat().st_mode
    assert dry_run(loaded.spec, RunOptions(log_http=Path("/dev/full")), said.append, Style(False)) == 0
    assert said[-1] == "the HTTP log could not be written any more: No space left on device\n"
    assert Path("/dev/full").stat().st_mode == mode


def test_what_takes_long_says_so(mock: Any) -> None:
    rest = "flow: [{poll: login, every: 5ms, timeout: 1s, until: status == 299}]"
    loaded = load_bytes(SPEC.format(url=mock.url, rest=rest).encode(), "t")
    said: list[str] = []
    times = iter(range(0, 10_000, 4))
    DryRun(loaded.spec, RunOptions(quiet=True), said.append, Style(False), clock=lambda: float(next(times))).run()
    assert any(line.startswith("… still asking: POST ") for line in said)


def test_every_hop_of_a_redirect_is_shown(mock: Any) -> None:
    rest = """
http: {max_redirects: 3}
flow:
  - {call: far}
  - {call: far, name: too_far, max_redirects: 2, checks: {it stopped: status == 302}}
"""
    text = SPEC.format(url=mock.url, rest=rest).replace("  lost:", "  far: {path: /api/redirect/3}\n  lost:", 1)
    said: list[str] = []
    loaded = load_bytes(text.encode(), "t.yaml", Overrides())
    assert int(dry_run(loaded.spec, RunOptions(Path("."), seed=1), said.append, Style(False))) == 0
    shown = re.findall(r"> GET /api/redirect/(\d)", "".join(said))
    assert shown == [*"3210", *"321"]
    assert "! far is redirected more than 2 times (max_redirects): the 302 is taken for its answer\n" in "".join(said)
