"""The settings of a threshold's long form: one row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from loadspec.thresholds.error import ThresholdError, did_you_mean
from loadspec.units import parse_duration

MOST_WINDOW = 3600.0
"""Seconds: a longer window says what the whole run says."""

_K6_OPTIONS = {"threshold": "that", "abortOnFail": "abort", "delayAbortEval": "after"}


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ThresholdError(f"`{name}` is true or false, not `{value}`", 0, "option", f"write {name}: true")
    return value


def _duration(name: str, value: Any) -> float:
    try:
        return parse_duration(str(value))
    except ValueError as error:
        raise ThresholdError(str(error), 0, "option", f"for example {name}: 30s") from None


def _window(name: str, value: Any) -> float:
    seconds = _duration(name, value)
    if not 1 <= seconds <= MOST_WINDOW:
        what = f"a window of `{value}` cannot be judged"
        raise ThresholdError(what, 0, "conflict", "write a window between 1s and 1h; without one, the run is judged")
    return seconds


def _choice(hint: str, *words: str) -> Callable[[str, Any], Any]:
    def read(name: str, value: Any) -> Any:
        if value not in words:
            what = f"`{name}` is {' or '.join(words)}, not `{value}`"
            raise ThresholdError(what, 0, "option", hint)
        return value

    return read


_level = _choice("write level: warn for what is told and decides nothing", "fail", "warn")
_failures = _choice("write failures: infinite to count them as infinitely long", "ignore", "infinite")
_empty = _choice("write empty: pass where no sample is good news", "pass", "fail")

_READERS: Mapping[str, tuple[str, Callable[[str, Any], Any]]] = {
    "abort": ("abort", _flag),
    "after": ("after", _duration),
    "grace": ("grace", _duration),
    "window": ("window", _window),
    "level": ("level", _level),
    "failures": ("infinite", lambda name, value: _failures(name, value) == "infinite"),
    "empty": ("empty_passes", lambda name, value: _empty(name, value) == "pass"),
}
"""Option → the field that it sets, and how its value is read."""

OPTIONS = ("that", *_READERS)
"""The keys of a threshold's long form."""


def read_options(item: Mapping[str, Any]) -> dict[str, Any]:
    """A long form → the fields that its options set. Raises ThresholdError."""
    for name in item:
        if name not in OPTIONS:
            legal = f"the keys are {', '.join(OPTIONS)}"
            hint = f"write `{_K6_OPTIONS[name]}`" if name in _K6_OPTIONS else did_you_mean(str(name), OPTIONS, legal)
            raise ThresholdError(f"`{name}` is no option of a threshold; {legal}", 0, "option", hint).below(str(name))
    if not isinstance(item.get("that"), str):
        what = f"`that` is the comparison as text, not `{item['that']}`" if "that" in item else "`that` is missing"
        error = ThresholdError(what, 0, "option", "for example {that: p(95) < 300ms, abort: true}")
        raise error.below(*(["that"] if "that" in item else []))
    fields = {}
    for name, (field, read) in _READERS.items():
        if name in item:
            try:
                fields[field] = read(name, item[name])
            except ThresholdError as error:
                raise error.below(name) from None
    if fields.get("level") == "warn" and fields.get("abort"):
        hint = "leave out one of the two"
        raise ThresholdError("what only warns cannot end the run", 0, "conflict", hint).below("abort")
    return fields
