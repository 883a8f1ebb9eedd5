"""What happened when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.results.model import RunResult

SHOWN = 200


def figures(result: RunResult) -> Mapping[str, Any]:
    """The first events, and how many are left out."""
    return {"events": result.events[:SHOWN], "left_out": max(0, len(result.events) - SHOWN)}
