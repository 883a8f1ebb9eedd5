"""A curve of users over time in characters: the load before it runs."""

from __future__ import annotations

from collections.abc import Callable

from loadspec.units import format_duration

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_ASCII = {"│": "|", "┤": "+", "┼": "+", "─": "-", "┬": "+", "▁": "_", "▂": "_", "▃": ".", "▄": "o", "▅": "o"}
_ASCII |= {"▆": "#", "▇": "#", "█": "#"}
_TO_ASCII = str.maketrans(_ASCII)


def sketch(
    users_at: Callable[[float], float], duration: float, width: int = 60, height: int = 6, ascii_only: bool = False
) -> list[str]:
    """Lines with axes: `height` rows for 0 to the highest level, `width` columns for 0 to `duration` seconds.

    A column shows the highest level of its time, so that no spike is lost between two columns.
    """
    levels = _columns(users_at, duration, width)
    top = max(levels, default=0.0)
    labels = {height - 1: _number(top), height // 2 - 1: _number(top / 2)} if height > 2 else {height - 1: _number(top)}
    margin = max(len(label) for label in labels.values()) + 1
    lines = []
    for row in range(height - 1, -1, -1):
        label = labels.get(row, "")
        axis = "┤" if label else "│"
        lines.append(f"{label:>{margin}} {axis}{''.join(_cell(level, top, row, height) for level in levels)}".rstrip())
    lines += _time_axis(duration, width, margin)
    return [line.translate(_TO_ASCII) for line in lines] if ascii_only else lines


def _columns(users_at: Callable[[float], float], duration: float, width: int, samples: int = 16) -> list[float]:
    step = duration / (width * samples)
    at = [users_at(step * i) for i in range(width * samples)]
    return [max(at[column * samples : (column + 1) * samples]) for column in range(width)]


def _cell(level: float, top: float, row: int, height: int) -> str:
    """How much of a row the level fills; a level above 0 always shows."""
    if level <= 0:
        return " "
    eighths = round(level / top * height * 8) - row * 8
    return _EIGHTHS[max(int(row == 0), min(8, eighths))]


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def _time_axis(duration: float, width: int, margin: int) -> list[str]:
    middle = width // 2
    axis = "".join("┬" if column in (middle, width - 1) else "─" for column in range(width))
    begin, half, end = "0s", format_duration(_rounded(duration / 2)), format_duration(_rounded(duration))
    marks = begin.ljust(middle - len(half) // 2) + half
    marks = marks.ljust(width - len(end)) + end
    return [f"{'0':>{margin}} ┼{axis}", f"{'':>{margin}}  {marks}"]


def _rounded(seconds: float) -> float:
    return round(seconds) if seconds >= 10 else round(seconds, 2)
