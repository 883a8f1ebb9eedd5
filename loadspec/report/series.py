"""The per-second points of a run, made few enough to draw and to list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil

from loadspec.results.model import Point

DRAWN = 200
"""A chart draws at most so many points; the table below it lists at most `LISTED`."""
LISTED = 72


def downsample(points: Sequence[Point], limit: int) -> list[Point]:
    """At most `limit` points, each the merger of equally many neighbours (the last of fewer)."""
    group = max(1, ceil(len(points) / limit))
    return [merge_points(points[i : i + group]) for i in range(0, len(points), group)]


def merge_points(points: Sequence[Point]) -> Point:
    """Neighbours as one: counts add up; users and latencies take the greatest, so no peak is lost."""
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
