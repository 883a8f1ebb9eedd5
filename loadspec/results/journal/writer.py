"""The journal as it is written: every record on disk as soon as it came."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import IO

from loadspec.errors import UsageError
from loadspec.results.head import Head
from loadspec.results.journal.layout import NAME, TAIL, VERSION, line, stream
from loadspec.results.journal.thin import Thinner, fold, packed_record, together
from loadspec.results.journal.wire import to_wire
from loadspec.results.ledger import Record
from loadspec.results.model import RunResult

FINE = 3600.0
"""So many seconds of load are kept one by one; those after it, in tens."""
_COARSE = 10.0
_SEGMENT = 60
"""So many records make a stream."""
BUDGET = 100_000_000
"""Bytes. Each time that half of what was left of nine tenths of them is used, what is kept becomes twice as coarse."""
_MANY = 10
"""So many seconds wait to be folded, at most."""


class Journal:
    """Takes records; a disk that is full ends the journal, not the run: `failure` then says why.

    Raises UsageError where another run has its journal in the folder.
    """

    def __init__(self, directory: Path, head: Head, budget: int = BUDGET) -> None:
        self.failure = ""
        self._directory = directory
        self._thinner = Thinner(head.thresholds, head.submetrics)
        self._budget = budget * 9 // 10
        self._enough = self._budget // 2
        self._grain = 1
        self._size = 0
        self._taken = 0
        """Records so far; those from `_begin` on are in the tail."""
        self._begin = 0
        self._open: list[Record] = []
        """Snapshots that will be one."""
        self._newest = b""
        """What is open, where that is one snapshot whose line is known."""
        self._lines: list[bytes] = []
        """What the next stream will hold."""
        self._file: IO[bytes] | None = None
        self._tail: IO[bytes] | None = None
        try:
            self._file = (directory / NAME).open("xb", buffering=0)
            with suppress(OSError):  # some file systems have no locks
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._append([line({"loadspec": "journal", "version": VERSION, "head": head.to_wire()})])
            self._new_tail()
        except FileExistsError:
            raise UsageError(f"{directory} holds a run already", "name another --run-id, or leave it out") from None
        except OSError as error:
            self._fail(error)

    def write(self, record: Record) -> str:
        """Add a record, which is on disk when this returns → `failure`."""
        if self.failure:
            return self.failure
        try:
            thin = self._thinner(record)
            if self._open and not together(self._open[-1], thin, self._every(thin)):
                self._fold()
                if self._taken - self._begin >= _SEGMENT:
                    self._close_segment()
            self._newest = line(packed_record(thin))
            self._write(self._tail, self._newest)
            self._open.append(thin)
            if len(self._open) > _MANY:
                self._open, self._newest = [fold(self._open)], b""
            self._taken += 1
        except OSError as error:
            self._fail(error)
        return self.failure

    def close(self, result: RunResult | None = None) -> bool:
        """The run is over, with a `result` where it has one: write nothing more → whether it is kept whole.

        A result makes up for records that are missing, so it is tried also where the disk was full before.
        """
        try:
            if not self.failure:
                self._fold()
                self._close_segment()
            if result is not None and self._file is not None:
                self._append([line({"is": "result", "result": to_wire(result)})])
                (self._directory / TAIL).unlink(missing_ok=True)
                return True
        except OSError as error:
            self._fail(error)
        finally:
            for file in (self._file, self._tail):
                if file is not None:
                    file.close()
        return not self.failure

    def _every(self, record: Record) -> float:
        """How many seconds of load around a record are one."""
        return self._grain * (1.0 if record.get("t", 0.0) <= FINE else _COARSE)

    def _fold(self) -> None:
        """What is open becomes one record of the next stream."""
        if self._open:
            text = self._newest if len(self._open) == 1 else b""
            self._lines.append(text or line(packed_record(fold(self._open))))
            self._open = []

    def _close_segment(self) -> None:
        """Move the tail's records into a stream."""
        if self._taken == self._begin:
            return
        self._append([*self._lines, line({"is": "segment", "to": self._taken})])
        self._begin, self._lines = self._taken, []
        self._new_tail()

    def _append(self, lines: list[bytes]) -> None:
        """Add a stream, or none of it. Raises OSError."""
        assert self._file is not None
        try:
            self._size += self._write(self._file, stream(lines))
        except OSError:
            with suppress(OSError):
                self._file.seek(self._file.truncate(self._size))
            raise
        if self._size > self._enough:
            self._grain *= 2
            self._enough += (self._budget - self._enough) // 2

    def _new_tail(self) -> None:
        """A tail that is empty yet takes the place of the last one. Raises OSError."""
        beside = self._directory / f".{TAIL}"
        if self._tail is not None:
            self._tail.close()
        self._tail = beside.open("wb", buffering=0)
        self._write(self._tail, line({"loadspec": TAIL, "from": self._taken}))
        os.replace(beside, self._directory / TAIL)

    @staticmethod
    def _write(file: IO[bytes] | None, data: bytes) -> int:
        """All of it, to the system at once. Raises OSError."""
        assert file is not None
        left = memoryview(data)
        while left:
            left = left[file.write(left) :]
        return len(data)

    def _fail(self, error: OSError) -> None:
        self.failure = f"the journal {self._directory / NAME} ends early: {error.strerror or error}"
