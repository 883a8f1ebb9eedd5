"""Service level objectives: what was promised, what came, how much of the error budget is gone and how fast it went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from loadspec.results.model import RunResult
from loadspec.results.slos import Objective, Slo
from loadspec.thresholds import ThresholdResult, format_actual
from loadspec.units import format_duration

_RATINGS = ((0.94, "excellent"), (0.85, "good"), (0.7, "fair"), (0.5, "poor"), (0.0, "unacceptable"))
"""The words of the Apdex technical specification 1.1."""


class Row(NamedTuple):
    """One objective; the first of an SLO tells its name and how many rows it has."""

    name: str
    scope: str
    span: int
    objective: str
    status: str
    actual: str
    used: float | None
    bar: float | None
    burn: str
    burn_status: str


def figures(result: RunResult) -> Mapping[str, Any] | None:
    """Rows by SLO; None where the spec promises nothing."""
    if not result.slos:
        return None
    kept = sum(slo.status == "pass" for slo in result.slos)
    return {
        "rows": [row for slo in result.slos for row in _rows(slo, result.duration)],
        "kept": kept,
        "count": len(result.slos),
    }


def _rows(slo: Slo, seconds: float) -> list[Row]:
    rows = [_objective(each, seconds) for each in slo.objectives] + ([_apdex(slo.apdex)] if slo.apdex else [])
    first = rows[0]._replace(name=slo.name, scope=slo.scope, span=len(rows))
    return [first, *rows[1:]]


def _objective(each: Objective, seconds: float) -> Row:
    """Of a load that took so many seconds: one that is shorter than a window is one window."""
    found, burn, used = each.found, each.burn, each.budget_used
    window = format_duration(burn.threshold.window) if seconds >= burn.threshold.window else "all"
    limit = f", limit {burn.threshold.bound}" if burn.threshold.judged else ""
    rate = f"{burn.actual:.3g}" if burn.actual is not None else ""
    return Row(
        name="",
        scope="",
        span=0,
        objective=each.text,
        status=found.status,
        actual=format_actual(found.threshold, found.actual),
        used=used,
        bar=None if used is None else max(0.0, min(1.0, used)),
        burn=f"{rate} in {window}{limit}" if rate else "",
        burn_status=burn.status if burn.threshold.judged else "",
    )


def _apdex(found: ThresholdResult) -> Row:
    threshold = found.threshold
    least = f" at least {threshold.bound}" if threshold.judged else ""
    score = format_actual(threshold, found.actual)
    word = "" if found.actual is None else f", {_rating(found.actual)}"
    status = found.status if threshold.judged else ""
    return Row(
        "", "", 0, f"Apdex with T = {threshold.aggregate.written}{least}", status, f"{score}{word}", None, None, "", ""
    )


def _rating(score: float) -> str:
    """The word for a score, rounded as it is shown."""
    return next(word for least, word in _RATINGS if round(score, 2) >= least)
