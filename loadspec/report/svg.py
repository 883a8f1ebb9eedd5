"""Drawing without a library: scales, ticks and SVG paths as pure functions.

Coordinates are plain numbers, rounded to a tenth. A gap (None) breaks a line or an area; nothing is interpolated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import ceil, floor, isfinite, log10

from msgspec import Struct

Y = float | None
_PACKED = re.compile(r" (-)|(?<=\.\d) (?=\.)")
"""Blanks between numbers that can be told apart without."""
_TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)


class Scale(Struct, frozen=True):
    """A line from the domain `low..high` to the range `start..end`; a domain of width zero maps to `start`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value; not clipped."""
        if self.high == self.low:
            return self.start
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def nice_step(span: float, count: int) -> float:
    """The least of 1, 2, 5 · 10ⁿ that cuts `span` into at most `count` parts (Heckbert's nice numbers)."""
    if span <= 0 or not isfinite(span):
        return 1.0
    raw = span / count
    power: float = 10.0 ** floor(log10(raw))
    return next((power * factor for factor in (1, 2, 5) if power * factor >= raw * (1 - 1e-9)), power * 10)


def nice_ticks(high: float, count: int = 4) -> list[float]:
    """Ticks from 0 up to the first one at or above `high`; at least [0, 1]."""
    step = nice_step(high, count)
    steps = max(1, ceil(high / step - 1e-9)) if high > 0 else 1
    return [round(step * i, 10) for i in range(steps + 1)]


def time_ticks(seconds: float, count: int = 8) -> list[float]:
    """Ticks from 0 to at most `seconds`, at most `count` steps apart by whole clock units."""
    step = next((s for s in _TIME_STEPS if seconds / s <= count), None)
    step = step or ceil(seconds / count / 86400) * 86400
    return [float(step * i) for i in range(int(seconds / step + 1e-9) + 1)]


def num(value: float) -> str:
    """A coordinate: at most one decimal, no trailing zero."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def line_path(points: Iterable[tuple[float, Y]]) -> str:
    """A polyline, broken at gaps; a lone point becomes a dot (a line of no length: give it round caps)."""
    return "".join(_run_path(run) for run in _runs(points))


def _run_path(run: Sequence[tuple[float, float]]) -> str:
    """From point to point by steps, which take fewer digits; in tenths, so that no rounding adds up."""
    tenths = [(round(x * 10), round(y * 10)) for x, y in run]
    steps = [f"{_tenths(x - left)} {_tenths(y - top)}" for (left, top), (x, y) in pairwise(tenths)]
    start = f"M{_tenths(tenths[0][0])} {_tenths(tenths[0][1])}"
    return start + ("l" + _PACKED.sub(r"\1", " ".join(steps)) if steps else "h0")


def _tenths(value: int) -> str:
    """`15` → `1.5`, `-3` → `-.3`."""
    whole, rest = divmod(abs(value), 10)
    text = f"{whole or ''}.{rest}" if rest else str(whole)
    return f"-{text}" if value < 0 else text


def _runs(points: Iterable[tuple[float, Y]]) -> list[list[tuple[float, float]]]:
    """The stretches without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is not None:
            runs[-1].append((x, y))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def area_path(points: Sequence[tuple[float, Y]], base: float | Sequence[Y]) -> str:
    """The area between a line and a base (a height, or a second line of the same length), broken at gaps of either."""
    bases: Sequence[Y] = [base] * len(points) if isinstance(base, (int, float)) else base
    tops = [(x, None if b is None else y) for (x, y), b in zip(points, bases, strict=True)]
    lows = [(x, None if y is None else b) for (x, y), b in zip(points, bases, strict=True)]
    paths = []
    for top, low in zip(_runs(tops), _runs(lows), strict=True):
        paths.append(f"{_run_path([*top, *reversed(low)])}Z")
    return "".join(paths)


def step_path(steps: Sequence[tuple[float, float, float]]) -> str:
    """A staircase of (x from, x to, y), each step level."""
    if not steps:
        return ""
    left, right, y = steps[0]
    parts = [f"M{num(left)} {num(y)}H{num(right)}"]
    parts += [f"V{num(y)}H{num(right)}" for _, right, y in steps[1:]]
    return "".join(parts)


def bars_path(bars: Iterable[tuple[float, float, float, float]]) -> str:
    """Many rectangles (x from, x to, y top, y bottom) as one path; empty ones are left out.

    From one to the next by steps, as they are neighbours more often than not.
    """
    path: list[str] = []
    x = y = 0
    for bar in bars:
        left, right, top, bottom = (round(edge * 10) for edge in bar)
        if bottom > top and right > left:
            move = f"m{_tenths(left - x)} {_tenths(bottom - y)}" if path else f"M{_tenths(left)} {_tenths(bottom)}"
            high = bottom - top
            path.append(f"{move}v{_tenths(-high)}h{_tenths(right - left)}v{_tenths(high)}")
            x, y = right, bottom
    return _PACKED.sub(r"\1", "".join(path))


def uprights_path(lines: Iterable[tuple[float, float, float]]) -> str:
    """Many upright lines (x, y top, y bottom) as one path, from one to the next by steps."""
    path: list[str] = []
    x = y = 0
    for line in lines:
        at, top, bottom = (round(edge * 10) for edge in line)
        path.append(f"{'m' if path else 'M'}{_tenths(at - x)} {_tenths(bottom - y)}v{_tenths(top - bottom)}")
        x, y = at, top
    return _PACKED.sub(r"\1", "".join(path))
