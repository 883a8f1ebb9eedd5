"""Where a request's time went: the phases of HTTP, as averages that add up and as percentiles that do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.metrics import Trend
from loadspec.report.waterfall import INSIDE, PHASES
from loadspec.results.model import RunResult


def figures(result: RunResult) -> Mapping[str, Any]:
    """A row a phase, with its share of the average request."""
    store = result.stores["load"]
    found = {name: store.select(f"http_req_{name}") for name in PHASES}
    trends = {name: trend for name, trend in found.items() if isinstance(trend, Trend) and trend.count}
    whole = sum(trend.avg for name, trend in trends.items() if name not in INSIDE)
    rows = [
        {"name": name, "what": PHASES[name], "trend": trend, "share": trend.avg / whole if whole else 0.0}
        for name, trend in trends.items()
    ]
    duration = store.select("http_req_duration")
    return {"rows": rows, "duration": duration if isinstance(duration, Trend) and duration.count else None}
