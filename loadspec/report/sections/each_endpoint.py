"""Each endpoint by itself: its percentiles, expected and other answers apart, its statuses, where its time went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loadspec.metrics import Trend
from loadspec.report.spark import spark, thinned
from loadspec.report.spectrum import ENDPOINTS, Curve, chart_of_endpoint, last_nines, nines, spectrum_of
from loadspec.report.svg import Scale, bars_path
from loadspec.report.waterfall import AT, Bar, bars_of, trends_of
from loadspec.results.model import EndpointPoints, EndpointStats, RequestCount, RunResult

PERCENTILES = (50.0, 75.0, 90.0, 95.0, 99.0, 99.9)
SHOWN = 50
"""So many endpoints at most; the rest are in results.json."""


def figures(result: RunResult) -> Mapping[str, Any]:
    """An entry an endpoint, in the order of the table above, and how many are left out."""
    books = {row.endpoint: row for row in result.requests if row.phase == "load"}
    series = {points.endpoint: points for points in result.by_endpoint.endpoints}
    shown = result.endpoint_stats[:SHOWN]
    return {
        "endpoints": [
            _entry(i, stats, result, books.get(stats.endpoint), series.get(stats.endpoint))
            for i, stats in enumerate(shown)
        ],
        "percentiles": [f"p{p:.7g}" for p in PERCENTILES],
        "at": AT,
        "left_out": len(result.endpoint_stats) - len(shown),
        "pictured": ENDPOINTS if len(shown) > ENDPOINTS else 0,
    }


def _entry(
    number: int, stats: EndpointStats, result: RunResult, books: RequestCount | None, points: EndpointPoints | None
) -> Mapping[str, Any]:
    store = result.stores["load"]
    trends = trends_of(store, endpoint=stats.endpoint)
    bars = bars_of(trends)
    spectrum = spectrum_of(store, stats.endpoint, number)
    return {
        "stats": stats,
        "books": books,
        "chart": chart_of_endpoint(spectrum, stats.endpoint) if spectrum.curves and number < ENDPOINTS else None,
        "answers": _answers(spectrum.curves),
        "phases": [(name, trend.percentiles(AT), _bars(bars[name])) for name, trend in trends.items()],
        "failures": _spark(result, points) if points else "",
    }


def _answers(curves: Sequence[Curve]) -> list[tuple[str, Trend, Sequence[float | None]]]:
    """Each with its percentiles as far as its number tells them."""
    return [(name, trend, _percentiles(trend)) for name, trend in curves]


def _percentiles(trend: Trend) -> Sequence[float | None]:
    reach = last_nines(trend.count) + 1e-9
    values = zip(PERCENTILES, trend.percentiles(PERCENTILES), strict=True)
    return [value if nines(p) <= reach else None for p, value in values]


def _bars(bars: Sequence[Bar]) -> str:
    """The path of one bar above the other; what took any time is seen."""
    x = Scale(0, 100, 0, 160)
    spans = [(x(begin), x(begin) + max(x(width), 1.5)) if width else (0.0, 0.0) for begin, width in bars]
    return bars_path((*span, float(7 * i), float(7 * i + 5)) for i, span in enumerate(spans))


def _spark(result: RunResult, points: EndpointPoints) -> str:
    """Failures a second as a line; empty where there is none."""
    by = result.by_endpoint
    middles = [t - seconds / 2 for t, seconds in zip(by.t, by.seconds, strict=True)]
    rates = [number / seconds for number, seconds in zip(points.failed, by.seconds, strict=True)]
    end = max(result.duration, *by.t, 1e-3)
    return spark(thinned(list(zip(middles, rates, strict=True))), end) if any(points.failed) else ""
