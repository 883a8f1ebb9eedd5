"""trace-replay: iterations start when those of a recorded trace did. k6 has no such executor."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import ClassVar

from loadspec.load.open_model import OpenModel
from loadspec.units import format_count, format_duration

_BINS = 60
"""A displayed rate is a mean over this part of the trace, or a second if that is longer."""


class TraceReplay(OpenModel, frozen=True):
    """Start i comes at `times[i]` seconds and has row `rows[i]` of pool `pool`. Times are sorted, below `duration`."""

    pool: str
    times: Sequence[float]
    rows: Sequence[int]
    duration: float

    executor: ClassVar[str] = "trace-replay"

    def __repr__(self) -> str:
        return f"TraceReplay({self.pool!r}, {len(self.times)} starts, {self.duration} s)"

    @property
    def end(self) -> float:
        """Seconds until the last kill."""
        return self.duration + self.graceful_stop

    @property
    def planned(self) -> int | None:
        """One for each row of the trace."""
        return len(self.times)

    @property
    def seats(self) -> int:
        """Each start draws from pools as one of so many."""
        return max(1, len(self.times))

    @property
    def peak_rate(self) -> float:
        """The most starts within any second."""
        return float(busiest(self.times))

    def rate_at(self, t: float) -> float:
        """Starts a second, a mean over the time around `t`."""
        if not 0 <= t < self.duration:
            return 0.0
        width = max(1.0, self.duration / _BINS)
        begin = t - t % width
        count = bisect_left(self.times, begin + width) - bisect_left(self.times, begin)
        return count / min(width, max(self.duration - begin, 1.0))

    def corners(self) -> list[tuple[float, float]]:
        """It has none."""
        return []

    def starts(self, seed: int) -> Iterator[float]:
        """As recorded, whatever the seed."""
        return iter(self.times)

    def describe(self) -> str:
        """Such as `1 200 iterations of trace requests for 5m (maxVUs: 60, gracefulStop: 30s)`."""
        return (
            f"{format_count(len(self.times))} iterations of trace {self.pool}"
            f" for {format_duration(self.duration)}{self._limits()}"
        )


def busiest(times: Sequence[float]) -> int:
    """The most of sorted times that lie within a second."""
    most = first = 0
    for last, t in enumerate(times):
        while times[first] <= t - 1:
            first += 1
        most = max(most, last - first + 1)
    return most
