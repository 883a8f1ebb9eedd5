"""Figures and hostile text as a page shows them; the templates' filters."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from loadspec.units import format_bytes, format_clock, format_count, format_duration, format_ms

NONE = "–"
"""What stands where there is no figure."""

_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 (tab and newline aside), DEL, C1: terminal escapes begin here
    "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"  # marks that reorder or hide text
    "\ud800-\udfff\ufffe\uffff"  # what UTF-8 and XML cannot carry
    "\U000e0000-\U000e007f]"  # tags: invisible letters
)


def visible(text: str) -> str:
    """Text with control, reordering and invisible characters written out (`\\x1b`, `\\u202e`): it shows what it is."""
    return _NOT_TEXT.sub(_written_out, text.replace("\r\n", "\n"))


def _written_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def ms(value: float | None) -> str:
    """Milliseconds for people: `133ms`, `1.89s`, `1m10s`; about four digits."""
    if value is None:
        return NONE
    return format_ms(_four_digits(value))


def _four_digits(value: float) -> float:
    """100.4321 → 100.4: what a column of figures can carry, never a rounding to zero."""
    size = abs(value)
    digits = 0 if size >= 10_000 else 1 if 100 <= size < 1000 else 4 if 0.1 <= size < 1 else 9
    return round(value, digits)


def percent(ratio: float | None, decimals: int = 2) -> str:
    """A ratio 0..1 → `12.5%`; what is not quite 0 or 1 is never rounded to it."""
    if ratio is None:
        return NONE
    text = _trimmed(ratio * 100, decimals)
    if text == "0" and ratio > 0:
        return f"<{10.0**-decimals:g}%"
    if text == "100" and ratio < 1:
        return f">{100 - 10.0**-decimals:g}%"
    return f"{text}%"


def signed_percent(ratio: float | None) -> str:
    """A margin: `+12.5%`, `−3.8%` (a true minus); one decimal."""
    if ratio is None:
        return NONE
    size = abs(ratio) * 100
    if size == math.inf:
        return "−∞" if ratio < 0 else "+∞"
    text = f"{_trimmed(size, 1 if size < 100 else 0)}%" if size < 10_000 else ">9999%"
    return f"{'−' if ratio < 0 else '+'}{text}"


def clock(seconds: float | None) -> str:
    """A moment on the run's clock: `00:38`, `1:02:03`."""
    return NONE if seconds is None else format_clock(seconds)


def per_second(value: float | None) -> str:
    """A rate without its unit: `59.7`, `2 000`, `0.25`."""
    if value is None:
        return NONE
    return format_count(round(value, 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2))


def count(value: float | None) -> str:
    """A number with thin groups: `12 345`."""
    return NONE if value is None else format_count(value)


def size(value: float | None) -> str:
    """Bytes: `2.2 MB`."""
    return NONE if value is None else format_bytes(value)


def utc(iso: str) -> str:
    """`2026-04-12T08:09:10Z` → `2026-04-12 08:09:10 UTC`; anything else as it is."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)", iso)
    return f"{match[1]} {match[2]} UTC" if match else iso


def figure(value: float | None, contains: str) -> str:
    """A trend's value in its unit: `time` is ms, `bytes` bytes, anything else a bare number."""
    if contains == "time":
        return ms(value)
    return size(value) if contains == "bytes" else count(value)


def _trimmed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


FILTERS: Mapping[str, Callable[..., Any]] = {
    "ms": ms,
    "percent": percent,
    "signed_percent": signed_percent,
    "clock": clock,
    "per_second": per_second,
    "count_text": count,
    "bytes_text": size,
    "duration": format_duration,
    "utc": utc,
    "figure": figure,
}
