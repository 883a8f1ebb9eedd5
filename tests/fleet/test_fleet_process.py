"""The parent's side of a worker: torn messages, dead workers, foreign files in the current folder."""

from __future__ import annotations

import errno
import os
import queue
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from loadspec.errors import LoadspecError
from loadspec.fleet import fleet, process
from loadspec.fleet.fleet import start_fleet
from loadspec.fleet.process import Job, Message, WorkerProcess


class Heard:
    """What a worker said, to be waited for."""

    def __init__(self, start: Callable[[Callable[[Message], None]], WorkerProcess]) -> None:
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.worker = start(self._messages.put)

    def receive(self) -> Message:
        return self._messages.get(timeout=30)


JOB = Job(document={}, env_values={}, source="spec.yaml", seed=1, run_id="x")


def worker(monkeypatch: pytest.MonkeyPatch, script: str) -> Heard:
    """A worker that is this shell script."""
    monkeypatch.setattr(process, "COMMAND", ["sh", "-c", script])
    return Heard(partial(WorkerProcess, JOB))


def test_a_message_torn_by_a_kill_is_a_lost_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    one = worker(monkeypatch, """printf '{"is": "ready"}\\n{"is": "snap'; kill -9 $$""")
    assert one.receive() == {"is": "ready"}
    assert one.receive() == {"is": "lost", "code": -9}
    one.worker.close()


def test_a_worker_that_is_gone_is_no_error_to_talk_to(monkeypatch: pytest.MonkeyPatch) -> None:
    one = worker(monkeypatch, "exit 3")
    assert one.receive() == {"is": "lost", "code": 3}
    one.worker.send("load")
    one.worker.close()


def test_a_worker_that_does_not_go_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = worker(monkeypatch, "exec sleep 60")
    one.worker.close(patience=0.1)
    assert one.receive() == {"is": "lost", "code": -9}


def test_a_worker_that_cannot_be_started_ends_those_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[WorkerProcess] = []

    class Scarce(WorkerProcess):
        def __init__(self, job: Job, tell: Callable[[Message], None]) -> None:
            if started:
                raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            monkeypatch.setattr(process, "COMMAND", ["sleep", "60"])
            super().__init__(job, tell)
            started.append(self)

    monkeypatch.setattr(fleet, "WorkerProcess", Scarce)
    with pytest.raises(LoadspecError, match="worker 2 of 3 could not be started: Resource temporarily unavailable"):
        start_fleet(JOB, 3)
    assert started[0]._process.poll() is not None


def test_a_worker_that_reads_nothing_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    one = worker(monkeypatch, "exec sleep 60")
    for _ in range(100):
        one.worker.send("load", setup={"token": "x" * 10_000})
    one.worker.kill()
    assert one.receive() == {"is": "lost", "code": -9}
    one.worker.close()


def test_a_worker_is_told_each_second_that_its_parent_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_LEASE", 0.01)
    one = worker(monkeypatch, """read job; read one; read two; echo "[$one,$two]" """)
    assert one.receive() == [{"do": "lease"}, {"do": "lease"}]
    one.worker.close()


def test_python_files_of_the_current_folder_are_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("gevent", "orjson", "queue"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    one = Heard(partial(WorkerProcess, JOB))
    message = one.receive()
    while message["is"] == "beat":
        message = one.receive()
    assert message["is"] in ("ready", "invalid", "lost")
    assert message.get("code") != 7
    one.worker.close()
    assert process.COMMAND[:2] == [sys.executable, "-P"]


def test_the_process_that_leads_a_run_loads_no_engine():
    names = "'gevent', 'loadspec.engine', 'loadspec.plan', 'loadspec.transports', 'ssl', 'email', 'importlib.metadata'"
    names += ", 'loadspec.samples', 'shutil'"
    code = "import sys, loadspec.cli.run; from loadspec.run import run, environment; environment.environment();"
    code += f"print([m for m in ({names}) if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_a_worker_loads_nothing_that_its_parent_has_looked_at():
    names = (
        "'yaml', 'loadspec.spec.grammar', 'loadspec.spec.diagnostics', 'loadspec.samples', 'difflib', 'email', 'html'"
    )
    code = f"import sys, loadspec.fleet.worker; print([m for m in ({names}) if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("most", "may", "asked"), [(4096, True, [4096]), (4096, False, [4096, 1024]), (0, True, [1024])]
)
def test_a_worker_opens_as_many_files_as_it_may(
    monkeypatch: pytest.MonkeyPatch, most: int, may: bool, asked: list[int]
) -> None:
    import resource

    from loadspec.fleet import worker

    tried: list[int] = []

    def setrlimit(_: int, limits: tuple[int, int]) -> None:
        tried.append(limits[0])
        if limits[1] > 1024 and not may:
            raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 1024))
    monkeypatch.setattr(resource, "setrlimit", setrlimit)
    monkeypatch.setattr(worker, "_most_files", lambda: most)
    worker._raise_file_limit()
    assert tried == asked
