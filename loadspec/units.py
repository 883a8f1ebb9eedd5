"""Durations, sizes and numbers: text in, values out, and back.

Durations are float seconds here; metrics of time hold float milliseconds (k6's unit).
"""

from __future__ import annotations

import re

_SECONDS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
YEAR = 366 * 86400.0
"""Seconds; no load is planned for longer."""

_PART = re.compile(r"(\d+(?:\.\d+)?)(us|µs|ms|s|m|h|d)")
DURATION_PATTERN = r"^(\d+(\.\d+)?(us|µs|ms|s|m|h|d))+$"
_DURATION = re.compile(DURATION_PATTERN)


def parse_duration(text: str) -> float:
    """`1m30s`, `500ms`, `2h` → seconds. Raises ValueError with a sentence; a bare number has no unit and is refused."""
    text = text.strip()
    if text == "0":
        return 0.0
    if not _DURATION.match(text):
        number = re.fullmatch(r"\d+(\.\d+)?", text)
        hint = f"give it a unit, for example {text}s or {text}ms" if number else "for example 500ms, 30s, 1m30s or 2h"
        raise ValueError(f"`{text}` is not a duration: {hint}")
    return sum(float(n) * _SECONDS[unit] for n, unit in _PART.findall(text))


def parse_duration_range(text: str) -> tuple[float, float]:
    """`1s..3s` → (1.0, 3.0); a single duration is a range of width zero. Raises ValueError."""
    low, dots, high = text.partition("..")
    first = parse_duration(low)
    last = parse_duration(high) if dots else first
    if last < first:
        raise ValueError(f"`{text}` runs backwards: the shorter duration comes first")
    return first, last


def format_duration(seconds: float) -> str:
    """Seconds → `1m30s`, `2.5s`, `350ms`; whole units without decimals, as k6 prints stage lengths."""
    if seconds < 0:
        return "-" + format_duration(-seconds)
    if seconds < 1:
        return "0s" if seconds == 0 else f"{_trim(seconds * 1000, 2)}ms"
    minutes, rest = divmod(round(seconds, 3), 60)
    hours, minutes = divmod(int(minutes), 60)
    parts = [
        f"{hours}h" if hours else "",
        f"{minutes}m" if minutes else "",
        f"{_trim(rest, 3)}s" if rest else "",
    ]
    return "".join(parts)


def format_clock(seconds: float) -> str:
    """A moment on a run's clock: seconds since the load began → `00:38`, `1:02:03`; a moment before it is 0."""
    minutes, rest = divmod(int(max(seconds, 0.0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def format_ms(ms: float) -> str:
    """Milliseconds → `246.87µs`, `1.33ms`, `1.89s`, `1m10s`: k6's way to print a time."""
    size = abs(ms)
    if size == 0:
        return "0s"
    if size < 1:
        return f"{_trim(ms * 1000, 2)}µs"
    if size < 1000:
        return f"{_trim(ms, 2)}ms"
    if size < 60_000:
        return f"{_trim(ms / 1000, 2)}s"
    return format_duration(round(ms / 1000, 2))


_BYTES = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_SIZE = r"(\d+(?:\.\d+)?)\s?([A-Za-z]*)"


def parse_size(text: str) -> int:
    """`512B`, `1kB`, `2.5MB`, `1MiB` → bytes; kB and MB are decimal. Raises ValueError with a sentence."""
    found = re.fullmatch(_SIZE, text.strip())
    if found is None or found[2] not in _BYTES:
        number = found is not None and not found[2]
        hint = f"give it a unit, for example {text}kB" if number else f"the units are {', '.join(_BYTES)}"
        raise ValueError(f"`{text}` is not a size: {hint}")
    return round(float(found[1]) * _BYTES[found[2]])


def format_bytes(count: float) -> str:
    """Bytes → `156 kB`, `2.2 MB`; decimal units, as k6 prints them."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if abs(size) < 1000:
            return f"{_trim(size, 0 if unit == 'B' else 1)} {unit}"
        size /= 1000
    return f"{_trim(size, 1)} TB"


def format_count(value: float) -> str:
    """A number for people: whole numbers with thin groups (`12 345`), others with up to two decimals."""
    if float(value).is_integer():
        return f"{int(value):,}".replace(",", " ")
    return _trim(value, 2)


def _trim(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
