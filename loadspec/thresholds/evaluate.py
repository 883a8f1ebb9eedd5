"""Thresholds against values: pure functions of a threshold, a metric value and the seconds that have passed."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from loadspec.metrics.store import Store
from loadspec.metrics.values import Counter, Value
from loadspec.thresholds.aggregates import AGGREGATES
from loadspec.thresholds.measures import MEASURES
from loadspec.thresholds.model import Judgement, Op, Threshold, ThresholdResult

_OPS: Mapping[Op, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def value_in(store: Store, threshold: Threshold) -> Value | None:
    """The metric value that a threshold judges: all its series in the store, merged; None where there is none."""
    return store.select(threshold.metric, threshold.matches)


def judge(threshold: Threshold, value: Value | None, elapsed: float) -> Judgement:
    """Compare a threshold with its metric's value after `elapsed` seconds of load.

    Without a sample a trend, a rate or a gauge fails, unless the threshold says `empty: pass`. A counter is
    different: that nothing was counted is a count of zero, and is compared (`credit_errors: count < 5` holds).
    """
    if value is None and threshold.kind == "counter":
        value = Counter()
    if value is None or (not value.samples and threshold.kind != "counter"):
        return Judgement(None, threshold.empty_passes, 0, None)
    read = AGGREGATES[threshold.kind][threshold.aggregate.name]
    actual = float(read(value, threshold.aggregate.argument or 0.0, elapsed))
    if threshold.empty_passes and not value.samples:
        return Judgement(actual, True, 0, margin(threshold.op, threshold.limit, actual))
    passed = _OPS[threshold.op](actual, threshold.limit)
    return Judgement(actual, passed, value.samples, margin(threshold.op, threshold.limit, actual))


def margin(op: Op, limit: float, actual: float) -> float:
    """How far inside the limit, as a share of it: limit 300, actual 412, `<` → −0.373; of 1 where the limit is 0."""
    scale = abs(limit) or 1.0
    if op in ("<", "<="):
        return (limit - actual) / scale
    if op in (">", ">="):
        return (actual - limit) / scale
    distance = abs(actual - limit) / scale
    return distance if op == "!=" or not distance else -distance


def without_latency(results: Iterable[ThresholdResult]) -> list[ThresholdResult]:
    """Results of a run whose times cannot be trusted: thresholds on times are inconclusive. No sample is a failure."""
    return [replace(r, status="inconclusive") if r.threshold.measure == "time" and r.samples else r for r in results]


def format_actual(threshold: Threshold, actual: float | None) -> str:
    """What was measured, in the threshold's terms: `412.1ms`, `12.35%`, `1.2/s`; `no samples` for None."""
    return "no samples" if actual is None else MEASURES[threshold.measure].show(actual)


def format_limit(threshold: Threshold) -> str:
    """The comparison without its left side, as written: `< 30s`, `>= 80%`."""
    return f"{threshold.op} {threshold.source.partition(threshold.op)[2].strip()}"


def format_margin(threshold: Threshold, margin: float | None) -> str:
    """A share of the limit → `92.2 % to spare`, `1.65 % short`, `12 times the limit`.

    Empty where no share can be told: without a sample, for a limit of zero, for equality.
    """
    if margin is None or not threshold.limit or threshold.op in ("==", "!="):
        return ""
    if margin >= 0:
        return f"{_share(margin)} to spare"
    if threshold.op in (">", ">="):
        return f"{_share(-margin)} short"
    return f"{_share(-margin)} over" if margin > -9.995 else f"{1 - margin:.3g} times the limit"


def _share(ratio: float) -> str:
    percent = ratio * 100
    return f"{percent:.3g} %" if percent < 999.5 else f"{ratio + 1:.3g} times"
