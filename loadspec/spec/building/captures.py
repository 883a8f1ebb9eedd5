"""Captures of a document → the model."""

from __future__ import annotations

from typing import Any, get_args

from loadspec.masking import is_telling
from loadspec.spec.model import UNSET, Capture
from loadspec.spec.model.request import CaptureSource

_SOURCES: tuple[CaptureSource, ...] = get_args(CaptureSource)


def build_capture(name: str, raw: Any) -> Capture:
    """One capture; a text alone is a JSONPath."""
    if isinstance(raw, str):
        return Capture(name, "jsonpath", raw, secret=is_telling(name))
    source = next(source for source in _SOURCES if source in raw)
    return Capture(
        name,
        source,
        "" if raw[source] is True else raw[source],
        raw.get("optional", False),
        raw.get("secret", is_telling(name)),
        raw.get("default", UNSET),
        raw.get("all", False),
        raw.get("pick", ""),
        raw.get("attribute", ""),
    )
