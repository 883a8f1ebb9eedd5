"""The thresholds, worst margin first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.report.thresholds import threshold_rows
from loadspec.results.model import RunResult
from loadspec.results.parts import parts_of


def figures(result: RunResult) -> Mapping[str, Any]:
    """Rows, and how many passed."""
    rows = threshold_rows(result.thresholds, parts_of(result.scenarios, result.duration))
    return {"rows": rows, "passed": sum(row.status == "pass" for row in rows)}
