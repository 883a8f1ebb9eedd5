"""What pages ask of the points of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median

from loadspec.results.model import Point
from loadspec.results.points import VIEWS
from loadspec.units import format_duration

LISTED = VIEWS[1]
"""Rows of a table, at most."""


def stretch(points: Sequence[Point]) -> str:
    """What a point covers, as a rule: `4s`."""
    return format_duration(round(median(p.seconds for p in points)) or 1) if points else "1s"


def merge_points(points: Sequence[Point]) -> Point:
    """A part of the load as one: counts add up; users and latencies are the greatest of any point."""
    if len(points) == 1:
        return points[0]
    errors: Counter[str] = Counter()
    for point in points:
        errors.update(point.errors)
    return Point(
        t=points[-1].t,
        seconds=sum(p.seconds for p in points),
        users=max(p.users for p in points),
        requests=sum(p.requests for p in points),
        failed=sum(p.failed for p in points),
        iterations=sum(p.iterations for p in points),
        p50=_greatest([p.p50 for p in points]),
        p90=_greatest([p.p90 for p in points]),
        p95=_greatest([p.p95 for p in points]),
        p99=_greatest([p.p99 for p in points]),
        max=_greatest([p.max for p in points]),
        errors=dict(errors),
    )


def _greatest(values: Sequence[float | None]) -> float | None:
    return max((v for v in values if v is not None), default=None)


def per_second(count: float, seconds: float) -> float:
    """A rate; 0 over no time."""
    return count / seconds if seconds > 0 else 0.0


def end_of(points: Sequence[Point], duration: float) -> float:
    """Where the time axis ends, in seconds; never 0."""
    return max(duration, points[-1].t if points else 0.0, 1e-3)
