"""Thresholds against values: pure functions of a threshold, metric values and the seconds that have passed."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf, isfinite, isinf, isnan, nan

from msgspec.structs import replace

from loadspec.metrics.store import Store
from loadspec.metrics.values import Counter, Trend, Value
from loadspec.thresholds.aggregates import AGGREGATES
from loadspec.thresholds.measures import MEASURES
from loadspec.thresholds.model import Judgement, Op, Program, Term, Threshold, ThresholdResult
from loadspec.thresholds.outcomes import Outcomes
from loadspec.thresholds.selector import Clause, matcher
from loadspec.units import format_clock, format_duration

Measured = Value | Outcomes

_OPS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_FAILED = Clause("expected_response", ":", "false")


def reading(store: Store) -> Callable[[Term], Measured | None]:
    """→ `value_in` of a store that stays as it is: what several thresholds read is selected once."""
    known: dict[tuple[str, tuple[Clause, ...], bool], Measured | None] = {}

    def read(term: Term) -> Measured | None:
        key = (term.metric, term.selector, term.infinite)
        if key not in known:
            known[key] = value_in(store, term)
        return known[key]

    return read


def values_in(store: Store, threshold: Threshold) -> list[Measured | None]:
    """The metric value of each of a threshold's terms."""
    return [value_in(store, term) for term in threshold.terms]


def value_in(store: Store, term: Term) -> Measured | None:
    """What a term reads: all its series in the store, merged; None where there is none."""
    value = store.select(term.metric, matcher(term.clauses))
    if not term.infinite:
        return value
    failed = store.select("http_reqs", matcher([*term.whatever_expected, _FAILED]))
    if value is None and failed is None:
        return None
    return Outcomes(
        value if isinstance(value, Trend) else None, int(failed.value) if isinstance(failed, Counter) else 0
    )


def judge(threshold: Threshold, values: Sequence[Measured | None], elapsed: float) -> Judgement:
    """Compare a threshold with its terms' values after `elapsed` seconds of load (or of its window).

    Without a sample a trend, a rate or a gauge fails, unless the threshold says `empty: pass`. A counter is
    different: that nothing was counted is a count of zero, and is compared (`credit_errors: count < 5` holds).
    """
    numbers = [_read(term, value, elapsed) for term, value in zip(threshold.terms, values, strict=True)]
    actual, limit = _computed(threshold.left, numbers), _computed(threshold.right, numbers)
    if actual is None or limit is None:
        return Judgement(None, threshold.empty_passes, 0, None, nan if limit is None else limit)
    samples = sum(value.samples for value in values if value is not None)
    passed = _OPS[threshold.op](actual, limit) or (threshold.empty_passes and not samples)
    budget = threshold.slo.budget if threshold.slo and threshold.slo.part != "burn" else 0.0
    distance = (actual - limit) / budget if budget else margin(threshold.op, limit, actual)
    return Judgement(actual, passed, samples, distance, limit)


def _read(term: Term, value: Measured | None, elapsed: float) -> float | None:
    """A term's number; None without a sample."""
    if value is None and term.kind == "counter":
        value = Counter()
    if value is None or (not value.samples and term.kind != "counter"):
        return None
    return float(AGGREGATES[term.kind][term.aggregate.name](value, term.aggregate.argument or 0.0, elapsed))


def _computed(program: Program, numbers: Sequence[float | None]) -> float | None:
    """What a formula comes to, to twelve digits; None where a term has no sample, or something is divided by zero.

    Doubles make 1 − 0.07 less than 0.93: what was computed is rounded before it is compared.
    """
    stack: list[float] = []
    for part in program:
        if not isinstance(part, str):
            stack.append(float(part))
        elif part.startswith("$"):
            number = numbers[int(part[1:])]
            if number is None:
                return None
            stack.append(number)
        elif part == "neg":
            stack.append(-stack.pop())
        else:
            right, left = stack.pop(), stack.pop()
            if part == "/" and right == 0:
                return None
            stack.append(_ARITHMETIC[part](left, right))
    if isnan(stack[0]):
        return None
    return stack[0] if len(program) == 1 else float(f"{stack[0]:.12g}")


def margin(op: Op, limit: float, actual: float) -> float | None:
    """How far inside the limit, as a share of it: limit 300, actual 412, `<` → −0.373; of 1 where the limit is 0.

    Infinite where `actual` is; None where the limit is.
    """
    if not isfinite(limit):
        return None
    if isinf(actual):
        return inf if _OPS[op](actual, limit) else -inf
    scale = abs(limit) or 1.0
    if op in ("<", "<="):
        return (limit - actual) / scale
    if op in (">", ">="):
        return (actual - limit) / scale
    distance = abs(actual - limit) / scale
    return distance if op == "!=" or not distance else -distance


def without_latency(results: Iterable[ThresholdResult]) -> list[ThresholdResult]:
    """Results of a run whose times cannot be trusted: thresholds on times are inconclusive. No sample is a failure."""
    return [replace(r, status="inconclusive") if _timed(r.threshold) and r.samples else r for r in results]


def _timed(threshold: Threshold) -> bool:
    """Whether a time decides: the value is one, or a share or score of times, or computed of a trend's."""
    return threshold.measure == "time" or any(
        term.kind == "trend"
        and (term.aggregate.name in ("within", "apdex") or (not threshold.plain and term.aggregate.name != "count"))
        for term in threshold.terms
    )


def format_actual(threshold: Threshold, actual: float | None) -> str:
    """What was measured, in the threshold's terms: `412.1ms`, `12.35%`, `1.2/s`, `inf`; `no samples` for None."""
    if actual is None:
        return "no samples"
    return MEASURES[threshold.measure].show(actual) if isfinite(actual) else "inf"


def format_limit(threshold: Threshold, limit: float = nan) -> str:
    """The comparison without its left side, as written, behind it what a computed `limit` came to: `< 30s`."""
    came_to = f" = {format_actual(threshold, limit)}" if isnan(threshold.limit) and not isnan(limit) else ""
    return f"{threshold.op} {threshold.bound}{came_to}"


def format_margin(threshold: Threshold, margin: float | None) -> str:
    """A share of the limit → `92.2 % to spare`, `1.65 % short`, `12 times the limit`; of an SLO's budget, what is left.

    Empty where no share can be told: without a sample, for a limit of zero, for equality, for what is infinite.
    """
    if margin is None or not isfinite(margin) or not threshold.limit or threshold.op in ("==", "!="):
        return ""
    if threshold.slo and threshold.slo.spends:
        used = max(0.0, round(1 - margin, 9))
        return f"{100 * used:.3g} % of the error budget used" if used < 9.995 else f"{used:.3g} times the error budget"
    if margin >= 0:
        return f"{_share(margin)} to spare"
    if threshold.op in (">", ">="):
        return f"{_share(-margin)} short"
    return f"{_share(-margin)} over" if margin > -9.995 else f"{1 - margin:.3g} times the limit"


def format_window(result: ThresholdResult) -> str:
    """`3s to 00:13`: the window that is told of; empty where none is. A run that was shorter is a shorter one."""
    if result.worst_window is None:
        return ""
    begin, end = result.worst_window
    return f"{format_duration(min(result.threshold.window, round(end - begin, 1)))} to {format_clock(end)}"


def _share(ratio: float) -> str:
    percent = ratio * 100
    return f"{percent:.3g} %" if percent < 999.5 else f"{ratio + 1:.3g} times"
