"""GitHub's workflow commands: lines of a log that are shown beside the lines of a file.

Source of the escapes: actions/toolkit, packages/core/src/command.ts. The runner shows ten of a kind for each step.
"""

from __future__ import annotations

from typing import Any, Literal

Level = Literal["error", "warning", "notice"]

MOST = 10


def annotation(level: Level, text: str, **properties: Any) -> str:
    """One command, without a line break; properties that are None are left out."""
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value is not None)
    return f"::{level} {given}::{_data(text)}" if given else f"::{level}::{_data(text)}"


def _data(text: str) -> str:
    """A command's message; breaks other than CR and LF, and controls, which a log may obey, are blanks."""
    plain = "".join(char if char.isprintable() or char in "\r\n" else " " for char in text)
    return plain.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
