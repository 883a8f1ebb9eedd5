"""Thresholds as rows and limits, for the table and the latency chart."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from loadspec.report.text import signed_percent
from loadspec.results.parts import Part, part_at
from loadspec.thresholds import ThresholdResult, format_actual, format_limit, format_margin, format_window, worst_first


class Row(Struct, frozen=True):
    """A line of the thresholds table; `bar` is the margin held to −1..1, None without a sample."""

    title: str
    status: str
    limit: str
    actual: str
    margin: float | None
    distance: str
    """The margin in words: a share of the limit, or of an SLO's error budget."""
    bar: float | None
    first_crossed: float | None
    failing_since: float | None
    samples: int
    aborted: bool
    window: str
    """`3s to 00:13`: what `actual` is of, the worst window; empty where all of the load is judged."""
    part: str
    """Of the load, in which it began to fail for good; empty where it did not, or no parts are given."""


def threshold_rows(thresholds: Sequence[ThresholdResult], parts: Sequence[Part] = ()) -> list[Row]:
    """The worst first."""
    return [_row(result, parts) for result in worst_first(thresholds)]


def distance(result: ThresholdResult) -> str:
    """`−3.8%`; of an SLO's error budget, how much of it is used."""
    threshold = result.threshold
    told = format_margin(threshold, result.margin) if threshold.slo and threshold.slo.spends else ""
    return told or signed_percent(result.margin)


def _row(result: ThresholdResult, parts: Sequence[Part]) -> Row:
    threshold, since = result.threshold, result.failing_since
    part = None if since is None or len(parts) < 2 else part_at(parts, since)
    return Row(
        title=threshold.title,
        status=result.status,
        limit=format_limit(threshold, result.limit),
        actual=format_actual(threshold, result.actual),
        margin=result.margin,
        distance=distance(result),
        bar=None if result.margin is None else max(-1.0, min(1.0, result.margin)),
        first_crossed=result.first_crossed,
        failing_since=result.failing_since,
        samples=result.samples,
        aborted=result.aborted,
        window=format_window(result),
        part=part.label if part else "",
    )


def latency_limits(thresholds: Sequence[ThresholdResult]) -> list[tuple[str, float]]:
    """(expression, ms) of the thresholds that limit request duration from above, the lowest first.

    Those for one endpoint or scenario name their selector, as the chart shows all requests together.
    """
    found = [
        (t.title.removeprefix("http_req_duration").removeprefix(": ").strip(), t.limit)
        for t in (result.threshold for result in thresholds)
        if t.metric == "http_req_duration" and t.measure == "time" and t.op in ("<", "<=")
    ]
    return sorted(found, key=lambda item: item[1])
