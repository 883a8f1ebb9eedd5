"""Durations in a document, each checked where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.places import Places
from loadspec.units import YEAR, parse_duration, parse_duration_range

Found = Iterator[Diagnostic]

_TIMEOUTS = ("total", "connect", "dns", "tls", "send", "first_byte", "idle")


def check_timeout(places: Places, path: Path, value: Any) -> Found:
    """A total, or a mapping of limits."""
    if isinstance(value, Mapping):
        for key in _TIMEOUTS:
            yield from check_duration(places, (*path, key), value.get(key), zero=False)
    else:
        yield from check_duration(places, path, value, zero=False)


def check_duration(places: Places, path: Path, value: Any, zero: bool) -> Found:
    """A text that must be a duration; what is no text is the schema's matter."""
    if not isinstance(value, str):
        return
    try:
        seconds = parse_duration(value)
    except ValueError as error:
        yield places.text(path, value, 0, "LS029", str(error), max(len(value), 1), help=_meant(value))
        return
    if seconds > YEAR:
        yield places.value(path, "LS016", "this is longer than a year")
    elif seconds == 0 and not zero:
        yield places.value(path, "LS016", f"`{path[-1]}` must be longer than 0s")


def check_think(places: Places, path: Path, value: Any) -> Found:
    """A duration or a range."""
    if not isinstance(value, str):
        return
    try:
        low, high = parse_duration_range(value)
    except ValueError as error:
        yield places.text(path, value, 0, "LS029", str(error), max(len(value), 1), help=_meant(value) or _range(value))
    else:
        if max(low, high) > YEAR:
            yield places.value(path, "LS016", "this is longer than a year")


_HABITS = (
    (r"(\d+):([0-5]?\d)", r"\1m\2s"),
    (r"(\d+):([0-5]?\d):([0-5]?\d)", r"\1h\2m\3s"),
    (r"(?i)(\d+(?:\.\d+)?)\s*(?:s|secs?|seconds?)", r"\1s"),
    (r"(?i)(\d+(?:\.\d+)?)\s*(?:ms|msecs?|millis|milliseconds?)", r"\1ms"),
    (r"(?i)(\d+(?:\.\d+)?)\s*(?:m|mins?|minutes?)", r"\1m"),
    (r"(?i)(\d+(?:\.\d+)?)\s*(?:h|hrs?|hours?)", r"\1h"),
    (r"(?i)(\d+(?:\.\d+)?)\s*(?:d|days?)", r"\1d"),
    (r"(?i)(\d+)h\s*([0-5]?\d)", r"\1h\2m"),
    (r"(?i)(\d+)m\s*([0-5]?\d)", r"\1m\2s"),
)


_RANGE = r"(\d+(?:\.\d+)?)\s*(ms|s|m)?\s*(?:-|–|to|\.\.\.|,)\s*(\d+(?:\.\d+)?)\s*(ms|s|m)"


def _range(text: str) -> str:
    """`1-3s` is 1s..3s."""
    found = re.fullmatch(_RANGE, text.strip()) if len(text) < 40 else None
    return f"write {found[1]}{found[2] or found[4]}..{found[3]}{found[4]}" if found else ""


def _meant(text: str) -> str:
    """What was most likely meant: `1:50` is 1m50s, `3 seconds` is 3s."""
    for pattern, written in _HABITS:
        found = re.fullmatch(pattern, text.strip()) if len(text) < 40 else None
        if found:
            return f"write {found.expand(written)}"
    return ""
