"""`loadspec doctor`: what it prints, for people and for programs, and its exit code."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support_cli import REFERENCE

from loadspec import doctor
from loadspec.cli import main
from loadspec.doctor import CHECKS, Facts

SMALL = Facts(system="Linux", files_hard=100, ports=(1024, 1033), cores=2, load=0.0, clock="tsc", memory=10**10)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small machine."""
    monkeypatch.setattr(doctor, "look", lambda *_, **__: SMALL)


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *arguments])


def test_a_machine_by_itself_is_fine() -> None:
    result = ask()
    assert result.exit_code == 0, result.output
    assert all(check in result.stdout for check in CHECKS)
    assert "10 checks: 0 failed, 0 with a warning" in result.stdout


def test_what_a_spec_cannot_have_fails_with_the_command_that_mends_it() -> None:
    result = ask(str(REFERENCE), "--vus", "50", "--duration", "1s")
    assert result.exit_code == 104
    assert "✗ open files" in result.stdout
    assert "ulimit -n 114" in result.stdout
    assert "sysctl -w net.ipv4.ip_local_port_range" in result.stdout
    assert "2 failed" in result.stdout
    assert ask(str(REFERENCE), "--vus", "5", "--duration", "1s").exit_code == 0


def test_workers_share_the_files() -> None:
    assert ask(str(REFERENCE), "--vus", "72", "--duration", "1s", "--workers", "2").stdout.count("up to 100 are") == 1
    assert "of 2" not in ask("--workers", "2").stdout
    assert "3 workers want one each" in ask("--workers", "3").stdout


def test_the_workers_are_those_of_the_run() -> None:
    """A run has no more of them than users, and one where the users must meet."""
    assert "workers want one each" in ask(str(REFERENCE), "--vus", "3", "--duration", "1s", "--workers", "3").stdout
    assert "workers want" not in ask(str(REFERENCE), "--vus", "2", "--duration", "1s", "--workers", "3").stdout


def test_json_is_for_programs() -> None:
    document = json.loads(ask("--json").stdout)
    assert document["version"] == 1
    assert [row["check"] for row in document["checks"]] == list(CHECKS)
    assert all(row.keys() == {"check", "level", "text", "mend"} for row in document["checks"])


def test_a_broken_spec_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("loadspec: 1\n")
    result = ask(str(tmp_path / "spec.yaml"))
    assert result.exit_code == 104
    assert "Traceback" not in result.output
    assert "checks:" not in result.stdout


def test_a_run_warns_of_what_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    from loadspec.run import preflight
    from loadspec.spec import load

    monkeypatch.setattr(preflight, "look", lambda *_, **__: SMALL)
    few, many = (load(REFERENCE, doctor_overrides(vus)).spec for vus in (5, 50))
    assert preflight.machine_warnings(few, 1) == []
    files, ports = preflight.machine_warnings(many, 1)
    assert files.startswith("open files: 100 files may be open")
    assert "mend it: sysctl" in ports


def doctor_overrides(vus: int):  # type: ignore[no-untyped-def]
    from loadspec.spec import Overrides

    return Overrides(vus=vus, duration="1s")


def test_asking_without_a_spec_loads_no_engine() -> None:
    code = "import sys; from loadspec.cli.doctor import command; import loadspec.doctor; print('gevent' in sys.modules)"
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
