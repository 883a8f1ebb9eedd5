"""Limits on the command line: exit codes, and what `validate` keeps its hands off."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from loadspec.cli import main
from loadspec.spec.limits import VARIABLES

SPEC = """loadspec: 1
env: {API_BASE: "http://127.0.0.1:9", TOKEN: null}
target: {base_url: "{{ env.API_BASE }}"}
endpoints: {home: {path: /, headers: {X-Token: "{{ env.TOKEN }}"}}}
flow: [{call: home}]
vus: 5
duration: 1m
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(SPEC)
    return "s.yaml"


class Watched(Mapping[str, str]):
    """An environment that notes of which of its variables the values are read."""

    def __init__(self, values: dict[str, str]) -> None:
        self.values_, self.read = values, set[str]()

    def __getitem__(self, key: str) -> str:
        self.read.add(key)
        return self.values_[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


def test_validate_touches_no_network_and_reads_no_value(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("the network is touched")

    watched = Watched({**os.environ, "TOKEN": "secret", "API_BASE": "http://x", "LOADSPEC_VUS": "9"})
    CliRunner().invoke(main, ["validate", spec, "--no-color"])  # what is imported once may ask what it likes
    from loadspec.cli.validate import command

    assert command.callback is not None
    with monkeypatch.context() as patched:
        for name in ("socket", "getaddrinfo", "create_connection", "gethostbyname"):
            patched.setattr(socket, name, refuse)
        patched.setattr(os, "environ", watched)
        patched.setattr(os, "getenv", watched.get)
        with pytest.raises(SystemExit) as end:
            command.callback((spec,), "text", False, None, False, allow_host=("127.0.0.0/8", "localhost"))
    assert end.value.code == 0
    assert {name for name in watched.read if name.startswith("LOADSPEC_")} == set(VARIABLES.values())
    assert not watched.read & {"TOKEN", "API_BASE", "LOADSPEC_VUS", "LOADSPEC_PROFILE"}


@pytest.mark.parametrize(
    ("options", "environ", "code", "said"),
    [
        (["--max-vus", "5"], {}, 0, ""),
        (["--max-vus", "4"], {}, 104, "more than --max-vus 4 allows"),
        ([], {"LOADSPEC_MAX_VUS": "4"}, 104, "more than LOADSPEC_MAX_VUS=4 allows"),
        (["--max-vus", "5"], {"LOADSPEC_MAX_VUS": "4"}, 104, "LOADSPEC_MAX_VUS=4"),
        (["--max-vus", "4"], {"LOADSPEC_MAX_VUS": "5"}, 104, "--max-vus 4"),
        (["--max-duration", "59s"], {}, 104, "LS094"),
        (["--allow-host", "localhost"], {}, 104, "LS090"),
        (["--allow-host", "localhost", "--allow-host", "127.0.0.1:9"], {}, 0, ""),
        ([], {"LOADSPEC_ALLOW_HOST": "localhost,127.0.0.1"}, 0, ""),
        (["--allow-host", "127.0.0.1"], {"LOADSPEC_ALLOW_HOST": "localhost"}, 104, "LOADSPEC_ALLOW_HOST=localhost"),
        (["--allow-env", "API_*"], {}, 104, "LS091"),
        (["--allow-env", "API_*,TOKEN"], {}, 0, ""),
        (["--max-rate", "fast"], {}, 2, "--max-rate takes requests a second"),
        ([], {"LOADSPEC_MAX_RATE": "fast"}, 104, "LOADSPEC_MAX_RATE takes requests a second"),
        ([], {"LOADSPEC_MAX_VU": "4"}, 104, "LOADSPEC_MAX_VU is no limit of loadspec\nhelp: the limits are LOADSPEC"),
    ],
)
def test_validate_holds_a_spec_against_them(
    options: list[str], environ: dict[str, str], code: int, said: str, spec: str
) -> None:
    result = CliRunner().invoke(main, ["validate", spec, *options], env=environ)
    assert (result.exit_code, said in result.output) == (code, True), result.output


def test_only_the_limit_that_refuses_is_named(spec: str) -> None:
    env = {"LOADSPEC_ALLOW_HOST": "a.com", "TOKEN": "t"}
    result = CliRunner().invoke(main, ["plan", spec, "--allow-host", "127.0.0.1"], env=env)
    assert result.exit_code == 104
    assert "`127.0.0.1:9`, which LOADSPEC_ALLOW_HOST=a.com does not allow\n" in result.output


@pytest.mark.parametrize(
    ("options", "env", "help"),
    [(["--max-vus", "x"], {}, "--max-vus 50"), ([], {"LOADSPEC_MAX_VUS": "x"}, "LOADSPEC_MAX_VUS=50")],
)
def test_the_way_out_is_spelt_as_it_is_given(options: list[str], env: dict[str, str], help: str, spec: str) -> None:
    assert f"help: for example {help}\n" in CliRunner().invoke(main, ["validate", spec, *options], env=env).output


@pytest.mark.parametrize("options", [["--max-vus", "4"], ["--allow-host", "localhost"], ["--allow-env", "API_BASE"]])
def test_run_refuses_before_anything_is_written(options: list[str], spec: str) -> None:
    result = CliRunner().invoke(main, ["run", spec, *options], env={"TOKEN": "t"})
    assert result.exit_code == 104
    assert not Path("reports").exists()
