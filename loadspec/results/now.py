"""A load as it is now: its last ten seconds, and how its generator feels. Pure: told the time by the snapshots."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from loadspec.metrics.packed import unpack
from loadspec.results.health import HealthLog, limit_ms
from loadspec.results.points import Row
from loadspec.results.progress import GeneratorNow, Recent

SECONDS = 10.0
_PERCENTILES = (50, 95, 99)
_JITTER = 0.5
"""A snapshot comes a little early or late."""


class Pulse:
    """Keeps the rows of the last ten seconds."""

    def __init__(self) -> None:
        self._rows: deque[Row] = deque()
        self._starts: deque[tuple[float, Mapping[str, int]]] = deque([(0.0, {})])
        self._recent: Recent | None = None

    def add(self, row: Row, started: Mapping[str, int]) -> None:
        """The newest second, and the iterations by scenario that were started until then."""
        self._rows.append(row)
        self._starts.append((row.t, started))
        while len(self._rows) > 1 and self._rows[0].t <= row.t - SECONDS + _JITTER:
            self._rows.popleft()
            self._starts.popleft()
        self._recent = None

    def recent(self) -> Recent | None:
        """What they add up to; None before the first."""
        if self._recent is None and self._rows:
            self._recent = _recent(self._rows, self._starts[0], self._starts[-1])
        return self._recent


def _recent(
    rows: Sequence[Row], before: tuple[float, Mapping[str, int]], after: tuple[float, Mapping[str, int]]
) -> Recent:
    seconds = max(sum(row.seconds for row in rows), 1e-9)
    latency = unpack(rows[0].latency)
    for row in list(rows)[1:]:
        latency.merge(unpack(row.latency))
    figures = latency.percentiles(_PERCENTILES) if latency.count else (None, None, None)
    return Recent(
        before[0],
        after[0],
        sum(row.requests for row in rows) / seconds,
        sum(row.iterations for row in rows) / seconds,
        {name: (count - before[1].get(name, 0)) / seconds for name, count in after[1].items()},
        *figures,
    )


def generator_now(logs: Iterable[HealthLog]) -> GeneratorNow | None:
    """How the workers feel; None before they said."""
    heard = [log for log in logs if log.newest]
    if not heard:
        return None

    def worst(name: str) -> float:
        return max(log.newest.get(name, 0.0) for log in heard)

    return GeneratorNow(
        worst("cpu_percent"),
        worst("lag_p99_ms"),
        worst("dispatch_p99_ms"),
        min(limit_ms(log.median) for log in heard),
        any(log.late for log in heard),
        max(log.limited_seconds for log in heard),
    )


def level_at(corners: Sequence[tuple[float, float]], t: float, before: bool = False) -> float:
    """What a curve of (seconds, level) plans from `t` on, or until then (`before`); these differ where it jumps.

    Between two corners it is straight, outside of all there is nothing.
    """
    at = (bisect_left if before else bisect_right)(corners, t, key=lambda corner: corner[0])
    if at in (0, len(corners)):
        return 0.0
    (t0, low), (t1, high) = corners[at - 1], corners[at]
    return float(high) if t == t1 else low + (high - low) * (t - t0) / (t1 - t0)
