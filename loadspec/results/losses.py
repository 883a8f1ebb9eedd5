"""What a run is worth that has lost workers: how much load is missing, and what can still be said. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from loadspec.results.model import Loss
from loadspec.thresholds import ThresholdResult
from loadspec.units import format_duration

TOLERATED = 0.01
"""Where more of the load is missing than this share, thresholds say nothing about the load that was planned."""


def missing(losses: Sequence[Loss], elapsed: float) -> float:
    """The share of the load that is missing, 0..1: each worker's part, for the rest of the `elapsed` seconds."""
    if not elapsed:
        return 0.0
    return sum(max(0.0, elapsed - loss.at) / elapsed / loss.of for loss in losses)


def told(loss: Loss) -> str:
    """`worker 2 of 4 was lost at 12.3s (it ended with code -9): 1/4 of the load is missing since`."""
    when = f"{format_duration(round(loss.at, 1))} (it {loss.why})"
    return f"worker {loss.worker} of {loss.of} was lost at {when}: 1/{loss.of} of the load is missing since"


def withheld(
    results: Sequence[ThresholdResult], losses: Sequence[Loss], elapsed: float, lost: bool = False
) -> list[ThresholdResult]:
    """The thresholds, inconclusive where too much load is missing; one that ended the run has been decided.

    `lost`: nobody was left that could go on, so nobody knows how much is missing.
    """
    if not lost and missing(losses, elapsed) <= TOLERATED:
        return list(results)
    return [result if result.aborted else replace(result, status="inconclusive") for result in results]
