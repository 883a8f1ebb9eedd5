"""`--log-http`: every exchange of a worker as text in a file. It costs the worker time: it is for looking closely.

A disk that is full or a log that is long enough ends the log, never the load; `notes` then says so.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import IO

from loadspec.protocols.failures import FailureLog
from loadspec.protocols.http.transcript import harmless, transcript
from loadspec.protocols.user import User
from loadspec.spec.model import Step
from loadspec.transports.base import Answer
from loadspec.units import format_ms
from loadspec.wire.url import Origin

LIMIT = 256 << 20
"""Bytes; the log ends there."""


class HttpLog:
    """A `Watch` that writes. `failures` knows what to mask. Raises OSError where the file cannot be opened."""

    def __init__(self, path: str, limit: int = LIMIT) -> None:
        self._file: IO[str] | None = open(path, "a", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
        self._left = limit
        self._limit = limit
        self.failures: FailureLog | None = None
        self.notes: list[str] = []

    def entered(self, user: User, step: Step) -> None:
        """Only exchanges are written."""

    def left(self, user: User, step: Step, cut: bool) -> None:
        """Only exchanges are written."""

    def exchanged(self, user: User, origin: Origin, request: bytes, answer: Answer) -> None:
        """See `plan.watch`."""
        if self._file is None or self.failures is None:
            return
        masker = self.failures.masker(user)
        line = masker(request.partition(b" HTTP/1.1\r\n")[0].decode("utf-8", "replace"))
        method, _, path = line.partition(" ")
        came = f"{answer.status} in {format_ms(answer.duration)}" if answer.status else "no answer"
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        title = harmless(f"{method} {origin}{path}")
        lines = [
            f"# {now} user {user.index + 1} iteration {user.iteration}: {title} → {came}",
            *transcript(request, answer, masker),
            "",
        ]
        self._write("\n".join(lines) + "\n")

    def _write(self, text: str) -> None:
        assert self._file is not None
        try:
            self._left -= len(text)
            if self._left < 0:
                self._file.write(f"# the log ends here, after {self._limit >> 20} MiB\n")
                self._end(f"the HTTP log has ended, after {self._limit >> 20} MiB")
                return
            self._file.write(text)
            self._file.flush()
        except OSError as error:
            self._end(f"the HTTP log could not be written any more: {error.strerror}")

    def _end(self, note: str) -> None:
        file, self._file = self._file, None
        self.notes.append(note)
        try:
            if file is not None:
                file.close()
        except OSError:
            return


def notes_of(log: HttpLog | None) -> list[str]:
    """What a log has to say since the last call."""
    if log is None or not log.notes:
        return []
    notes, log.notes = log.notes, []
    return notes
