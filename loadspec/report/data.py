"""What the page's script draws from: the figures of the load, and what each chart takes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from loadspec.report.axis import Chart, Trace
from loadspec.report.lateness import generator_columns
from loadspec.report.planned import planned_rates, planned_users
from loadspec.report.series import end_of
from loadspec.report.text import visible
from loadspec.results.columns import point_columns, rounded
from loadspec.results.model import RunResult


def figures_json(result: RunResult) -> str:
    """`points` as in results.json, `generator`, and as `planned` the corners [seconds, height] of users and rates."""
    end = end_of(result.points, result.duration)
    figures = {
        "points": point_columns(result.points, result.step),
        "generator": _rounded(generator_columns(result.health)),
        "planned": {
            "planned_users": planned_users(result.scenarios, end),
            "planned_rate": planned_rates(result.scenarios, end),
        },
    }
    return json.dumps(figures, separators=(",", ":"))


def plot_json(chart: Chart) -> str:
    """A chart's own part, as JSON: its end, traces, limits, moments, parts of the load; times in seconds."""
    return json.dumps(
        {
            "end": round(chart.end, 3),
            "table": chart.table,
            "traces": [_trace(trace) for trace in chart.traces],
            "limits": [[mark.value, visible(mark.label)] for mark in chart.limits],
            "moments": [[_seconds(mark.at, chart), visible(mark.label)] for mark in chart.moments],
            "shades": [[_seconds(s.at, chart), _seconds(s.at + s.width, chart), s.steady] for s in chart.shades],
        },
        separators=(",", ":"),
    )


def _seconds(share: float, chart: Chart) -> float:
    """Per cent of the axis → seconds."""
    return round(share * chart.end / 100, 3)


def _rounded(table: Mapping[str, Sequence[float | None]]) -> dict[str, list[float | None]]:
    return {name: [rounded(value) for value in column] for name, column in table.items()}


def _trace(trace: Trace) -> dict[str, Any]:
    own = {"style": trace.style, "column": trace.column, "unit": trace.unit, "kind": trace.kind}
    return {**own, "of": list(trace.of)} if trace.of else own
