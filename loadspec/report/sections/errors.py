"""What failed: one entry a class, the commonest first, with one sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.error_kinds import way_out
from loadspec.results.model import ErrorClass, RunResult

SHOWN = 50
"""So many classes at most; the rest are in results.json."""
SAMPLE = 4000
"""So many characters of a sample at most."""


def figures(result: RunResult) -> Mapping[str, Any]:
    """Classes with a title, and how many are left out."""
    classes = sorted(result.errors, key=lambda error: -error.count)
    shown = [
        {
            "error": error,
            "title": title_of(error),
            "sample": [(name, error.sample[name][:SAMPLE]) for name in ("request", "response") if name in error.sample],
            "at": error.sample.get("at", ""),
            "way_out": way_out(error.kind),
        }
        for error in classes[:SHOWN]
    ]
    return {"classes": shown, "left_out": len(classes) - len(shown), "total": sum(e.count for e in classes)}


def title_of(error: ErrorClass) -> str:
    """`status 503`, `timeout`: as the chart of failures calls it."""
    return f"status {error.status}" if error.kind == "status" else error.kind
