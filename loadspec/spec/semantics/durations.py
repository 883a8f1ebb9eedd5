"""Durations in a document, each checked where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.places import Places
from loadspec.units import YEAR, parse_duration, parse_duration_range

Found = Iterator[Diagnostic]

_TIMEOUTS = ("total", "connect", "first_byte")


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
        yield places.text(path, value, 0, "LS029", str(error), max(len(value), 1))
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
        yield places.text(path, value, 0, "LS029", str(error), max(len(value), 1))
    else:
        if max(low, high) > YEAR:
            yield places.value(path, "LS016", "this is longer than a year")
