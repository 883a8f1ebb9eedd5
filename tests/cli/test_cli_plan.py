from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from loadspec.cli import main
from loadspec.spec import load

SPEC = """\
loadspec: 1
env:
  KEY: {default: hunter2, secret: true}
  BASE: {required: true}
target: {base_url: "{{ env.BASE }}"}
endpoints:
  one: {path: "/?key={{ env.KEY }}"}
  other: {path: "https://elsewhere.example:444/x"}
  unused: {path: /y}
flow: [{call: one}, {call: other}, {think: 1s}]
stages: 5s:3, 5s:0
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("t.yaml").write_text(SPEC)
    return "t.yaml"


def plan(*arguments: str, **env: str) -> Result:
    return CliRunner().invoke(main, ["plan", *arguments], env=env)


def test_the_whole(file: str) -> None:
    result = plan(file, "--vus", "2", "--duration", "1m", "--env", "KEY=swordfish", BASE="http://u.example")
    assert result.exit_code == 0, result.output
    text = result.stdout
    for part in (
        "default: constant-vus, 2 looping VUs for 1m (gracefulStop: 30s)",
        "2 ┤█████",
        "hosts       http://u.example (one)\n",
        "            https://elsewhere.example:444 (other)\n",
        "KEY = ***  # --env KEY\n",
        "BASE = http://u.example  # BASE\n",
        "# --vus\n",
        "# --duration\n",
    ):
        assert part in text
    assert "hunter2" not in text
    assert "swordfish" not in text
    assert "LS0" in result.stderr  # the unused endpoint


def test_yaml_is_a_spec_of_its_own(file: str) -> None:
    result = plan(file, "--format", "yaml", BASE="http://u")
    Path("resolved.yaml").write_text(result.stdout)
    assert [step.name for step in load("resolved.yaml").spec.scenarios[0].flow] == ["one", "other", "think"]
    assert "stages: 5s:3, 5s:0" in result.stdout


def test_json(file: str) -> None:
    document = json.loads(plan(file, "--format", "json", BASE="http://u").stdout)
    assert (document["users"], document["duration_s"], document["max_duration_s"]) == (3, 10.0, 40.0)
    assert document["hosts"] == {"http://u": ["one"], "https://elsewhere.example:444": ["other"]}
    assert document["scenarios"][0]["requests_per_iteration"] == {"min": 2, "max": 2}
    values = {tuple(row["path"]): row for row in document["values"]}
    assert values["stages",]["origin"] == {"kind": "file", "name": "", "file": "t.yaml", "line": 11, "column": 9}
    assert document["variables"][0] == {
        "name": "KEY",
        "value": "***",
        "origin": {"kind": "file", "name": "", "file": "t.yaml", "line": 3, "column": 8},
    }


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["t.yaml"], 104, "`BASE` has no value"),
        (["t.yaml", "--latency", "5"], 2, "--latency: `5` is not a duration"),
        (["no.yaml"], 104, "does not exist"),
        (["t.yaml", "--profile", "x", "--env", "BASE=http://u"], 104, "no profile is called `x`"),
        (["t.yaml", "--max-vus", "1", "--env", "BASE=http://u"], 104, "--max-vus"),
    ],
)
def test_refused(file: str, arguments: list[str], code: int, told: str) -> None:
    result = plan(*arguments)
    assert result.exit_code == code
    assert told in result.stderr


def test_a_base_url_that_no_run_could_use_is_refused(file: str) -> None:
    result = plan(file, BASE="localhost:8080")
    assert result.exit_code == 104
    assert "The URL 'localhost:8080' does not start with http:// or https://." in result.output
    assert "target.base_url of t.yaml, which reads {{ env.BASE }}" in result.output


@pytest.mark.parametrize(
    ("arguments", "count", "told"),
    [
        ((), 1, ""),
        (("--workers", "2"), 2, "  workers     2\n"),
        (("--workers", "9"), 3, "  workers     3\n"),
    ],
)
def test_it_says_how_many_workers_a_run_has(file: str, arguments: tuple[str, ...], count: int, told: str) -> None:
    assert told in plan(file, *arguments, BASE="http://u").stdout
    assert json.loads(plan(file, "--format", "json", *arguments, BASE="http://u").stdout)["workers"] == count


def test_workers_that_meet_are_one(file: str) -> None:
    Path(file).write_text(SPEC.replace("{think: 1s}", "{wait_until: {users: 2}}"))
    text = plan(file, "--workers", "3", BASE="http://u").stdout
    assert "workers     the load runs on 1 worker instead of 3: `wait_until`" in text
