"""Thresholds and what is said about them, as values."""

from __future__ import annotations

from collections.abc import Mapping
from math import nan
from typing import Literal

from msgspec import Struct

from loadspec.metrics.catalog import Kind
from loadspec.thresholds.selector import Clause, effective
from loadspec.units import format_duration

Op = Literal["<", "<=", ">", ">=", "==", "!="]
Level = Literal["fail", "warn"]
Status = Literal["pass", "fail", "warn", "pending", "inconclusive"]
Program = tuple[float | str, ...]
"""A formula in reverse Polish notation: numbers, `$i` for the value of the i-th term, and `+ - * / neg`."""

EXPRESSIONS = "expressions"
"""The key below which thresholds over several metrics stand."""
EACH_ENDPOINT = "each_endpoint"
"""The key below which thresholds stand that each endpoint must meet."""


class Aggregate(Struct, frozen=True):
    """Which number of a metric is compared: `avg`, `count`, ..., or `p`, `within`, `apdex` with their argument.

    The argument of `p` is 0..100, those of the others are in the metric's base unit; `written` is how they were.
    """

    name: str
    argument: float | None = None
    written: str = ""

    def __str__(self) -> str:
        if self.argument is None:
            return self.name
        return f"{self.name}({self.written or format(self.argument, '.12g')})"


class Term(Struct, frozen=True):
    """One measured number: an aggregate of the series of a metric that a selector leaves."""

    metric: str
    selector: tuple[Clause, ...]
    """As written; `clauses` is what decides."""
    kind: Kind
    aggregate: Aggregate
    infinite: bool = False
    """Of request timings: failed requests count as infinitely long, instead of not at all."""

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The conditions on a series' tags, defaults included."""
        return effective(self.metric, self.selector)

    @property
    def whatever_expected(self) -> tuple[Clause, ...]:
        """The same without what is asked of the answer: expected ones and failures."""
        return tuple(clause for clause in self.clauses if clause.tag != "expected_response")

    def matches(self, tags: Mapping[str, str]) -> bool:
        """Whether a series of the metric with these tags is judged."""
        return all(clause.holds(tags) for clause in self.clauses)


class SloPart(Struct, frozen=True):
    """What a threshold is of a service level objective (SLO): the part that judges, or only measures, one figure."""

    slo: str
    """The objective's name."""
    part: Literal["availability", "latency", "apdex", "burn"]
    objective: str
    """What is promised, in words: `availability 99.9%`; of an Apdex, its T."""
    scope: str = ""
    """What it is about, as a selector without braces; empty: all requests of the load."""
    budget: float = 0.0
    """The share of requests that may be bad, 0..1: one minus the target; 0 for an Apdex."""
    judged: bool = True
    """Whether the run can fail by it; else it is shown."""

    @property
    def spends(self) -> bool:
        """Whether its margin is a share of the error budget."""
        return self.part in ("availability", "latency")


class Threshold(Struct, frozen=True):
    """One comparison that a run must win: `left op right`, both in the base unit that `measure` names.

    Base units are milliseconds, bytes, a ratio 0..1, a plain count, or one of these per second. Nearly always `left`
    is one term and `right` a number; `expressions` compute both.
    """

    key: str
    """What it stands under: `http_req_duration{endpoint:generate}`, `expressions`, or `slo NAME`."""
    terms: tuple[Term, ...]
    left: Program
    op: Op
    right: Program
    measure: str
    """A key of `measures.MEASURES`: time, bytes, bytes_total, ratio, count, score, per_second, bytes_per_second."""
    subject: str
    """The left side in words: `p(95)`."""
    bound: str
    """The right side as written: `30s`."""
    source: str
    """The comparison as written: `p(95) < 30s`."""
    abort: bool = False
    after: float = 0.0
    """Seconds of load before which it does not abort."""
    grace: float = 0.0
    """Seconds that an abort leaves to what is in flight."""
    window: float = 0.0
    """Seconds that are judged at a time, each time by itself; 0: all of the run so far."""
    level: Level = "fail"
    empty_passes: bool = False
    path: tuple[str | int, ...] = ()
    """Where its text stands in the document: ("thresholds", "http_reqs", 0, "that")."""
    slo: SloPart | None = None
    """The part of an SLO that it is, if it is one."""

    @property
    def plain(self) -> bool:
        """Whether it is an aggregate of one metric against a number, and of no SLO."""
        return self.key != EXPRESSIONS and self.slo is None

    @property
    def judged(self) -> bool:
        """Whether the run can fail by it; else it is measured as a figure of an SLO."""
        return self.slo is None or self.slo.judged

    @property
    def metric(self) -> str:
        """The metric that it judges; of an expression or an SLO, its key."""
        return self.terms[0].metric if self.plain else self.key

    @property
    def selector(self) -> tuple[Clause, ...]:
        """The selector of its metric, as written."""
        return self.terms[0].selector if self.plain else ()

    @property
    def kind(self) -> Kind:
        """The kind of its (first) metric."""
        return self.terms[0].kind

    @property
    def aggregate(self) -> Aggregate:
        """The aggregate of its (first) metric."""
        return self.terms[0].aggregate

    @property
    def limit(self) -> float:
        """The number on the right; NaN where that is measured, too, and the result has it."""
        number = self.right[0]
        return number if len(self.right) == 1 and isinstance(number, int | float) else nan

    @property
    def text(self) -> str:
        """The comparison and how it is made: `p(95) < 30s, every 10s, failures as infinite`."""
        every = f", every {format_duration(self.window)}" if self.window else ""
        infinite = ", failures as infinite" if not self.slo and any(term.infinite for term in self.terms) else ""
        return f"{self.source}{every}{infinite}"

    @property
    def title(self) -> str:
        """With its metric: `http_req_duration{endpoint:generate}: p(95) < 30s`."""
        return self.text if self.key == EXPRESSIONS else f"{self.key}: {self.text}"


class Judgement(Struct, frozen=True):
    """One threshold against one set of values.

    `actual` and `limit` are in the threshold's measure, `actual` None without a sample and infinite where failures
    are and reach it. `margin` is the distance to the limit, positive inside, as a share of the limit (of 1 where the
    limit is 0), None without a sample; infinite with `actual`.
    """

    actual: float | None
    passed: bool
    samples: int
    margin: float | None
    limit: float = nan


class ThresholdResult(Struct, frozen=True):
    """A judgement and its history; times are seconds of load. With a window, the judgement is that of the worst one."""

    threshold: Threshold
    actual: float | None
    passed: bool
    samples: int
    margin: float | None
    status: Status
    """`warn` is a failure that decides nothing, `pending` is only while the run goes on and no sample came;
    `inconclusive` is for the verdict to set."""
    first_crossed: float | None = None
    """When it failed for the first time, with samples."""
    failing_since: float | None = None
    """Begin of the failing stretch that lasts until now."""
    worst_margin: float | None = None
    aborted: bool = False
    """It ended the run."""
    limit: float = nan
    """The threshold's, or what its right side came to; NaN where that has no sample."""
    worst_window: tuple[float, float] | None = None
    """With a window: begin and end of the worst one, which is the one that was judged; None before a window was."""
