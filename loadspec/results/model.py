"""What a run measured: the one value that verdict, summary, report and files are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from msgspec import Struct, field

from loadspec.error_kinds import error_code
from loadspec.errors import ExitCode
from loadspec.metrics import MetricInfo, Store
from loadspec.metrics.values import Value
from loadspec.results.heat import Heat
from loadspec.results.items import PoolItem
from loadspec.results.slos import Slo
from loadspec.results.slowest import SlowRequest
from loadspec.thresholds import ThresholdResult
from loadspec.thresholds.selector import effective, parse_key
from loadspec.thresholds.submetric import Submetric
from loadspec.units import format_count

PhaseName = Literal["setup", "load", "teardown"]
Clock = Literal["process", "kernel"]
GOING = "RUNNING"
"""What stands in the place of a verdict as long as a run goes on."""
PHASES: tuple[PhaseName, ...] = ("setup", "load", "teardown")


class Point(Struct, frozen=True):
    """Some seconds of the load. Latencies are of expected answers, polls left out, in ms; None without one."""

    t: float
    """Seconds since the load began, at the end of these."""
    seconds: float
    """How long this point covers: a `step` of the result, about; the last one less, or up to half a second more."""
    users: int
    """At most."""
    requests: int
    failed: int
    iterations: int
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    p99: float | None = None
    max: float | None = None
    errors: Mapping[str, int] = field(default_factory=dict)
    """Failed requests by class, e.g. {"status 503": 4, "timeout": 1}."""


class Overview(NamedTuple):
    """The load's points made fewer: what they cover is merged, so that a percentile is that of all answers in it."""

    drawn: Sequence[Point] = ()
    """As a chart draws them: 200 at most."""
    listed: Sequence[Point] = ()
    """As a table lists them: 72 at most."""
    brief: Sequence[Point] = ()
    """As a small line shows them, and a chart where it is pointed at: 36 at most."""


class EndpointPoints(Struct, frozen=True):
    """One endpoint's columns of a `ByEndpoint`; latencies of expected answers, in ms, None where there was none."""

    endpoint: str
    requests: Sequence[int]
    failed: Sequence[int]
    p50: Sequence[float | None]
    p95: Sequence[float | None]
    p99: Sequence[float | None]


class ByEndpoint(Struct, frozen=True):
    """The course of the load by endpoint, on an axis of its own: like a Point's `t` and `seconds`, as columns."""

    step: int = 1
    """Seconds."""
    t: Sequence[float] = ()
    seconds: Sequence[float] = ()
    endpoints: Sequence[EndpointPoints] = ()
    """Those that had a request under load."""


class StageInfo(Struct, frozen=True):
    """A straight piece of a plan: from one level to the next, users or, in an open model, iterations a second."""

    begin: float
    """Seconds of the load; likewise `end`, which is `begin` where the level jumps."""
    end: float
    start: float
    target: float


class ScenarioInfo(Struct, frozen=True):
    """One scenario as it was planned."""

    name: str
    executor: str
    description: str
    max_users: int
    duration: float
    """Regular seconds, without graceful stop."""
    max_duration: float
    shape: Sequence[tuple[float, int]]
    """(seconds, planned users) at each corner, for drawing; none in an open model."""
    start: float = 0.0
    """Seconds after the begin of the load, at the latest."""
    after: str = ""
    weight: float | None = None
    """Of a scenario in the mix: its users, times and shape are then those of the mix, the same in each of its rows."""
    tags: Mapping[str, str] = field(default_factory=dict)
    rates: Sequence[tuple[float, float]] = ()
    """(seconds, planned iterations a second) of an open model, likewise."""
    stages: Sequence[StageInfo] = ()
    """What the plan is made of; none where it is no straight pieces, as of a trace."""
    by_chance: bool = False
    """Whether the seed decides when iterations start, and how many: `rates` are a mean."""

    @property
    def in_mix(self) -> bool:
        """Whether it shares its users with other scenarios."""
        return self.weight is not None


def loads_of(scenarios: Iterable[ScenarioInfo]) -> list[ScenarioInfo]:
    """One row for each load: of the mix, the first. What sums up users or draws shapes goes through here."""
    mix, found = False, []
    for scenario in scenarios:
        if not (scenario.in_mix and mix):
            found.append(scenario)
        mix = mix or scenario.in_mix
    return found


class EndpointInfo(Struct, frozen=True):
    """An endpoint for tables."""

    name: str
    method: str
    path: str


class RequestCount(Struct, frozen=True):
    """The books: requests of one endpoint in one phase.

    `sent` = answered + failed (no answer) + cut_off is what a server may have seen; `unsent` never left this
    process (no connection). Each answer is one attempt; a silent retry counts as one more.
    """

    endpoint: str
    phase: PhaseName
    sent: int
    answered: int
    no_answer: int
    cut_off: int
    unsent: int
    statuses: Mapping[str, int]


class EndpointStats(Struct, frozen=True):
    """One row of the endpoint table; latencies in ms of expected answers, None without one."""

    endpoint: str
    method: str
    path: str
    requests: int
    rate: float
    failed: int
    avg: float | None = None
    min: float | None = None
    med: float | None = None
    p90: float | None = None
    p95: float | None = None
    p99: float | None = None
    max: float | None = None


class CheckSample(Struct, frozen=True):
    """An answer for which a check failed; texts are masked and cut to size, and from servers: hostile."""

    at: float
    """Seconds since the load began."""
    status: int
    expected: str
    found: str
    body: str


class CheckResult(Struct, frozen=True):
    """One check of one endpoint, and its first failures that had an answer."""

    name: str
    endpoint: str
    passes: int
    fails: int
    samples: Sequence[CheckSample] = ()


class ErrorClass(Struct, frozen=True):
    """Failures that belong together: one endpoint, one kind (or status), one phase of the request."""

    endpoint: str
    phase: PhaseName
    kind: str
    """`status` for an unexpected answer, else the transport's kind: refused, timeout, reset, ..."""
    step: str
    """Where in the request: dns, connect, tls, write, status, headers, body, decode, check, template."""
    status: int
    count: int
    first: float
    """Seconds since the load began; likewise `last`."""
    last: float
    message: str
    sample: Mapping[str, str] = field(default_factory=dict)
    """At most: request, response, at; masked and cut to size."""
    later_samples: Sequence[Mapping[str, str]] = ()
    """A few of those that followed, likewise."""

    @property
    def code(self) -> int:
        """k6's numeric code, 0 where there is none."""
        return error_code(self.kind, self.step, self.status)


class Iterations(Struct, frozen=True):
    """started = completed + interrupted (once the run has ended); dropped were never started."""

    started: int = 0
    completed: int = 0
    interrupted: int = 0
    dropped: int = 0


class PoolStats(Struct, frozen=True):
    """How a pool was used under load: drawn = distinct + repeated."""

    name: str
    pick: str
    rows: int
    """Rows that could be drawn: those that its filter leaves."""
    drawn: int
    distinct: int
    repeated: int
    busted: bool = False
    """Whether each draw was made unlike any other."""
    items: Sequence[PoolItem] = ()
    """Of a small pool, those that an iteration drew."""


class ScenarioStats(Struct, frozen=True):
    """What became of one scenario. `began` and `ended` are seconds of the load, None where that did not come."""

    name: str
    began: float | None = None
    ended: float | None = None
    iterations: Iterations = Iterations()
    requests: int = 0
    failed: int = 0
    p95: float | None = None
    """Milliseconds, of expected answers to requests that are no polls."""


class Timing(Struct, frozen=True):
    """Whose clock says when answers came: the kernel's receive stamps where the spec `asked` for them and had them."""

    asked: Clock = "process"
    kernel: int = 0
    """Answers of all phases that the kernel timed; the others were timed when loadspec read them."""
    process: int = 0

    @property
    def clock(self) -> Literal["process", "kernel", "both"]:
        """What latencies are made of."""
        if not self.kernel:
            return "process"
        return "both" if self.process else "kernel"

    def __str__(self) -> str:
        kernel, total = format_count(self.kernel), format_count(self.kernel + self.process)
        match self.clock:
            case "kernel":
                return "the kernel's receive stamps"
            case "both":
                return f"the kernel's receive stamps for {kernel} of {total} answers, else loadspec's own"
            case _:
                missing = self.asked == "kernel" and self.process
                return f"loadspec's own{', for the kernel gave no stamps' if missing else ''}"


class Event(Struct, frozen=True):
    """Something worth a line: a phase change, the first error of a class, a threshold crossed."""

    t: float
    text: str


class Loss(Struct, frozen=True):
    """A worker that was lost while others went on: its share of the load is missing from `at` on, in seconds of it."""

    worker: int
    """From 1 to `of`."""
    of: int
    at: float
    why: str


class Span(Struct, frozen=True):
    """From one moment of the load to another; seconds."""

    begin: float
    end: float


class Cause(Struct, frozen=True):
    """Why a generator was late: a word for programs, a clause, and what to do about it."""

    name: str
    what: str
    way_out: str


class WorkerHealth(Struct, frozen=True):
    """One worker's health; see `results.health`. Numbered from 1."""

    worker: int
    limited: Sequence[Span] = ()
    """When it was generator-limited; pauses of some seconds are in them, longer ones where there are many."""
    limited_seconds: float = 0.0
    """For how long, without the pauses."""
    signs: Sequence[str] = ()
    """What was late then: `hub lag p99 12ms, limit 5ms`."""
    causes: Sequence[Cause] = ()
    worst: Mapping[str, float] = field(default_factory=dict)
    """The greatest of each column, of all seconds."""
    columns: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """`t` and each figure, one entry a second, of a long run the greatest of several, up to `t`; NaN where the system
    does not tell."""


class RunResult(Struct):
    """Everything about a finished run. Text from servers in it is hostile: escape it where it is shown."""

    run_id: str
    version: str
    spec_name: str
    spec_path: str
    profile: str | None
    command: str
    seed: int
    started_at: str
    """UTC, ISO 8601."""
    duration: float
    """Seconds the load took; setup and teardown are not in it."""
    target: str
    scenarios: Sequence[ScenarioInfo]
    endpoints: Sequence[EndpointInfo]
    metrics: Mapping[str, MetricInfo]
    """Built-in and custom; `custom_metrics` names the latter."""
    custom_metrics: Sequence[str]
    stores: Mapping[PhaseName, Store]
    points: Sequence[Point]
    thresholds: Sequence[ThresholdResult]
    """All that the run was judged by, parts of SLOs included."""
    checks: Sequence[CheckResult]
    errors: Sequence[ErrorClass]
    requests: Sequence[RequestCount]
    endpoint_stats: Sequence[EndpointStats]
    iterations: Iterations
    environment: Mapping[str, str]
    """Label → text: machine, system, versions, git."""
    resolved_spec: str
    """YAML, secrets masked."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The run's own."""
    slos: Sequence[Slo] = ()
    submetrics: Sequence[Submetric] = ()
    """What is shown by itself; `value(submetric.key)` has its figures."""
    step: int = 1
    """So many seconds make a point: 1, in longer runs 2, 4, 8, ..."""
    overview: Overview = field(default_factory=Overview)
    heat: Heat = field(default_factory=Heat)
    """Of expected answers to requests that are no polls."""
    by_endpoint: ByEndpoint = ByEndpoint()
    scenario_stats: Sequence[ScenarioStats] = ()
    """Planned iterations are those started and those dropped: of each row, and of all."""
    pools: Sequence[PoolStats] = ()
    slowest: Sequence[SlowRequest] = ()
    """The answered requests of the load that took longest, ten at most."""
    timing: Timing = Timing()
    warnings: Sequence[str] = ()
    events: Sequence[Event] = ()
    failure: str = ""
    """Why the run ended before its time (setup failed, aborted, worker lost); empty otherwise."""
    losses: Sequence[Loss] = ()
    """Where there are any, the result is degraded; see `results.losses`."""
    hint: str = ""
    exit_code: ExitCode = ExitCode.OK
    verdict: str = "PASS"
    """PASS, FAIL, INCONCLUSIVE, INVALID, INTERRUPTED, ABORTED; RUNNING in no file, only as long as the run goes on."""
    sentence: str = ""
    """The verdict in one sentence that names the culprit."""
    generator: Mapping[str, Any] = field(default_factory=dict)
    """The generator's own cost: cpu_percent, peak_rss_bytes, lag_max_ms, workers, ..."""
    health: Sequence[WorkerHealth] = ()
    limited: str = ""
    """That the generator was at its own limit, as a sentence, whether that was allowed or not; empty otherwise."""

    @property
    def going(self) -> bool:
        """Whether it is what a run has come to so far, without a verdict."""
        return self.verdict == GOING

    @property
    def passed(self) -> bool:
        """Whether `loadspec run` would have ended with 0."""
        return self.exit_code == ExitCode.OK

    def value(self, key: str) -> Value | None:
        """What the load measured of a metric, `http_req_duration{endpoint:login}` as thresholds name it.

        A Trend (times are ms), Rate, Counter or Gauge, all of which merge; None without a sample. As in thresholds,
        request timings are those of expected answers to requests that are no polls. Raises ThresholdError.
        """
        store = self.stores["load"]
        own = dict.fromkeys(tag for _, tags in store.series for tag, _ in tags)
        names = {"endpoint": [e.name for e in self.endpoints], "scenario": [s.name for s in self.scenarios]}
        metric, selector = parse_key(key, self.metrics, {**own, **names})
        clauses = effective(metric, selector)
        return store.select(metric, lambda tags: all(clause.holds(tags) for clause in clauses))
