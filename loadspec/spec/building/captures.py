"""Captures of a document → the model."""

from __future__ import annotations

from typing import Any

from loadspec.spec.model import Capture, CaptureSource


def build_capture(name: str, raw: Any) -> Capture:
    """One capture; a text alone is a JSONPath."""
    if isinstance(raw, str):
        return Capture(name, "jsonpath", raw)
    source: CaptureSource = "jsonpath" if "jsonpath" in raw else "header" if "header" in raw else "regex"
    return Capture(name, source, raw[source], raw.get("optional", False), raw.get("secret", False))
