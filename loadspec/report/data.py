"""What the page's script draws from: the figures of the load, packed, and what each chart takes of them."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

from loadspec.report.axis import Chart, Trace
from loadspec.report.charts import planned_rates, planned_users
from loadspec.report.series import end_of
from loadspec.report.text import visible
from loadspec.results.columns import point_columns
from loadspec.results.model import RunResult


def figures_of(result: RunResult) -> dict[str, Any]:
    """`points` as in results.json; `planned` are the corners [seconds, height] of planned users and rates."""
    end = end_of(result.points, result.duration)
    return {
        "points": point_columns(result.points, result.step),
        "planned": {
            "planned_users": planned_users(result.scenarios, end),
            "planned_rate": planned_rates(result.scenarios, end),
        },
    }


def packed(value: Mapping[str, Any]) -> str:
    """A JSON value as base64 of deflated text (RFC 1950), inert in a page whatever is in it."""
    return base64.b64encode(zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 9)).decode()


def plot_json(chart: Chart) -> str:
    """A chart's own part, as JSON: its end in seconds, traces, limits and moments."""
    return json.dumps(
        {
            "end": round(chart.end, 3),
            "traces": [_trace(trace) for trace in chart.traces],
            "limits": [[mark.value, visible(mark.label)] for mark in chart.limits],
            "moments": [[round(mark.at * chart.end / 100, 3), visible(mark.label)] for mark in chart.moments],
        },
        separators=(",", ":"),
    )


def _trace(trace: Trace) -> dict[str, Any]:
    own = {"style": trace.style, "column": trace.column, "unit": trace.unit, "kind": trace.kind}
    return {**own, "of": list(trace.of)} if trace.of else own
