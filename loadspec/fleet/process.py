"""A worker in a process of its own, so that files, terminal and reports never share its interpreter."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from msgspec import Struct, field
from msgspec.structs import asdict

from loadspec.stopping import held_back

Message = dict[str, Any]


_START = "import gc; gc.disable(); from loadspec.fleet.worker import main; main()"
"""The collector need not look through what a start makes, which stays; the worker turns it on when it is ready."""
COMMAND = [sys.executable, "-P", "-c", _START]
"""-P: Python files in the current folder are not ours, and never run."""
_LEASE = 1.0
"""Seconds without an order after which the worker is told that its parent is there. See `worker`."""
_LAST_WORDS = 1.0
"""Seconds that a worker which has ended has for what it wrote to stderr."""


class Job(Struct, frozen=True):
    """What a worker compiles: the resolved spec as data, what makes its draws repeatable, and its share of the load."""

    document: Mapping[str, Any]
    env_values: Mapping[str, str]
    source: str
    seed: int
    run_id: str
    bounds: Mapping[str, Any] = field(default_factory=dict)
    """See `engine.bounds`: what holds whatever the spec says."""
    log_http: str = ""
    samples: Sequence[Mapping[str, Any]] = ()
    """Files that were asked for: {"code": see `samples.member_of`, "target": file, "gzip": bool}."""
    k: int = 0
    n: int = 1
    """Worker `k` of `n`: see `load.share`."""


class WorkerProcess:
    """Starts the worker; `send` talks to it, `tell` is given its messages, in a thread. `close` ends it.

    The last message is `{"is": "lost", "code": n}`, however it ended.
    """

    def __init__(self, job: Job, tell: Callable[[Message], None]) -> None:
        self._tell = tell
        self._orders: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        with held_back():  # signals are for the parent, who tells the worker what to do
            self._process = subprocess.Popen(
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self.send("job", **asdict(job))
        self._relay = threading.Thread(target=self._pass_on, daemon=True)
        self._relay.start()
        for work in (self._read, self._write):
            threading.Thread(target=work, daemon=True).start()

    def send(self, do: str, **fields: Any) -> None:
        """Tell the worker something. Never waits; a worker that is gone says so by its last message."""
        self._orders.put({"do": do, **fields})

    def leave(self) -> None:
        """Ask it to end, by the end of its input; `close` waits for it."""
        self._orders.put(None)

    def kill(self) -> None:
        """End it at once, also if it is stopped: it never wakes again."""
        self._process.kill()

    def close(self, patience: float = 2.0) -> None:
        """End the worker: by closing its input, and by force if it does not go."""
        self.leave()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        self._relay.join(_LAST_WORDS)

    def _write(self) -> None:
        """Orders, and in between the lease. A worker that reads nothing holds up this thread alone."""
        pipe = self._process.stdin
        assert pipe is not None
        with contextlib.suppress(BrokenPipeError):
            while (order := self._next_order()) is not None:
                pipe.write(orjson.dumps(order) + b"\n")
                pipe.flush()
        with contextlib.suppress(BrokenPipeError):
            pipe.close()

    def _next_order(self) -> Message | None:
        try:
            return self._orders.get(timeout=_LEASE)
        except queue.Empty:
            return {"do": "lease"}

    def _pass_on(self) -> None:
        """What it writes to stderr, a warning or a traceback, goes through our own, where a region may be shown."""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            with contextlib.suppress(OSError, ValueError, AttributeError):  # nobody may be there to read it
                sys.stderr.write(line.decode("utf-8", "replace"))
                sys.stderr.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                self._tell(orjson.loads(line))
        except ValueError:  # a last line torn by a kill
            pass
        finally:
            self._tell({"is": "lost", "code": self._process.wait()})
