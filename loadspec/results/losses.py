"""What a run is worth of which something is lost, workers or detail: what can still be said. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from loadspec.results.model import Loss
from loadspec.thresholds import ThresholdResult
from loadspec.thresholds.window import step
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


def blurred(results: Sequence[ThresholdResult], grain: float) -> list[ThresholdResult]:
    """The thresholds, inconclusive where their windows move in finer steps than the `grain` seconds that came as one.

    A burst that two snapshots share is worse in the window around it than in any that can still be looked at. One that
    ended the run has been decided.
    """
    return [
        replace(result, status="inconclusive") if _finer(result, grain) and not result.aborted else result
        for result in results
    ]


def blurred_sentence(results: Sequence[ThresholdResult], grain: float) -> str:
    """How many judged thresholds that leaves open; empty where it leaves none."""
    judged = [result for result in results if result.threshold.judged]
    count = sum(_finer(result, grain) and not result.aborted for result in judged)
    if not count:
        return ""
    open_ = f"{count} of {len(judged)} thresholds {'is' if count == 1 else 'are'} inconclusive"
    return f"the journal keeps up to {format_duration(grain)} of load as one, too coarse for their windows: {open_}"


def _finer(result: ThresholdResult, grain: float) -> bool:
    window = result.threshold.window
    return bool(window) and step(window) < grain
