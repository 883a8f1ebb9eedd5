"""The standard streams when somebody has closed them: a run's exit code must not depend on who reads its output."""

from __future__ import annotations

import io
import os
import sys

from loadspec.errors import OutputError


def settle() -> None:
    """Open what is closed of the three standard streams as nothing, before a socket takes its number.

    What stdout's encoding lacks is escaped.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
            setattr(sys, name, os.fdopen(number, mode))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr: a terminal without umlauts is no reason to stop


def say(text: str) -> None:
    """Write to stdout; a reader that has gone is no error."""
    try:
        _write(text)
    except OSError:
        _write_no_more()


def warn(text: str) -> None:
    """The same for stderr."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _write_no_more(2)


def put(text: str, for_people: bool = False) -> None:
    """Write what a command was called for: a reader that has gone is no error, a full disk is. Raises OutputError.

    It is UTF-8, as files are, unless it is `for_people`: an escape in JSON or YAML would be another text.
    """
    try:
        if for_people or not isinstance(sys.stdout, io.TextIOWrapper):
            _write(text)
        else:
            sys.stdout.buffer.write(text.encode())
            sys.stdout.flush()
    except BrokenPipeError:
        _write_no_more()
    except OSError as error:
        _write_no_more()
        raise OutputError(f"stdout cannot be written to: {error.strerror}") from None


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _write_no_more(number: int = 1) -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, number)  # so that flushing at exit does not fail again
    os.close(nothing)
