"""What a worker does with the samples that somebody asked for: it writes its part of each file while the load runs.

Rows become text in small pieces between other work, and are compressed and written in threads. Neither a full disk nor
a slow one holds up the load: what cannot be written is dropped, and counted.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import gevent
from gevent.lock import Semaphore
from gevent.threadpool import ThreadPool

from loadspec.clock import monotonic
from loadspec.masking import Masker
from loadspec.metrics.tape import Row
from loadspec.plan import Plan
from loadspec.samples import member_of
from loadspec.samples.parts import member, part_path
from loadspec.samples.rows import Renderer
from loadspec.units import format_count

_TURN = 0.1
"""Seconds between two looks at the tapes."""
_PIECE = 100
"""Rows that become text at once: less than a millisecond of work."""
_WRITE = 1 << 20
"""Bytes that are written at once, at most, and that a gzip member holds."""
_WAIT = 1.0
"""Seconds that text waits for more, so that members are not too small."""
_HELD = 16 << 20
"""Bytes of text that wait for the disk, for each file; beyond them rows are dropped."""


class Part:
    """One worker's part of a file. `dropped` rows, `failure`: why it could not be written."""

    def __init__(self, path: Path, gzipped: bool, render: Renderer, header: bool, held: int = _HELD) -> None:
        self.dropped = 0
        self.failure = ""
        self._path = path
        self._gzipped = gzipped
        self._render = render
        self._limit = held
        self._pool = ThreadPool(1)
        self._file = -1
        self._waiting: deque[tuple[bytes, int]] = deque()
        self._size = 0
        self._writing: Any = None
        self._last = monotonic()
        if header:
            self._hold(render.header(), 0)

    def take(self, rows: Sequence[Row]) -> None:
        """Hold the text of some rows, or drop them where too much waits already."""
        if self._size > self._limit:
            self.dropped += len(rows)
        else:
            self._hold(*self._render(rows))

    def pump(self, at_once: bool = False) -> bool:
        """Begin to write, if nothing is being written and enough waits → whether all is on the disk."""
        if self._writing is not None:
            if not self._writing.ready():
                return False
            lost, self.failure = self._writing.get()
            self.dropped += lost
            self._writing = None
        if self._waiting and (at_once or self._size >= _WRITE or monotonic() - self._last > _WAIT):
            self._writing = self._pool.spawn(self._write, *self._next())
            self._last = monotonic()
        return not self._waiting and self._writing is None

    def give_up(self) -> None:
        """What waits now will not be written."""
        self.dropped += sum(rows for _, rows in self._waiting)
        self._waiting.clear()
        self._size = 0

    def _hold(self, text: str, rows: int) -> None:
        if text:
            data = text.encode("utf-8", "backslashreplace")
            self._waiting.append((data, rows))
            self._size += len(data)

    def _next(self) -> tuple[bytes, int]:
        pieces, size, rows = [], 0, 0
        while self._waiting and size < _WRITE:
            data, count = self._waiting.popleft()
            pieces.append(data)
            size += len(data)
            rows += count
        self._size -= size
        return b"".join(pieces), rows

    def _write(self, data: bytes, rows: int) -> tuple[int, str]:
        """In a thread: append it whole, or nothing of it → (rows that are lost, why)."""
        try:
            if self._file < 0:
                self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            size = os.fstat(self._file).st_size
            left = memoryview(member(data) if self._gzipped else data)
            try:
                while left:
                    left = left[os.write(self._file, left) :]
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(self._file, size)
                raise
        except OSError as error:
            return rows, error.strerror or str(error)
        return 0, ""


class Samples:
    """All parts of worker `k` of `n`; `asked` are those of `fleet.process.Job`."""

    def __init__(
        self, asked: Sequence[Mapping[str, Any]], plan: Plan, run_id: str, secrets: Sequence[str], k: int, n: int
    ) -> None:
        phases = plan.phases
        mask, wall = Masker(secrets), time.time() - monotonic()
        self._tapes = [phase.meters.tape for phase in phases.values() if phase.meters.tape is not None]
        self._parts = [
            Part(
                part_path(one["target"], run_id, k),
                one["gzip"],
                Renderer(member_of(one["code"]).format, wall, lambda phase: phases[phase].failures.epoch, mask),
                header=k == 0,
            )
            for one in asked
        ]
        self._name = f"worker {k + 1} of {n} " if n > 1 else ""
        self._lock = Semaphore()
        self._told = False

    def run(self) -> NoReturn:
        """Write what comes, for ever."""
        while True:
            gevent.sleep(_TURN)
            self._turn()

    def flush(self, limit: float) -> None:
        """Write all that there is, within so many seconds; the rest is dropped."""
        until = monotonic() + limit
        self._turn()
        while not all([part.pump(at_once=True) for part in self._parts]):
            if monotonic() > until:
                for part in self._parts:
                    part.give_up()
                return
            gevent.sleep(0.005)

    def notes(self, ended: bool = False) -> list[str]:
        """That samples are dropped, once; how many, when the phase has `ended`."""
        dropped = sum(part.dropped for part in self._parts)
        why = next((part.failure for part in self._parts if part.failure), "") or "the disk is slower than the load"
        if not dropped or not (ended or not self._told):
            return []
        self._told = True
        if not ended:
            return [f"{self._name}drops samples: {why}"]
        return [f"{self._name}dropped {format_count(dropped)} samples: {why}"]

    def _turn(self) -> None:
        with self._lock:  # so that rows stay in order
            rows = [row for tape in self._tapes for row in tape.take()]
            for start in range(0, len(rows), _PIECE):
                for part in self._parts:
                    part.take(rows[start : start + _PIECE])
                gevent.sleep(0)
            for part in self._parts:
                part.pump()
