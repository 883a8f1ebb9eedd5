"""One row an endpoint: how often, how fast, how often not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.report.spark import spark, thinned
from loadspec.report.svg import Scale
from loadspec.results.model import EndpointStats, RunResult


def figures(result: RunResult) -> Mapping[str, Any]:
    """Rows with a bar from p50 to p95 and a tick at p99, in per cent of the slowest p99; and how p95 went."""
    slowest = max((stats.p99 for stats in result.endpoint_stats if stats.p99 is not None), default=0.0)
    lines = _lines(result)
    return {
        "rows": [
            {"stats": stats, "bar": _bar(stats, slowest), "spark": lines.get(stats.endpoint, "")}
            for stats in result.endpoint_stats
        ],
        "sparks": any(lines.values()),
    }


def _lines(result: RunResult) -> dict[str, str]:
    """Endpoint → the spark line of its p95."""
    by = result.by_endpoint
    middles = [t - seconds / 2 for t, seconds in zip(by.t, by.seconds, strict=True)]
    end = max(result.duration, *by.t, 1e-3)
    return {e.endpoint: spark(thinned(list(zip(middles, e.p95, strict=True))), end) for e in by.endpoints}


def _bar(stats: EndpointStats, slowest: float) -> tuple[float, float, float] | None:
    """(begin, width, tick) in per cent; None without an expected answer."""
    if stats.med is None or stats.p95 is None or stats.p99 is None:
        return None
    x = Scale(0, slowest, 0, 98)
    return x(stats.med), max(x(stats.p95) - x(stats.med), 1.0), x(stats.p99)
