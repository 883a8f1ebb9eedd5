"""The spec's own metrics, and the built-in ones that have no section of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from loadspec.metrics import Counter, Gauge, MetricInfo, Rate, Store, Trend, Value
from loadspec.metrics.catalog import Kind
from loadspec.report.series import per_second
from loadspec.report.text import count, percent, size
from loadspec.report.text import per_second as rate_text
from loadspec.results.model import RunResult

ELSEWHERE = ("http_req", "checks")
"""Built-in metrics that begin so are shown by other sections."""


def figures(result: RunResult) -> Mapping[str, Any]:
    """Trends with their percentiles; rates, counters and gauges with one figure and what it is made of."""
    store = result.stores["load"]
    custom = set(result.custom_metrics)
    own = [name for name in result.custom_metrics if name in result.metrics]
    rest = [name for name in store.metrics() if name not in custom and not name.startswith(ELSEWHERE)]
    trends, others = [], []
    for name in [*own, *rest]:
        value = store.select(name)
        info = result.metrics.get(name, MetricInfo(cast(Kind, value.kind) if value else "counter"))
        row = {"name": name, "custom": name in custom, "kind": info.kind, "contains": info.contains}
        if info.kind == "trend":
            trends.append(row | {"trend": value if isinstance(value, Trend) and value.count else None})
            trends += [row | {"name": f"{name}{{{of}}}", "trend": part} for of, part in _groups(store, name)]
        else:
            shown, detail = _figure(value, info, result.duration)
            others.append(row | {"value": shown, "detail": detail})
    for part in result.submetrics:
        info, value = result.metrics[part.metric], part.value(store)
        row = {"name": part.key, "custom": part.metric in custom, "kind": info.kind, "contains": info.contains}
        if info.kind == "trend":
            trends.append(row | {"trend": value if isinstance(value, Trend) and value.count else None})
        else:
            shown, detail = _figure(value, info, result.duration)
            others.append(row | {"value": shown, "detail": detail})
    return {"trends": trends, "others": others}


def _groups(store: Store, name: str) -> list[tuple[str, Value]]:
    """Each group by itself."""
    groups = sorted({tags["group"] for tags, _ in store.items(name)}) if name == "group_duration" else []
    parts = [(group, store.where(name, group=group)) for group in groups]
    return [(f"group:{group.removeprefix('::')}", part) for group, part in parts if part is not None]


def _figure(value: Value | None, info: MetricInfo, seconds: float) -> tuple[str, str]:
    """The one figure of a rate, a counter or a gauge, and what it is made of."""
    sized = info.contains == "bytes"
    if isinstance(value, Rate) and value.total:
        return percent(value.rate), f"{count(value.passes)} of {count(value.total)}"
    if isinstance(value, Counter) or (value is None and info.kind == "counter"):
        total = value.value if value else 0.0
        rate = per_second(total, seconds)
        return (size(total), f"{size(rate)}/s") if sized else (count(total), f"{rate_text(rate)}/s")
    if isinstance(value, Gauge) and value.samples:
        return count(value.last), f"at the end; {count(value.min)} to {count(value.max)}"
    return "no samples", ""
