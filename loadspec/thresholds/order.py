"""The order in which thresholds are told, everywhere: what decides the verdict comes first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from loadspec.thresholds.model import Status, ThresholdResult

STATUSES: Sequence[Status] = ("fail", "inconclusive", "warn", "pending", "pass")
"""From the one that weighs most."""


def worst_first(results: Iterable[ThresholdResult]) -> list[ThresholdResult]:
    """By status, then by margin; among equals the order of the spec.

    Those without a sample come behind the others of their status, since they say least about why.
    """
    return sorted(results, key=_weight)


def _weight(result: ThresholdResult) -> tuple[int, bool, float]:
    return STATUSES.index(result.status), result.margin is None, result.margin or 0.0
