"""A worker in a process of its own, so that files, terminal and reports never share its interpreter."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

Message = dict[str, Any]


COMMAND = [sys.executable, "-P", "-m", "loadspec.fleet.worker"]
"""-P: Python files in the current folder are not ours, and never run."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker compiles: the resolved spec as data, and what makes its draws repeatable."""

    document: Mapping[str, Any]
    env_values: Mapping[str, str]
    source: str
    seed: int
    run_id: str
    bounds: Mapping[str, Any] = field(default_factory=dict)
    """See `engine.bounds`: what holds whatever the spec says."""
    log_http: str = ""


class WorkerProcess:
    """Starts the worker; `send` talks to it, `receive` gives its messages. `close` ends it."""

    def __init__(self, job: Job) -> None:
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in the terminal is for the parent, who tells the worker what to do
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self.send("job", **asdict(job))
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, do: str, **fields: Any) -> None:
        """Tell the worker something. A worker that is gone says so by `receive`."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(orjson.dumps({"do": do, **fields}) + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            return

    def receive(self, timeout: float) -> Message | None:
        """The next message, or None after `timeout` seconds; `{"is": "lost", "code": n}` is the last there can be."""
        try:
            return self._messages.get(timeout=timeout)
        except queue.Empty:
            return None

    def close(self, patience: float = 2.0) -> None:
        """End the worker: by closing its input, and by force if it does not go."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                self._messages.put(orjson.loads(line))
        except ValueError:  # a last line torn by a kill, or a pipe closed by us
            pass
        finally:
            self._messages.put({"is": "lost", "code": self._process.wait()})
