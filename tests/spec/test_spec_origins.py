"""Where each value comes from, through includes, fragments, profiles, the environment and the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadspec.spec import Loaded, Overrides, load

SPEC = """\
loadspec: 1
include: shared.yaml
env: {USER: ada, PASS: {required: true}, KEY: x}
vars: {a: 1, b: 2}
target: {base_url: "http://127.0.0.1:8089"}
flow:
  - use: shared.yaml#pause
  - call: home
duration: 5s
profiles:
  big: {vus: 9, endpoints: {home: {headers: {X: b}}}}
"""
SHARED = """\
endpoints:
  home: {path: /, headers: {X: a, Y: a}}
fragments:
  pause: [{think: 1s}]
"""


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loaded:
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "shared.yaml").write_text(SHARED)
    monkeypatch.chdir(tmp_path)
    environ = {"LOADSPEC_DURATION": "7s", "LOADSPEC_PROFILE": "big", "PASS": "hidden-value", "OTHER": "x"}
    return load("spec.yaml", Overrides(vars={"b": "3"}, env={"KEY": "k"}), environ)


def test_of_each_value(loaded: Loaded) -> None:
    assert loaded.origins is not None
    told = {".".join(map(str, path)): str(origin) for path, _, origin in loaded.origins.each(loaded.spec.document)}
    assert told == {
        "endpoints.home.path": "shared.yaml:2",
        "endpoints.home.headers.X": "profile big, spec.yaml:11",
        "endpoints.home.headers.Y": "shared.yaml:2",
        "loadspec": "spec.yaml:1",
        "env.USER": "spec.yaml:3",
        "env.PASS.required": "spec.yaml:3",
        "env.KEY": "spec.yaml:3",
        "vars.a": "spec.yaml:4",
        "vars.b": "--var b",
        "target.base_url": "spec.yaml:5",
        "flow.0.think": "shared.yaml:4",
        "flow.1.call": "spec.yaml:8",
        "duration": "LOADSPEC_DURATION",
        "vus": "profile big, spec.yaml:11",
    }


def test_kinds(loaded: Loaded) -> None:
    assert loaded.origins is not None
    paths = [("loadspec",), ("flow", 0), ("vus",), ("duration",), ("vars", "b"), ("target", "timeout")]
    kinds = ["file", "include", "profile", "environment", "option", "default"]
    assert [loaded.origins.of(path).kind for path in paths] == kinds


def test_of_variables_without_their_values(loaded: Loaded) -> None:
    assert loaded.origins is not None
    told = {name: str(loaded.origins.of_variable(name)) for name in ("USER", "PASS", "KEY")}
    assert told == {"USER": "spec.yaml:3", "PASS": "PASS", "KEY": "--env KEY"}
    assert "hidden-value" not in str(vars(loaded.origins)["_env"])


def test_defaults_are_those_of_the_schema(loaded: Loaded) -> None:
    assert loaded.origins is not None
    found = {path: value for path, value, _ in loaded.origins.defaults(loaded.spec.document)}
    assert found[("setup_timeout",)] == "60s"
    assert ("duration",) not in found
