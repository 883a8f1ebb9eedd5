"""The parts of the load and what happened when, above charts on one axis of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loadspec.report.axis import Axis, Mark, axis_of
from loadspec.report.charts import failures, heatmap, latency, throughput
from loadspec.report.lateness import lateness
from loadspec.report.series import merge_points, per_second, stretch
from loadspec.report.text import NONE, clock, count, ms, percent
from loadspec.report.text import per_second as rate_text
from loadspec.results.kept import ends
from loadspec.results.model import Point, RunResult
from loadspec.results.parts import Part, parts_of

EVENTS = 60
"""So many events are marked at most; their section has more."""
COLUMNS = ("Part", "From", "To", "Users", "Requests", "Requests/s", "Failed", "Share", "Highest p95")


def figures(result: RunResult) -> Mapping[str, Any]:
    """The charts, and how much time their points, the rows of their tables and what is pointed at cover."""
    axis = axis_of(result)
    return {
        "charts_": [chart(result, axis) for chart in (throughput, latency, failures, lateness, heatmap)],
        "shades": axis.shades,
        "marks": marks(result, axis),
        "columns": COLUMNS,
        "rows": [_row(part, result.points) for part in parts_of(result.scenarios, axis.end)],
        "any": bool(result.points),
        "merged": len(result.overview.brief) < len(result.points),
        "stretches": [stretch(points) for points in (result.points, *result.overview)],
        "started": result.started_at,
    }


def marks(result: RunResult, axis: Axis) -> list[Mark]:
    """A mark for each event, of many for the first and the last ones."""
    first, _, last = ends(result.events, EVENTS)
    return [Mark(axis.x(e.t) / 10, f"{clock(e.t)} · {e.text[:80]}") for e in [*first, *last]]


def _row(part: Part, points: Sequence[Point]) -> Sequence[str]:
    """What was measured in a part: of the points whose middle lies in it."""
    inside = [point for point in points if part.begin <= point.t - point.seconds / 2 < part.end]
    head = (part.label, clock(part.begin), clock(part.end))
    if not inside:
        return (*head, *[NONE] * (len(COLUMNS) - len(head)))
    one = merge_points(inside)
    rate = rate_text(per_second(one.requests, one.seconds))
    share = percent(one.failed / one.requests) if one.requests else NONE
    return (*head, count(one.users), count(one.requests), rate, count(one.failed), share, ms(one.p95))
