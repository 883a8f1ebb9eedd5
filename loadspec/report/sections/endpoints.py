"""One row an endpoint: how often, how fast, how often not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.report.svg import Scale
from loadspec.results.model import EndpointStats, RunResult


def figures(result: RunResult) -> Mapping[str, Any]:
    """Rows with a bar from p50 to p95 and a tick at p99, in per cent of the slowest p99."""
    slowest = max((stats.p99 for stats in result.endpoint_stats), default=0.0)
    return {"rows": [{"stats": stats, "bar": _bar(stats, slowest)} for stats in result.endpoint_stats]}


def _bar(stats: EndpointStats, slowest: float) -> tuple[float, float, float]:
    """(begin, width, tick) in per cent."""
    x = Scale(0, slowest, 0, 98)
    return x(stats.med), max(x(stats.p95) - x(stats.med), 1.0), x(stats.p99)
