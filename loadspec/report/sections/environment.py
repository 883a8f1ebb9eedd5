"""Where the load came from, and how the machine that made it felt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.report.text import count, ms, percent, size
from loadspec.results.model import RunResult
from loadspec.units import format_duration


def figures(result: RunResult) -> Mapping[str, Any]:
    """Two lists of label and text: the environment, the generator's health."""
    run = [("run", result.run_id), ("seed", str(result.seed)), ("clock of answers", str(result.timing))]
    return {
        "environment": [*run, *result.tags.items(), *result.environment.items()],
        "going": result.going,
        "generator": [labelled(name, value) for name, value in result.generator.items()],
    }


def labelled(name: str, value: Any) -> tuple[str, str]:
    """`peak_rss_bytes`, 58720256 → (`peak rss`, `58.7 MB`): the key's last word is its unit."""
    words, _, unit = name.rpartition("_")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and words and unit in _UNITS:
        return words.replace("_", " "), _UNITS[unit](value)
    return name.replace("_", " "), count(value) if number else str(value)


_UNITS: Mapping[str, Any] = {
    "percent": lambda value: percent(value / 100, 1),
    "bytes": size,
    "ms": ms,
    "s": format_duration,
    "ratio": percent,
}
