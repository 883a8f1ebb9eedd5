"""Stages as text: `10s:5, 20s:10` is ten seconds towards 5 users, then twenty towards 10."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from loadspec.units import YEAR, format_duration, parse_duration

_TARGET = re.compile(r"[0-9]{1,9}")
_EXAMPLE = "write duration:users, separated by commas, for example 10s:5, 20s:10"


@dataclass(frozen=True, slots=True)
class Stage:
    """Ramp to `target` users within `duration` seconds; 0 seconds is a jump."""

    duration: float
    target: int


class StageError(ValueError):
    """Stages that cannot be read: `message` and `hint` are for the user, `offset` counts characters of the text."""

    def __init__(self, message: str, offset: int, hint: str = _EXAMPLE) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint


def parse_stages(text: str) -> tuple[Stage, ...]:
    """`10s:5, 20s:10` → stages. Blanks around the marks do not matter. Raises StageError."""
    if not text.strip():
        raise StageError("there is no stage", 0)
    stages = []
    offset = 0
    for part in text.split(","):
        stages.append(_parse_stage(part, offset))
        offset += len(part) + 1
    return tuple(stages)


def format_stages(stages: Iterable[Stage]) -> str:
    """The text that `parse_stages` reads back."""
    return ", ".join(f"{format_duration(stage.duration)}:{stage.target}" for stage in stages)


def _parse_stage(part: str, offset: int) -> Stage:
    stage = part.strip()
    start = offset + len(part) - len(part.lstrip())
    if not stage:
        raise StageError("a stage is missing here", offset, "remove the comma that has no stage beside it")
    length, colon, target = stage.partition(":")
    if not colon:
        raise StageError(f"`{stage}` is not a stage: it has no colon", start)
    try:
        duration = parse_duration(length)
    except ValueError as error:
        raise StageError(str(error), start) from None
    if duration > YEAR:
        raise StageError("this is longer than a year", start)
    at = start + len(length) + 1 + len(target) - len(target.lstrip())
    return Stage(duration, _parse_target(target.strip(), at))


def _parse_target(text: str, offset: int) -> int:
    if _TARGET.fullmatch(text):
        return int(text)
    if re.fullmatch(r"[0-9.]+/(s|m|h)", text):
        raise StageError(f"`{text}` is a rate, and stages count users", offset)
    what = f"`{text}` is not" if text else "here should be"
    raise StageError(f"{what} a whole number of users, 0 or more", offset)
