"""A badge: the JSON that shields.io's endpoint badge draws. Its schema: https://shields.io/badges/endpoint-badge."""

from __future__ import annotations

from collections.abc import Mapping

from loadspec.metrics import Trend
from loadspec.outputs.json_text import json_text
from loadspec.outputs.selected import selected
from loadspec.report.text import ms, visible
from loadspec.results.model import RunResult

_COLOURS: Mapping[str, str] = {"PASS": "brightgreen", "FAIL": "red", "INCONCLUSIVE": "yellow", "INVALID": "orange"}


def render(result: RunResult, label: str = "load test") -> str:
    """The JSON text: the verdict, and the p95 of expected answers."""
    trend = selected(result.stores["load"], "http_req_duration")
    p95 = f", p95 {ms(trend.percentile(95))}" if isinstance(trend, Trend) and trend.count else ""
    return json_text(
        {
            "schemaVersion": 1,
            "label": visible(label),
            "message": f"{result.verdict.lower()}{p95}",
            "color": _COLOURS.get(result.verdict, "lightgrey"),
        }
    )
