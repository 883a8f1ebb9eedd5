"""Figures of a load under the keys of results.json: its course as columns of equal length, its endpoints as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loadspec.results.model import ByEndpoint, EndpointStats, Point

POINT_COLUMNS: Mapping[str, str] = {
    "at_s": "t",
    "seconds_s": "seconds",
    "users": "users",
    "requests": "requests",
    "failed": "failed",
    "iterations": "iterations",
    "p50_ms": "p50",
    "p90_ms": "p90",
    "p95_ms": "p95",
    "p99_ms": "p99",
    "max_ms": "max",
}
"""Column of `points` → attribute of a Point."""
ENDPOINT_COLUMNS: Mapping[str, str] = {
    "requests": "requests",
    "failed": "failed",
    "p50_ms": "p50",
    "p95_ms": "p95",
    "p99_ms": "p99",
}
"""Column of `points_by_endpoint` → attribute of EndpointPoints."""


def point_columns(points: Sequence[Point], step: int) -> dict[str, Any]:
    """One entry a step; latencies to a microsecond, null where nothing was measured."""
    columns: dict[str, Any] = {
        column: [rounded(getattr(point, name)) for point in points] for column, name in POINT_COLUMNS.items()
    }
    classes = sorted({name for point in points for name in point.errors})
    columns["errors"] = {name: [point.errors.get(name, 0) for point in points] for name in classes}
    return {"step_s": step, **columns}


def endpoint_columns(by: ByEndpoint) -> dict[str, Any]:
    """The columns of each endpoint, on one axis of time."""
    endpoints = {
        found.endpoint: {
            column: [rounded(value) for value in getattr(found, name)] for column, name in ENDPOINT_COLUMNS.items()
        }
        for found in by.endpoints
    }
    axis = {"at_s": [rounded(t) for t in by.t], "seconds_s": [rounded(seconds) for seconds in by.seconds]}
    return {"step_s": by.step, **axis, "endpoints": endpoints}


def endpoint_row(stats: EndpointStats) -> dict[str, Any]:
    """An endpoint's figures over the whole load."""
    return {
        "endpoint": stats.endpoint,
        "method": stats.method,
        "path": stats.path,
        "requests": stats.requests,
        "rate_per_s": stats.rate,
        "failed": stats.failed,
        **{f"{name}_ms": getattr(stats, name) for name in ("avg", "min", "med", "p90", "p95", "p99", "max")},
    }


def rounded(value: float | None) -> float | None:
    """To a thousandth; whole numbers as they are."""
    return round(value, 3) if isinstance(value, float) else value
