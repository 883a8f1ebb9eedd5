"""Four charts on one axis of time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.report.axis import axis_of
from loadspec.report.charts import failures, heatmap, latency, throughput
from loadspec.report.series import DRAWN, LISTED
from loadspec.results.model import RunResult


def figures(result: RunResult) -> Mapping[str, Any]:
    """The charts, and whether neighbouring seconds were merged to draw or to list them."""
    axis = axis_of(result)
    return {
        "charts_": [throughput(result, axis), latency(result, axis), heatmap(result, axis), failures(result, axis)],
        "drawn": DRAWN if len(result.points) > DRAWN else 0,
        "listed": LISTED if len(result.points) > LISTED else 0,
        "any": bool(result.points),
        "step": result.step,
    }
