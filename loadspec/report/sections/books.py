"""The books: every request by endpoint and phase, with sums, so that they can be held against the server's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.results.model import PHASES, RequestCount, RunResult

COLUMNS = ("sent", "answered", "no_answer", "cut_off", "unsent")


def figures(result: RunResult) -> Mapping[str, Any]:
    """Rows by phase, sums by phase, and whether requests and iterations balance."""
    sums = [(phase, _sum([row for row in result.requests if row.phase == phase])) for phase in PHASES]
    its = result.iterations
    unended = its.started - its.completed - its.interrupted
    return {
        "columns": COLUMNS,
        "rows": sorted(result.requests, key=lambda row: PHASES.index(row.phase)),
        "sums": [(phase, figures) for phase, figures in sums if any(figures.values())],
        "balanced": all(row.sent == row.answered + row.no_answer + row.cut_off for row in result.requests),
        "iterations": its,
        "in_flight": unended if result.going else 0,
        "iterations_balanced": not unended or result.going,
    }


def _sum(rows: list[RequestCount]) -> dict[str, int]:
    return {name: sum(getattr(row, name) for row in rows) for name in COLUMNS}
