"""Thresholds and what is said about them, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from loadspec.metrics.catalog import Kind
from loadspec.thresholds.selector import Clause, effective

Op = Literal["<", "<=", ">", ">=", "==", "!="]
Status = Literal["pass", "fail", "pending", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Which number of a metric is compared: `avg`, `count`, ..., or `p` with its argument 0..100."""

    name: str
    argument: float | None = None

    def __str__(self) -> str:
        return self.name if self.argument is None else f"{self.name}({self.argument:.12g})"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One comparison that a run must win. The limit is in the metric's base unit (`measure` says which):

    milliseconds, bytes, a ratio 0..1, a plain count, or one of these per second.
    """

    metric: str
    selector: tuple[Clause, ...]
    """As written; `clauses` is what decides."""
    kind: Kind
    aggregate: Aggregate
    op: Op
    limit: float
    unit: str
    """As written; empty for a bare number and for a time in several units."""
    measure: str
    """time, bytes, bytes_total, ratio, count, per_second or bytes_per_second."""
    source: str
    """The expression as written: `p(95) < 30s`."""
    title: str
    """With its metric: `http_req_duration{endpoint:generate}: p(95) < 30s`."""
    abort: bool = False
    after: float = 0.0
    """Seconds of load before which it does not abort."""
    empty_passes: bool = False

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The conditions on a series' tags, defaults included."""
        return effective(self.metric, self.selector)

    def matches(self, tags: Mapping[str, str]) -> bool:
        """Whether a series of the metric with these tags is judged."""
        return all(clause.holds(tags) for clause in self.clauses)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One threshold against one value.

    `actual` is in the limit's unit, None without a sample. `margin` is the distance to the limit, positive inside,
    as a share of the limit (of 1 where the limit is 0), None without a sample.
    """

    actual: float | None
    passed: bool
    samples: int
    margin: float | None


@dataclass(frozen=True, slots=True)
class ThresholdResult:
    """A judgement and its history; times are seconds of load."""

    threshold: Threshold
    actual: float | None
    passed: bool
    samples: int
    margin: float | None
    status: Status
    """`pending` only while the run goes on and no sample came; `inconclusive` is for the verdict to set."""
    first_crossed: float | None = None
    """When it failed for the first time, with samples."""
    failing_since: float | None = None
    """Begin of the failing stretch that lasts until now."""
    worst_margin: float | None = None
    aborted: bool = False
    """It ended the run."""
