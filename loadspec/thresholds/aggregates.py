"""The aggregates: what one number a metric value can be boiled down to. One row each, by kind of metric."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from loadspec.metrics.catalog import Kind, MetricInfo
from loadspec.thresholds.error import ThresholdError
from loadspec.thresholds.measures import read_limit
from loadspec.thresholds.model import Aggregate

Reader = Callable[[Any, float, float], float]
"""(metric value, argument of p(x) or 0, elapsed seconds) → a number in the metric's base unit."""


def _per_second(counter: Any, _argument: float, elapsed: float) -> float:
    """k6's counter rate: the sum over the whole time so far."""
    return float(counter.value / elapsed) if elapsed > 0 else 0.0


def _apdex(trend: Any, target: float, _elapsed: float) -> float:
    """(satisfied + tolerating / 2) / total, with T and F = 4 T: Apdex Technical Specification 1.1, section 4."""
    return float((trend.count_within(target) + trend.count_within(4 * target)) / 2 / trend.count)


AGGREGATES: Mapping[Kind, Mapping[str, Reader]] = {
    "trend": {
        "avg": lambda trend, _x, _s: trend.avg,
        "min": lambda trend, _x, _s: trend.min,
        "max": lambda trend, _x, _s: trend.max,
        "med": lambda trend, _x, _s: trend.percentile(50),
        "p": lambda trend, x, _s: trend.percentile(x),
        "count": lambda trend, _x, _s: trend.count,
        "within": lambda trend, x, _s: trend.count_within(x) / trend.count,
        "apdex": _apdex,
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

_ARGUMENTS: Mapping[str, tuple[str, str]] = {
    "p": ("p(N)", "p(95)"),
    "within": ("within(LIMIT)", "within(500ms)"),
    "apdex": ("apdex(T)", "apdex(500ms)"),
}
"""Aggregates with an argument: how they are named, and an example."""

INSTEAD: Mapping[str, str] = {"mean": "avg", "average": "avg", "median": "med", "last": "value", "sum": "count"}
"""Words from other tools → ours."""

_AGGREGATE = re.compile(r"\s*([A-Za-z_]\w*)?\s*(\(([^)]*)\))?")


def aggregates_of(info: MetricInfo) -> list[str]:
    """The names of the aggregates that a metric has; an Apdex is one of times."""
    return [name for name in AGGREGATES[info.kind] if name != "apdex" or info.contains == "time"]


def legal_aggregates(info: MetricInfo) -> str:
    """`a trend has avg, min, ...`."""
    names = [_ARGUMENTS[name][0] if name in _ARGUMENTS else name for name in aggregates_of(info)]
    return f"a {info.kind} has {', '.join(names)}"


def measure_of(info: MetricInfo, aggregate: str) -> str:
    """What the aggregate of a metric is measured in: a key of `measures.MEASURES`."""
    if info.kind == "rate" or aggregate == "within":
        return "ratio"
    if aggregate == "apdex":
        return "score"
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


def read_aggregate(metric: str, info: MetricInfo, text: str, shape: str, start: int = 0) -> tuple[Aggregate, int]:
    """The aggregate at `start` of a text → (it, where it ends). `shape` says how all of it is written.

    Raises ThresholdError.
    """
    match = _AGGREGATE.match(text, start)
    name = match[1] if match else None
    legal = legal_aggregates(info)
    at = start + len(text[start:]) - len(text[start:].lstrip())
    if match is None or not name:
        raise ThresholdError("the aggregate is missing", at, hint=f"{legal}; {shape}")
    if name not in aggregates_of(info):
        raise ThresholdError(f"a {info.kind} has no `{name}`", at, hint=_instead(name, legal))
    if name not in _ARGUMENTS:
        if match[2]:
            raise ThresholdError(f"`{name}` takes no argument", match.start(2), hint=f"write {name}")
        return Aggregate(name), match.end()
    if not match[2]:
        what = "a percentage" if name == "p" else "a limit"
        example = f"for example {_ARGUMENTS[name][1]}"
        raise ThresholdError(f"`{name}` needs {what} in brackets", match.end(1), hint=example)
    return _with_argument(metric, info, name, match), match.end()


def _with_argument(metric: str, info: MetricInfo, name: str, match: re.Match[str]) -> Aggregate:
    argument = match[3].strip()
    if name != "p":
        at = match.start(3) + len(match[3]) - len(match[3].lstrip())
        limit, _ = read_limit(argument, at, measure_of(info, "max"), f"`{metric}`")
        return Aggregate(name, limit, argument)
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?", argument) or float(argument) > 100:
        raise ThresholdError(f"`{argument}` is no percentile", match.start(3), hint="write a number from 0 to 100")
    return Aggregate("p", float(argument))


def _instead(name: str, legal: str) -> str:
    percentile = re.fullmatch(r"p_?([0-9]{1,2})", name)
    if percentile and "p(N)" in legal:
        return f"write p({percentile[1]})"
    other = INSTEAD.get(name, "")
    return f"write {other}" if other and re.search(rf"\b{other}\b", legal) else legal
