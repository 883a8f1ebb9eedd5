"""Small values."""

from __future__ import annotations

from loadspec.units import parse_duration

DEFAULT_TIMEOUT = 60.0


def seconds(text: str | None, default: float) -> float:
    """A duration in seconds, the default where there is none."""
    return default if text is None else parse_duration(text)
