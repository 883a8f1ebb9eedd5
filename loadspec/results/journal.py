"""The journal: every snapshot on disk as soon as it came, so that a killed run has not measured in vain."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import orjson

VERSION = 1


class Journal:
    """JSON lines: a first line that says what this is, then a snapshot a line, flushed one by one.

    A disk that is full ends the journal, not the run; `failure` then says why.
    """

    def __init__(self, path: Path, facts: Mapping[str, Any]) -> None:
        self.failure = ""
        self._path = path
        self._file: IO[bytes] | None = None
        try:
            self._file = path.open("ab")
        except OSError as error:
            self._fail(error)
        self.write({"loadspec": "journal", "version": VERSION, **facts})

    def write(self, line: Mapping[str, Any]) -> None:
        """Append a line and flush it."""
        if self._file is None:
            return
        try:
            self._file.write(orjson.dumps(line) + b"\n")
            self._file.flush()
        except OSError as error:
            self._fail(error)

    def close(self) -> None:
        """Write nothing more."""
        if self._file is not None:
            try:
                self._file.close()
            except OSError as error:
                self._fail(error)
            self._file = None

    def _fail(self, error: OSError) -> None:
        self.failure = f"the journal {self._path} ends early: {error.strerror or error}"
        self._file = None
