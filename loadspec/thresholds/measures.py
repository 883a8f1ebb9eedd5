"""What a limit is measured in: which units may be written, which base unit they end in, and how a value is shown.

Limits are exact: text is read as a fraction, and rounded to a float once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from msgspec import Struct

from loadspec.thresholds.error import ThresholdError
from loadspec.units import format_bytes, format_count, format_ms

_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_TIMES = re.compile(r"([0-9]+(?:\.[0-9]+)?)(us|µs|ms|s|m|h)")
_TIME_UNITS = {"µs": "1/1000", "us": "1/1000", "ms": "1", "s": "1000", "m": "60000", "h": "3600000"}
_SIZE_UNITS = {"B": "1", "kB": "1000", "MB": "1000000", "GB": "1000000000"}


def _percent(ratio: float) -> str:
    return f"{ratio * 100:.2f}%"


def _per_second(value: float) -> str:
    return f"{format_count(value)}/s"


def _score(value: float) -> str:
    return f"{value:.2f}"


def _bytes_per_second(value: float) -> str:
    return f"{format_bytes(value)}/s"


class Measure(Struct, frozen=True):
    """One way to measure: `units` maps each unit to its worth in the base unit; `bare` allows a number without one."""

    what: str
    units: Mapping[str, str]
    bare: bool
    advice: str
    show: Callable[[float], str]


MEASURES: Mapping[str, Measure] = {
    "time": Measure("a time", _TIME_UNITS, False, "ms", format_ms),
    "bytes": Measure("a size", _SIZE_UNITS, False, "B", format_bytes),
    "bytes_total": Measure("a size", _SIZE_UNITS, True, "", format_bytes),
    "ratio": Measure("a share", {"%": "1/100"}, False, "%", _percent),
    "count": Measure("a number without a unit", {}, True, "", format_count),
    "score": Measure("a number from 0 to 1", {}, True, "", _score),
    "per_second": Measure("a number per second", {"/s": "1"}, False, "/s", _per_second),
    "bytes_per_second": Measure(
        "a size per second",
        {"/s": "1"} | {f"{unit}/s": worth for unit, worth in _SIZE_UNITS.items()},
        False,
        "/s",
        _bytes_per_second,
    ),
}
"""Measure → units. Base units: milliseconds, bytes, a ratio 0..1, a count; per second where the name says so."""


def read_limit(text: str, offset: int, measure: str, subject: str) -> tuple[float, str]:
    """The limit at the end of an expression → (value in the base unit, unit as written).

    `text` begins with the limit, `offset` is its place, `subject` names what is measured. Raises ThresholdError.
    """
    known = MEASURES[measure]
    compound = _compound_time(text) if measure == "time" else None
    if compound is not None:
        return compound, ""
    number = _NUMBER.match(text)
    if number is None:
        word = text.split()[0] if text.split() else ""
        what = f"`{word}` is not a limit" if word else "the limit is missing"
        raise ThresholdError(what, offset, hint=f"write {subject} with {known.what}, such as {_example(known)}")
    unit = _read_unit(text, number.end(), offset, known, subject)
    worth = Fraction(known.units[unit]) if unit else Fraction(1)
    limit = Fraction(number.group()) * worth
    _check_range(limit, measure, text.strip(), offset)
    return float(limit), unit


def _compound_time(text: str) -> float | None:
    """`1m30s` → 90 000; None if the text is no chain of several times."""
    compact = text.strip()
    parts = _TIMES.findall(compact)
    if len(parts) < 2 or "".join(n + unit for n, unit in parts) != compact:
        return None
    return float(sum(Fraction(n) * Fraction(_TIME_UNITS[unit]) for n, unit in parts))


def _read_unit(text: str, end: int, offset: int, known: Measure, subject: str) -> str:
    """The unit behind the number, which must be all that is left."""
    tail = text[end:].strip()
    at = offset + end + len(text[end:]) - len(text[end:].lstrip())
    unit, _, rest = tail.partition(" ")
    if rest.strip():
        extra = rest.strip() if unit in known.units else tail
        raise ThresholdError(
            f"`{extra}` is too much: a threshold is one comparison",
            at + tail.index(extra),
            hint="write several as a list: [p(95) < 1s, p(99) < 2s]",
        )
    if unit in known.units or (not unit and known.bare):
        return unit
    number = text[:end].strip()
    if not unit:
        hint = f"write {_with_unit(number, known)}"
        raise ThresholdError(f"`{number}` has no unit, and {subject} is {known.what}", offset, hint=hint)
    if not known.units:
        hint = f"write {number}"
        raise ThresholdError(f"`{unit}` is too much: {subject} is {known.what}", at, hint=hint)
    hint = f"its units are {', '.join(known.units)}"
    raise ThresholdError(f"`{unit}` is no unit here: {subject} is {known.what}", at, hint=hint)


def _with_unit(number: str, known: Measure) -> str:
    """What someone who wrote a bare number most likely meant; a bare 0.1 of a share is ten percent."""
    if known.advice == "%" and abs(float(number)) <= 1:
        return f"{float(Fraction(number) * 100):g}%"
    return f"{number}{known.advice}"


def _example(known: Measure) -> str:
    return f"10{known.advice}"


def _check_range(limit: Fraction, measure: str, text: str, offset: int) -> None:
    if measure == "ratio" and not 0 <= limit <= 1:
        raise ThresholdError(f"`{text}` is no share", offset, hint="a share lies between 0% and 100%")
    if measure == "score" and not 0 <= limit <= 1:
        raise ThresholdError(f"`{text}` is no Apdex", offset, hint="an Apdex lies between 0 and 1")
    if measure != "count" and limit < 0:
        raise ThresholdError(f"`{text}` is less than nothing", offset, hint="write a limit of 0 or more")
    try:
        too_large = math.isinf(float(limit))
    except OverflowError:
        too_large = True
    if too_large:
        raise ThresholdError(f"`{text}` is too large a number", offset, hint="write a smaller limit")
