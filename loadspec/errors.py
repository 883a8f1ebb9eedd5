"""Errors that a user can cause, each with a cause, a way out and an exit code.

Anything else that escapes is a bug of ours and ends with a traceback and exit code 1.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line; k6's where k6 has one. The order of precedence is in `results.verdict`."""

    OK = 0
    USAGE = 2
    OUTPUT_FAILED = 94
    UNTRUSTED = 95
    REGRESSION = 96
    THRESHOLDS = 99
    SETUP_TIMEOUT = 100
    TEARDOWN_TIMEOUT = 101
    INVALID_SPEC = 104
    INTERRUPTED = 105
    SETUP_FAILED = 107
    ABORTED = 108


class LoadspecError(Exception):
    """An error with a sentence for the user.

    `message` says what is wrong, `hint` what to do about it (may be empty), `exit_code` how the process ends.
    """

    exit_code: ExitCode = ExitCode.USAGE

    def __init__(self, message: str, hint: str = "", exit_code: ExitCode | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if exit_code is not None:
            self.exit_code = exit_code


class UsageError(LoadspecError):
    """A wrong option or argument on the command line."""

    exit_code = ExitCode.USAGE


class OutputError(LoadspecError):
    """A result that could not be written."""

    exit_code = ExitCode.OUTPUT_FAILED
