"""Where and when a threshold failed: the endpoint at which it is worst, and the part of the load. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf

from loadspec.metrics import Store
from loadspec.results.parts import Part, part_at
from loadspec.thresholds import Threshold, ThresholdResult, format_actual, judge, values_in
from loadspec.thresholds.selector import matcher


def whereabouts(result: ThresholdResult, store: Store, elapsed: float, parts: Sequence[Part]) -> str:
    """`in stage 3 of 4 (hold 10 users), worst at generate (1.9s)`; empty where there is nothing to tell apart."""
    part = None if result.failing_since is None else part_at(parts, result.failing_since)
    told = (part.where if part else "", worst_endpoint(result.threshold, store, elapsed))
    return ", ".join(filter(None, told))


def worst_endpoint(threshold: Threshold, store: Store, elapsed: float) -> str:
    """`worst at generate (1.9s)`: of the endpoints that it judges together, the one furthest beyond the limit; of a
    metric that only one of several has, that one.

    A sum that must be reached has none: that an endpoint adds little to it is no fault. Windows are judged by
    themselves, so that the figure of a whole run is none of theirs.
    """
    if threshold.kind in ("counter", "gauge") and threshold.op not in ("<", "<="):
        return ""
    found = [
        (now.margin, name, now.actual)
        for name in _endpoints(threshold, store)
        if (now := judge(threshold, values_in(_only(store, name), threshold), elapsed)).margin is not None
    ]
    if len(found) < 2:
        told = found and len(_names(store, "http_reqs")) > 1 and not _selects(threshold)
        return f"at {found[0][1]}" if told else ""
    _, name, actual = min(found, key=lambda row: (-inf if row[0] is None else row[0], row[1]))
    return f"worst at {name}" if threshold.window else f"worst at {name} ({format_actual(threshold, actual)})"


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
