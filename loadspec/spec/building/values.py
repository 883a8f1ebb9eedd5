"""Small values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.units import parse_duration

DEFAULT_TIMEOUT = 60.0


def seconds(text: str | None, default: float) -> float:
    """A duration in seconds, the default where there is none."""
    return default if text is None else parse_duration(text)


def read_env(setting: Any) -> tuple[str | None, bool]:
    """(default, required) of a declaration: a mapping, a bare default, or null for a variable without one."""
    if isinstance(setting, Mapping):
        default = setting.get("default")
        required = bool(setting.get("required", default is None))
    else:
        default, required = setting, setting is None
    return (None if default is None else text_of(default)), required


def text_of(value: Any) -> str:
    """A scalar as a spec spells it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)
