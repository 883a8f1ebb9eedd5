"""What is known of a run while it goes on: what the terminal and the live page show of this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from loadspec.results.model import Iterations, PhaseName, Point
from loadspec.thresholds import ThresholdResult


class Recent(Struct, frozen=True):
    """The last seconds of a load, from `begin` to `end` of it. Latencies as a Point's, ms; None without one."""

    begin: float
    end: float
    requests: float
    """A second, likewise the two below."""
    completed: float
    started: Mapping[str, float] = field(default_factory=dict)
    """Iterations by scenario."""
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


class GeneratorNow(Struct, frozen=True):
    """The newest second of all workers, of each figure the worst; and for how long one of them was at its limit."""

    cpu_percent: float
    """Of one core."""
    lag_ms: float
    """p99 of the hub's lag."""
    dispatch_ms: float
    """p99 of how late users and iterations start."""
    late_limit_ms: float
    """Above which a second is late."""
    late: bool
    limited_seconds: float


class Progress(Struct, frozen=True):
    """What the terminal shows while the run goes on; made once a second or oftener."""

    phase: PhaseName
    elapsed: float
    total: float
    """Planned seconds, without graceful stop."""
    users: int
    max_users: int
    iterations: Iterations
    point: Point | None
    thresholds: Sequence[ThresholdResult]
    errors: Mapping[str, int]
    """Failed requests by class so far."""
    requests: int
    stopping: bool = False
    scenarios: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The newest snapshot's rows, by name: began, ended, users, started, completed, interrupted."""
    recent: Recent | None = None
    generator: GeneratorNow | None = None
