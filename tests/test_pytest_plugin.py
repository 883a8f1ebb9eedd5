"""The pytest plugin: specs as tests, and the fixture."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support_cli import REPOSITORY, environment

from loadspec.mock import MockConfig, MockProcess, start

HELLO = (REPOSITORY / "specs" / "hello.yaml").read_text()


@pytest.fixture(scope="module")
def mock() -> Iterator[MockProcess]:
    with start(MockConfig(seed=7)) as process:
        yield process


def ask(folder: Path, url: str, *options: str) -> tuple[int, str]:
    """pytest in a process of its own → its exit code, and what it printed."""
    line = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", *options]
    env = environment(API_BASE=url, LOADSPEC_DURATION="1s")
    env.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(line, cwd=folder, env=env, capture_output=True, text=True, timeout=100)
    return done.returncode, done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\nloadspec_files = *.load.yaml\n")
    return tmp_path


def test_a_spec_is_a_test(folder: Path, mock: MockProcess) -> None:
    (folder / "login.load.yaml").write_text(HELLO)
    (folder / "other.yaml").write_text(HELLO)
    code, told = ask(folder, mock.url, "--loadspec-reports", "runs")
    assert code == 0, told
    assert "login.load.yaml::login PASSED" in told
    assert "1 passed" in told
    assert (folder / "runs" / "latest" / "report.html").is_file()


def test_one_that_fails_shows_the_summary_and_no_traceback(folder: Path, mock: MockProcess) -> None:
    (folder / "slow.load.yaml").write_text(HELLO + "  http_req_duration: p(95) < 1us\n")
    code, told = ask(folder, mock.url)
    assert code == 1
    assert "1 failed" in told
    assert "✗ http_req_duration" in told
    assert "Traceback" not in told
    assert "library.py" not in told
    assert sorted(os.listdir(folder)) == ["pytest.ini", "slow.load.yaml"]


def test_one_that_is_wrong_shows_where(folder: Path, mock: MockProcess) -> None:
    (folder / "wrong.load.yaml").write_text(HELLO.replace("flow:", "flwo:"))
    code, told = ask(folder, mock.url)
    assert code == 1
    assert "error[LS012]: unknown key `flwo`" in told
    assert "wrong.load.yaml:" in told
    assert "Traceback" not in told


def test_nothing_runs_unless_asked_for(tmp_path: Path, mock: MockProcess) -> None:
    (tmp_path / "login.load.yaml").write_text(HELLO)
    assert ask(tmp_path, mock.url)[0] == 5  # no tests
    assert ask(tmp_path, mock.url, "--loadspec-files", "*.load.yaml")[0] == 0


def test_the_fixture(tmp_path: Path, mock: MockProcess) -> None:
    (tmp_path / "hello.yaml").write_text(HELLO)
    (tmp_path / "test_it.py").write_text(
        "def test_it(loadspec_run):\n"
        "    result = loadspec_run('hello.yaml')\n"
        "    assert result.value('checks').rate == 1.0\n"
        "    assert result.value('http_req_duration').percentile(95) < 10_000\n"
    )
    code, told = ask(tmp_path, mock.url)
    assert code == 0, told


def test_a_ctrl_c_ends_the_load_and_the_tests_after_it(folder: Path, mock: MockProcess) -> None:
    for name in ("a", "b"):
        (folder / f"{name}.load.yaml").write_text(HELLO)
    env = environment(API_BASE=mock.url, LOADSPEC_DURATION="60s")
    env.pop("PYTEST_ADDOPTS", None)
    line = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--loadspec-reports", "runs"]
    process = subprocess.Popen(line, cwd=folder, env=env, stdout=subprocess.PIPE, text=True)
    try:
        for _ in range(600):
            if any(b'"snapshot"' in path.read_bytes() for path in folder.glob("runs/*/journal.tail")):
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=100)[0]
    finally:
        process.kill()
    assert process.returncode == 2, told
    assert "INTERRUPTED" in told
    assert "1 failed" in told
    assert len([*folder.glob("runs/*/results.json")]) == 2, "of one run, and by the link to the newest"
