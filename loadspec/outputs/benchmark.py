"""Figures for github-action-benchmark (`tool: customSmallerIsBetter`), which keeps and draws their history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from loadspec.metrics import Rate, Trend
from loadspec.outputs.json_text import json_text
from loadspec.outputs.selected import selected
from loadspec.report.text import visible
from loadspec.results.model import RunResult
from loadspec.thresholds.selector import Clause

_PERCENTILES = {"med": 50, "p(95)": 95, "p(99)": 99}


def render(result: RunResult) -> str:
    """The JSON text: latency of expected answers, of all and by endpoint, and the share of failed requests."""
    extra = visible(f"{result.verdict}, run {result.run_id}")
    return json_text([{**row, "extra": extra} for row in _rows(result)])


def _rows(result: RunResult) -> Iterator[dict[str, Any]]:
    yield from _latency(result, "http_req_duration", ())
    for stats in result.endpoint_stats:
        clause = Clause("endpoint", ":", stats.endpoint)
        yield from _latency(result, f"http_req_duration{{endpoint:{visible(stats.endpoint)}}}", (clause,))
    failed = result.stores["load"].select("http_req_failed")
    if isinstance(failed, Rate) and failed.total:
        yield {"name": "http_req_failed", "unit": "%", "value": round(100 * failed.rate, 4)}


def _latency(result: RunResult, name: str, clauses: tuple[Clause, ...]) -> Iterator[dict[str, Any]]:
    trend = selected(result.stores["load"], "http_req_duration", clauses)
    if isinstance(trend, Trend) and trend.count:
        for figure, value in zip(_PERCENTILES, trend.percentiles(tuple(_PERCENTILES.values())), strict=True):
            yield {"name": f"{name} {figure}", "unit": "ms", "value": round(value, 3)}
