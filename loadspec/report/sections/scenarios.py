"""One row a scenario: when it was on, what became of its iterations and requests; on one axis of time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.report.axis import axis_of
from loadspec.report.svg import Scale
from loadspec.results.model import RunResult, ScenarioStats


def figures(result: RunResult) -> Mapping[str, Any]:
    """Rows with a bar from begin to end in per cent of the load; what a mix dropped is a row without one."""
    infos = {info.name: info for info in result.scenarios}
    axis = axis_of(result)
    rows = [
        {"stats": stats, "info": infos.get(stats.name), "bar": _bar(stats, axis.end, result.duration)}
        for stats in result.scenario_stats
    ]
    return {"rows": rows, "several": len(infos) > 1, "ticks": axis.ticks(), "end": axis.end}


def _bar(stats: ScenarioStats, end: float, duration: float) -> tuple[float, float] | None:
    """(begin, width) in per cent; at least a sliver."""
    if stats.began is None:
        return None
    x = Scale(0, end, 0, 100)
    begin = min(x(stats.began), 99.0)
    last = stats.ended if stats.ended is not None else duration
    return begin, max(min(x(last), 100.0) - begin, 1.0)
