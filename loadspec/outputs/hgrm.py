"""`.hgrm`: HdrHistogram's percentile distribution, which its plotter and others draw.

Rows are value, percentile, count up to it and 1/(1-percentile), five for each halving of the distance to 100 %, as
HdrHistogram's `outputPercentileDistribution` writes them. Times are milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor, log2, sqrt

from loadspec.errors import OutputError
from loadspec.metrics import Trend
from loadspec.outputs.selected import selected
from loadspec.results.model import RunResult
from loadspec.thresholds.error import ThresholdError
from loadspec.thresholds.selector import parse_key

TICKS = 5
"""Rows for each halving of the distance."""


def render(result: RunResult, metric: str = "http_req_duration") -> str:
    """The text, of a trend as a threshold names it: `http_req_duration{endpoint:generate}`.

    Request timings are those of expected answers unless the selector says otherwise. Raises OutputError for a metric
    that is no trend.
    """
    try:
        name, clauses = parse_key(metric, result.metrics, {})
    except ThresholdError as error:
        raise OutputError(f"output hgrm: {error.message}", error.hint) from None
    if result.metrics[name].kind != "trend":
        raise OutputError(f"output hgrm: `{name}` is no trend", "only trends have percentiles")
    value = selected(result.stores["load"], name, clauses)
    return text(value if isinstance(value, Trend) else Trend())


def text(trend: Trend) -> str:
    """The distribution of a trend."""
    lines = [f"{'Value':>12} {'Percentile':>14} {'TotalCount':>10} {'1/(1-Percentile)':>14}", ""]
    count = trend.count
    levels = list(_levels(count))
    for level, value in zip(levels, trend.percentiles(levels), strict=True):
        share = level / 100
        inverse = f" {1 / (1 - share):14.2f}" if level < 100 else ""
        lines.append(f"{value:12.3f} {share:2.12f} {max(1, ceil(share * count)):10d}{inverse}")
    return "\n".join([*lines, *_legend(trend)]) + "\n"


def _levels(count: int) -> Iterator[float]:
    """Percentiles: as many as so many values can tell apart, and 100."""
    level = 0.0
    while count and (100 - level) / 100 * count >= 1:
        yield level
        level += 100 / (TICKS * 2 ** (floor(log2(100 / (100 - level))) + 1))
    if count:
        yield 100.0


def _legend(trend: Trend) -> Iterator[str]:
    count, mean = trend.count, trend.avg
    buckets = list(trend.buckets())
    spread = sqrt(sum(times * (value - mean) ** 2 for value, times in buckets) / count) if count else 0.0
    yield f"#[Mean    = {mean:12.3f}, StdDeviation   = {spread:12.3f}]"
    yield f"#[Max     = {trend.max if count else 0:12.3f}, Total count    = {count:12d}]"
    yield f"#[Buckets = {len(buckets):12d}, SubBuckets     = {128:12d}]"
