"""The aggregates: what one number a metric value can be boiled down to. One row each, by kind of metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from loadspec.metrics.catalog import Kind, MetricInfo

Reader = Callable[[Any, float, float], float]
"""(metric value, argument of p(x) or 0, elapsed seconds) → a number in the metric's base unit."""


def _per_second(counter: Any, _argument: float, elapsed: float) -> float:
    """k6's counter rate: the sum over the whole time so far."""
    return float(counter.value / elapsed) if elapsed > 0 else 0.0


AGGREGATES: Mapping[Kind, Mapping[str, Reader]] = {
    "trend": {
        "avg": lambda trend, _x, _s: trend.avg,
        "min": lambda trend, _x, _s: trend.min,
        "max": lambda trend, _x, _s: trend.max,
        "med": lambda trend, _x, _s: trend.percentile(50),
        "p": lambda trend, x, _s: trend.percentile(x),
        "count": lambda trend, _x, _s: trend.count,
    },
    "rate": {"rate": lambda rate, _x, _s: rate.passes / rate.total},
    "counter": {"count": lambda counter, _x, _s: counter.value, "rate": _per_second},
    "gauge": {
        "value": lambda gauge, _x, _s: gauge.last,
        "min": lambda gauge, _x, _s: gauge.min,
        "max": lambda gauge, _x, _s: gauge.max,
    },
}
"""Kind of metric → aggregate → how it is read. Nothing is read from an empty trend, rate or gauge."""

INSTEAD: Mapping[str, str] = {"mean": "avg", "average": "avg", "median": "med", "last": "value", "sum": "count"}
"""Words from other tools → ours."""


def aggregate_names(kind: Kind) -> list[str]:
    """The aggregates of a kind, as they are written."""
    return ["p(N)" if name == "p" else name for name in AGGREGATES[kind]]


def measure_of(info: MetricInfo, aggregate: str) -> str:
    """What the aggregate of a metric is measured in: a key of `measures.MEASURES`."""
    if info.kind == "rate":
        return "ratio"
    if info.kind == "gauge":
        return "count"
    if info.kind == "counter":
        sized = info.contains == "bytes"
        if aggregate == "rate":
            return "bytes_per_second" if sized else "per_second"
        return "bytes_total" if sized else "count"
    if aggregate == "count" or info.contains == "count":
        return "count"
    return "bytes" if info.contains == "bytes" else "time"
