"""Where and when a threshold failed: the endpoint at which it is worst, and the part of the load. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isnan

from loadspec.metrics import Store, Trend
from loadspec.results.parts import Part, part_at
from loadspec.thresholds import Judgement, Threshold, ThresholdResult, format_actual, judge, values_in
from loadspec.thresholds.evaluate import Measured
from loadspec.thresholds.outcomes import Outcomes
from loadspec.thresholds.selector import matcher
from loadspec.thresholds.window import SLACK

_MEANS = ("avg", "within", "apdex")
"""Aggregates of a trend to which each sample adds the same share."""


def whereabouts(result: ThresholdResult, store: Store, elapsed: float, parts: Sequence[Part]) -> str:
    """`in stage 3 of 4 (hold 10 users), worst at generate (1.9s)`; empty where there is nothing to tell apart."""
    told = (_part(result, parts), worst_endpoint(result.threshold, store, elapsed))
    return ", ".join(filter(None, told))


def _part(result: ThresholdResult, parts: Sequence[Part]) -> str:
    """Where its failing began; of windows, where the worst one lies. Empty where that is in no part alone."""
    moments: tuple[float, ...] = () if result.failing_since is None else (result.failing_since,)
    if result.worst_window is not None:
        begin, end = result.worst_window
        moments = (begin + SLACK, end - SLACK)
    found = {part_at(parts, moment) for moment in moments}
    only = found.pop() if len(found) == 1 else None
    return only.where if only else ""


def worst_endpoint(threshold: Threshold, store: Store, elapsed: float) -> str:
    """`worst at generate (1.9s)`: of the endpoints that it judges together, the one with most beyond the limit; of a
    metric that only one of several has, that one.

    Most, not furthest: that one request of one failed is 100 %, and no reason why thousands did. A sum that must be
    reached has none: that an endpoint adds little to it is no fault. Windows have none either: the figures are those
    of the whole run, and what was bad in the worst window need not be what is bad in it.
    """
    if threshold.kind in ("counter", "gauge") and threshold.op not in ("<", "<="):
        return ""
    found = [
        (name, values, now)
        for name in _endpoints(threshold, store)
        if (now := judge(threshold, values := values_in(_only(store, name), threshold), elapsed)).margin is not None
    ]
    if len(found) < 2:
        told = found and len(_names(store, "http_reqs")) > 1 and not _selects(threshold)
        return f"at {found[0][0]}" if told else ""
    if threshold.window or not _adds_up(threshold):
        return ""
    name, _, worst = max(found, key=lambda row: (_beyond(threshold, row[1][0], row[2]), row[2].samples))
    return f"worst at {name} ({format_actual(threshold, worst.actual)})"


def _adds_up(threshold: Threshold) -> bool:
    """Whether what endpoints have beyond the limit adds up to what all have: not in a formula of several figures,
    unless it compares counts."""
    if threshold.slo is not None:
        return True
    return threshold.left == ("$0",) and (threshold.kind == "counter" or not isnan(threshold.limit))


def _beyond(threshold: Threshold, value: Measured | None, now: Judgement) -> float:
    """How much of a value lies beyond what the limit allows it; less than nothing where it is within.

    A percentile allows a share of its samples to lie beyond the limit: those that are more. A mean or a share of n
    samples: n times its distance from the limit. Sums and extremes are as far beyond it as they are.
    """
    aggregate, over = threshold.aggregate, -1 if threshold.op in (">", ">=") else 1
    percent = 50.0 if aggregate.name == "med" else aggregate.argument if aggregate.name == "p" else None
    if percent is not None and isinstance(value, Trend | Outcomes):
        return over * (percent / 100 * value.samples - value.count_within(now.limit))
    distance = (now.actual or 0.0) - now.limit
    distance = abs(distance) if threshold.op == "==" else over * distance
    return distance * now.samples if threshold.kind == "rate" or aggregate.name in _MEANS else distance


def _selects(threshold: Threshold) -> bool:
    """Whether it says which endpoint it judges."""
    return any(clause.tag == "endpoint" for term in threshold.terms for clause in term.selector)


def _names(store: Store, metric: str, matches: Callable[[Mapping[str, str]], bool] = bool) -> set[str]:
    """The endpoints in a metric's series."""
    return {tags["endpoint"] for tags, _ in store.items(metric) if "endpoint" in tags and matches(tags)}


def _endpoints(threshold: Threshold, store: Store) -> list[str]:
    """Those with series that the threshold judges, in the order of names."""
    found = set[str]()
    for term in threshold.terms:
        found |= _names(store, term.metric, term.matches)
        if term.infinite:  # what only fails has no time of an expected answer
            found |= _names(store, "http_reqs", matcher(term.whatever_expected))
    return sorted(found)


def _only(store: Store, endpoint: str) -> Store:
    """The series of one endpoint."""
    part = Store()
    part.series = {key: value for key, value in store.series.items() if ("endpoint", endpoint) in key[1]}
    return part
