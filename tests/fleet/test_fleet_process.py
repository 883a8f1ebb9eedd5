"""The parent's side of a worker: torn messages, dead workers, foreign files in the current folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from loadspec.fleet import process
from loadspec.fleet.process import Job, WorkerProcess

JOB = Job(document={}, env_values={}, source="spec.yaml", seed=1, run_id="x")


def worker(monkeypatch: pytest.MonkeyPatch, script: str) -> WorkerProcess:
    """A worker that is this shell script."""
    monkeypatch.setattr(process, "COMMAND", ["sh", "-c", script])
    return WorkerProcess(JOB)


def test_a_message_torn_by_a_kill_is_a_lost_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    one = worker(monkeypatch, """printf '{"is": "ready"}\\n{"is": "snap'; kill -9 $$""")
    assert one.receive(10) == {"is": "ready"}
    assert one.receive(10) == {"is": "lost", "code": -9}
    one.close()


def test_a_worker_that_is_gone_is_no_error_to_talk_to(monkeypatch: pytest.MonkeyPatch) -> None:
    one = worker(monkeypatch, "exit 3")
    assert one.receive(10) == {"is": "lost", "code": 3}
    one.send("load")
    one.close()


def test_a_worker_that_does_not_go_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = worker(monkeypatch, "exec sleep 60")
    one.close(patience=0.1)
    assert one.receive(10) == {"is": "lost", "code": -9}


def test_python_files_of_the_current_folder_are_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("gevent", "orjson", "queue"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    one = WorkerProcess(JOB)
    message = one.receive(30)
    assert message is not None
    assert message["is"] in ("ready", "invalid", "lost")
    assert message.get("code") != 7
    one.close()
    assert process.COMMAND[:2] == [sys.executable, "-P"]


def test_the_process_that_leads_a_run_loads_no_engine():
    names = "'gevent', 'loadspec.engine', 'loadspec.plan', 'loadspec.transports'"
    code = f"import sys, loadspec.cli.run, loadspec.run; print([m for m in ({names}) if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"
