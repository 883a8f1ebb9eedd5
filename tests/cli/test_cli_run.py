from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support_cli import HANG, REFERENCE, environment

from loadspec.mock import MockConfig, MockProcess, start


@pytest.fixture(scope="module")
def mock() -> Iterator[MockProcess]:
    with start(MockConfig(seed=7)) as process:
        yield process


def line(folder: Path, *options: str) -> list[str]:
    load = ["--vus", "2", "--duration", "1s", "--run-id", "x", "--report-dir", str(folder), "--allow-saturated"]
    return [sys.executable, "-m", "loadspec", "run", str(REFERENCE), *load, *options]


@pytest.mark.parametrize("quiet", [False, True])
def test_with_json_stdout_is_the_results_and_nothing_else(quiet: bool, tmp_path: Path, mock: MockProcess) -> None:
    options = ["--json", *(["--quiet"] if quiet else [])]
    env = environment(API_BASE=mock.url, GITHUB_ACTIONS="true")
    done = subprocess.run(line(tmp_path, *options), env=env, capture_output=True, text=True, timeout=HANG)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((tmp_path / "x" / "results.json").read_text())
    assert ("✓ PASS" in done.stderr) is not quiet
    if quiet:
        return
    again = [sys.executable, "-m", "loadspec", "report", str(tmp_path / "x"), *options]
    done = subprocess.run(again, capture_output=True, text=True, timeout=HANG)
    assert json.loads(done.stdout)["run_id"] == "x"
    assert "✓ PASS" in done.stderr


def test_where_nothing_is_run_there_is_no_json(tmp_path: Path) -> None:
    for options, code in (
        (("--json", "--dry-run"), 2),
        (("--json", "--vus", "-1"), 2),
        (("--json", "--stages", "x"), 104),
    ):
        done = subprocess.run(line(tmp_path, *options), capture_output=True, text=True, timeout=HANG)
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(("rate", "code"), [(0.0, 94), (1.0, 99)])
def test_json_that_a_full_disk_cuts_off_is_an_error_beside_the_verdict(rate: float, code: int, tmp_path: Path) -> None:
    with start(MockConfig(error_rate=rate)) as mock, Path("/dev/full").open("w") as full:
        done = subprocess.run(
            line(tmp_path, "--json", "--quiet"),
            env=environment(API_BASE=mock.url),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=HANG,
        )
    assert (done.returncode, done.stderr) == (code, "error: stdout cannot be written to: No space left on device\n")
