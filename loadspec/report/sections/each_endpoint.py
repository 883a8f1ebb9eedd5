"""Each endpoint by itself: its percentiles, expected and other answers apart, its statuses, where its time went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loadspec.metrics import Store, Trend
from loadspec.report.sections.spectrum import last_nines, nines
from loadspec.report.spark import spark, thinned
from loadspec.report.waterfall import AT, bars_of, trends_of
from loadspec.results.model import EndpointPoints, EndpointStats, RequestCount, RunResult

PERCENTILES = (50.0, 75.0, 90.0, 95.0, 99.0, 99.9)
SHOWN = 50
"""So many endpoints at most; the rest are in results.json."""
_ANSWERS = {"expected answers": "true", "other answers": "false"}


def figures(result: RunResult) -> Mapping[str, Any]:
    """An entry an endpoint, in the order of the table above, and how many are left out."""
    books = {row.endpoint: row for row in result.requests if row.phase == "load"}
    series = {points.endpoint: points for points in result.by_endpoint.endpoints}
    shown = result.endpoint_stats[:SHOWN]
    return {
        "endpoints": [_entry(stats, result, books.get(stats.endpoint), series.get(stats.endpoint)) for stats in shown],
        "percentiles": [f"p{p:.7g}" for p in PERCENTILES],
        "at": AT,
        "left_out": len(result.endpoint_stats) - len(shown),
    }


def _entry(
    stats: EndpointStats, result: RunResult, books: RequestCount | None, points: EndpointPoints | None
) -> Mapping[str, Any]:
    store = result.stores["load"]
    trends = trends_of(store, endpoint=stats.endpoint)
    bars = bars_of(trends)
    return {
        "stats": stats,
        "books": books,
        "answers": _answers(store, stats.endpoint),
        "phases": [(name, [trend.percentile(at) for at in AT], bars[name]) for name, trend in trends.items()],
        "failures": _spark(result, points) if points else "",
    }


def _answers(store: Store, endpoint: str) -> list[tuple[str, Trend, Sequence[float | None]]]:
    """Expected answers and others, each with its percentiles as far as its number tells them."""
    found: list[tuple[str, Trend, Sequence[float | None]]] = []
    for label, expected in _ANSWERS.items():
        trend = store.where("http_req_duration", endpoint=endpoint, expected_response=expected)
        if isinstance(trend, Trend) and trend.count:
            reach = last_nines(trend.count) + 1e-9
            values = zip(PERCENTILES, trend.percentiles(PERCENTILES), strict=True)
            found.append((label, trend, [value if nines(p) <= reach else None for p, value in values]))
    return found


def _spark(result: RunResult, points: EndpointPoints) -> str:
    """Failures a second as a line; empty where there is none."""
    by = result.by_endpoint
    middles = [t - seconds / 2 for t, seconds in zip(by.t, by.seconds, strict=True)]
    rates = [number / seconds for number, seconds in zip(points.failed, by.seconds, strict=True)]
    end = max(result.duration, *by.t, 1e-3)
    return spark(thinned(list(zip(middles, rates, strict=True)), 40), end) if any(points.failed) else ""
