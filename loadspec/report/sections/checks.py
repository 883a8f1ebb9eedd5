"""The checks: how often each held, and for those that failed what was there instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.report.allowance import weight, within
from loadspec.results.model import RunResult

SHOWN = 20
"""Checks whose samples are shown at most; the rest are in results.json."""
ROOM = 6_000
"""So many characters of samples at most, as HTML, likewise."""


def figures(result: RunResult) -> Mapping[str, Any]:
    """Rows, those that failed most often first, and the sum."""
    rows: list[dict[str, Any]] = [
        {"check": check, "share": check.passes / (check.passes + check.fails) if check.passes + check.fails else None}
        for check in result.checks
    ]
    rows.sort(key=lambda row: row["share"] if isinstance(row["share"], float) else 2.0)
    passes, fails = sum(c.passes for c in result.checks), sum(c.fails for c in result.checks)
    sampled = [row["check"] for row in rows if row["check"].samples][:SHOWN]
    kept = within([check.samples for check in sampled], lambda sample: weight(sample.body, sample.found), ROOM)
    shown = [(check, samples) for check, samples in zip(sampled, kept, strict=True) if samples]
    return {"rows": rows, "passes": passes, "total": passes + fails, "sampled": shown}
