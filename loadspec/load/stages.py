"""Stages as text: `10s:5, 20s:10` is ten seconds towards 5 users, then twenty towards 10; `1m:50/s` towards a rate."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TypeVar

from msgspec import Struct

from loadspec.load.rates import format_rate, parse_rate
from loadspec.units import YEAR, format_duration, parse_duration

_TARGET = r"[0-9]{1,9}"
_RATE = r"[0-9.]+\s*/\s*(s|m|h)"
_EXAMPLE = "write duration:users, separated by commas, for example 10s:5, 20s:10"
_RATES_EXAMPLE = "write duration:rate, separated by commas, for example 1m:50/s, 2m:100/s"
_RATES = "rates go into `rate_stages`, or --rate-stages, for example 1m:50/s, 2m:100/s"


class Stage(Struct, frozen=True):
    """Ramp to `target` users within `duration` seconds; 0 seconds is a jump."""

    duration: float
    target: int


class RateStage(Struct, frozen=True):
    """Ramp to `target` iterations a second within `duration` seconds; 0 seconds is a jump."""

    duration: float
    target: Fraction


class StageError(ValueError):
    """Stages that cannot be read: `message` and `hint` are for the user, `offset` counts characters of the text."""

    def __init__(self, message: str, offset: int, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint


def stage_corners(start: float, stages: Iterable[Stage | RateStage]) -> list[tuple[float, float]]:
    """(seconds, level) before the first stage and at the end of each."""
    found = [(0.0, float(start))]
    for stage in stages:
        found.append((found[-1][0] + stage.duration, float(stage.target)))
    return found


def parse_stages(text: str) -> tuple[Stage, ...]:
    """`10s:5, 20s:10` → stages. Blanks around the marks do not matter. Raises StageError."""
    return tuple(Stage(*pair) for pair in _pairs(text, _users, _EXAMPLE))


def parse_rate_stages(text: str) -> tuple[RateStage, ...]:
    """`1m:50/s, 30s:0` → stages of rates, likewise. Raises StageError."""
    return tuple(RateStage(*pair) for pair in _pairs(text, _rate, _RATES_EXAMPLE))


def format_stages(stages: Iterable[Stage]) -> str:
    """The text that `parse_stages` reads back."""
    return ", ".join(f"{format_duration(stage.duration)}:{stage.target}" for stage in stages)


def format_rate_stages(stages: Iterable[RateStage]) -> str:
    """The text that `parse_rate_stages` reads back."""
    return ", ".join(f"{format_duration(stage.duration)}:{format_rate(stage.target)}" for stage in stages)


Target = TypeVar("Target")
Read = Callable[[str, int], Target]
"""(text, offset) → what a stage leads to. Raises StageError."""


def _pairs(text: str, read: Read[Target], example: str) -> list[tuple[float, Target]]:
    """Durations with what they lead to."""
    if not text.strip():
        raise StageError("there is no stage", 0, example)
    pairs = []
    offset = 0
    for part in text.split(","):
        pairs.append(_pair(part, offset, read, example))
        offset += len(part) + 1
    return pairs


def _pair(part: str, offset: int, read: Read[Target], example: str) -> tuple[float, Target]:
    stage = part.strip()
    start = offset + len(part) - len(part.lstrip())
    if not stage:
        raise StageError("a stage is missing here", offset, "remove the comma that has no stage beside it")
    length, colon, target = stage.partition(":")
    if not colon:
        raise StageError(f"`{stage}` is not a stage: it has no colon", start, example)
    try:
        duration = parse_duration(length)
    except ValueError as error:
        raise StageError(str(error), start, example) from None
    if duration > YEAR:
        raise StageError("this is longer than a year", start, example)
    at = start + len(length) + 1 + len(target) - len(target.lstrip())
    return duration, read(target.strip(), at)


def _users(text: str, offset: int) -> int:
    if re.fullmatch(_TARGET, text):
        return int(text)
    if re.fullmatch(_RATE, text):
        raise StageError(f"`{text}` is a rate, and stages count users", offset, _RATES)
    what = f"`{text}` is not" if text else "here should be"
    raise StageError(f"{what} a whole number of users, 0 or more", offset, _EXAMPLE)


def _rate(text: str, offset: int) -> Fraction:
    if not text:
        raise StageError("here should be a rate such as 50/s", offset, _RATES_EXAMPLE)
    try:
        return parse_rate(text)
    except ValueError as error:
        raise StageError(str(error), offset, _RATES_EXAMPLE) from None
