"""The package of docs/example-output: shown as it is in outputs.md, installed, and used."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from support_cli import command, environment
from support_docs_blocks import ROOT, find_blocks
from support_net import ScriptedServer, answer, serving

EXAMPLE = ROOT / "docs" / "example-output"
SPEC = """\
loadspec: 1
target: {{base_url: "{url}"}}
endpoints: {{root: {{path: /}}}}
flow: [{{call: root}}]
rate: 20/s
duration: 1s
thresholds: {{http_req_failed: rate < 1%, http_reqs: count > 1000}}
outputs:
  tap: {outputs}
  tickertape: tape.txt
"""


def test_the_page_shows_it_as_it_is() -> None:
    shown = {block.text for block in find_blocks((ROOT / "docs" / "outputs.md").read_text(), "outputs.md")}
    assert {path.read_text() for path in EXAMPLE.iterdir() if path.suffix in (".toml", ".py")} <= shown


def test_the_page_of_results_is_that_of_the_schema() -> None:
    spec = importlib.util.spec_from_file_location("make_results", ROOT / "docs" / "make_results.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.page() == (ROOT / "docs" / "results.md").read_text(), "run `make docs`"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the package as pip installs it: its module, and metadata made of its pyproject.toml."""
    folder, project = tmp_path / "site", tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    info = folder / f"loadspec_tap-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = project["entry-points"].items()
    rows = [f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in each.items()) for group, each in groups]
    (info / "entry_points.txt").write_text("\n".join(rows))
    (folder / "loadspec_tap.py").write_text((EXAMPLE / "loadspec_tap.py").read_text())
    return folder


def loadspec(site: Path, folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    env = environment(PYTHONPATH=f"{ROOT}:{site}")
    return subprocess.run(command(*words), capture_output=True, text=True, timeout=120, env=env, cwd=folder)


def test_it_works_once_it_is_installed(site: Path, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    with ScriptedServer(serving(answer())) as server:
        spec.write_text(SPEC.format(url=server.url, outputs="[a.tap, {file: b.tap, skipped: false}]"))
        done = loadspec(site, tmp_path, "run", spec, "--run-id", "r", "--out", "tap=c.tap", "--allow-saturated")
    assert done.returncode == 99, done.stderr
    tap = "TAP version 14\n1..2\nok 1 - http_req_failed: rate < 1%\nnot ok 2 - http_reqs: count > 1000\n"
    run = tmp_path / "reports" / "r"
    assert [path.read_text() for path in (run / "a.tap", run / "b.tap", tmp_path / "c.tap")] == [tap] * 3
    ticks = re.findall(r"(?m)^\d+s: \d+ users, (\d+) requests$", (run / "tape.txt").read_text())
    assert sum(map(int, ticks)) == 20


def test_its_settings_are_checked(site: Path, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC.format(url="http://127.0.0.1:9", outputs="{file: /etc/a.tap, skiped: true}"))
    done = loadspec(site, tmp_path, "validate", spec)
    assert done.returncode == 104
    assert done.stderr.count("error[LS201]") == 2
    assert "did you mean `skipped`?" in done.stderr
    without = loadspec(tmp_path, tmp_path, "validate", spec)
    assert "error[LS200]: no output is called `tap`" in without.stderr
