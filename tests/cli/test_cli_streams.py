"""What a command was called for arrives, or its exit code says that it did not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "loadspec", "schema", "diagnostics"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_an_error() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(COMMAND, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (94, "error: stdout cannot be written to: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(("vus", "code"), [(1, 94), (0, 104)])
def test_findings_that_a_full_disk_cuts_off_are_an_error_beside_the_verdict(
    vus: int, code: int, tmp_path: Path
) -> None:
    spec = tmp_path / "s.yaml"
    spec.write_text(f"loadspec: 1\nflow: [{{think: 1s}}]\nvus: {vus}\nduration: 1s\n")
    command = [sys.executable, "-m", "loadspec", "validate", "--format", "json", str(spec)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (code, "error: stdout cannot be written to: No space left on device\n")


def test_a_reader_that_has_gone_is_none() -> None:
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
        assert (process.wait(60), told) == (0, "")


def test_a_reader_of_errors_that_has_gone_changes_no_exit_code(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "loadspec", "run", str(tmp_path / "missing.yaml")]
    done = subprocess.run(command, stderr=write, stdout=subprocess.PIPE, timeout=60)
    os.close(write)
    assert (done.returncode, done.stdout) == (104, b"")


def test_what_programs_read_is_utf_8_whatever_the_terminal_has(tmp_path: Path) -> None:
    spec = tmp_path / "s.yaml"
    spec.write_text(
        "loadspec: 1\nname: Größe →\ntarget: {base_url: 'http://h'}\nendpoints: {a: {path: /}}\n"
        "flow: [{call: a}]\nvus: 1\nduration: 1s\n",
        encoding="utf-8",
    )
    env = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "loadspec", "plan", str(spec)]
    told = subprocess.run([*command, "--format", "json"], env=env, stdout=subprocess.PIPE, timeout=60).stdout
    assert json.loads(told)["name"] == "Größe →"
    assert subprocess.run(command, env=env, stdout=subprocess.PIPE, timeout=60).stdout.isascii()
