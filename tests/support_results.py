"""A finished run for the tests of report, outputs and terminal: `make_result()` simulates one, with books that balance.

The story: image generation, ten users; from the 31st to the 44th second the provider answers 503 to part of the
`generate` requests and is slow for the rest, so one threshold fails. Everything follows from a seed.
"""

from __future__ import annotations

import random
from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from loadspec.errors import ExitCode
from loadspec.metrics import BUILTIN, MetricInfo, Store, Trend, tags_of
from loadspec.metrics.slowest import slowest
from loadspec.results.health import HealthLog
from loadspec.results.model import (
    CheckResult,
    CheckSample,
    EndpointInfo,
    EndpointStats,
    ErrorClass,
    Event,
    Iterations,
    Overview,
    Point,
    RequestCount,
    RunResult,
    ScenarioInfo,
    StageInfo,
    WorkerHealth,
)
from loadspec.results.points import VIEWS, Course
from loadspec.results.slowest import slow_requests
from loadspec.thresholds import ThresholdResult, Watch, judge, parse_thresholds, values_in

ENDPOINTS = (
    EndpointInfo("login", "POST", "/api/auth/login"),
    EndpointInfo("generate", "POST", "/api/images/seedream4/generate"),
)
CHECKS = {"login": ("login successful",), "generate": ("status is 202", "has session_id", "has client_key")}
THRESHOLDS = {
    "errors": "rate < 10%",
    "http_req_duration": ["p(95) < 30s", "p(99) < 60s"],
    "http_req_duration{endpoint:generate}": "p(95) < 800ms",
    "generation_success": "rate > 90%",
    "http_req_failed": "rate < 10%",
}


def store_of(**values: Any) -> Store:
    """A store with one series of each metric, those without a value left out; timings are of expected answers."""
    store, expected = Store(), tags_of(expected_response="true", poll="false")
    for metric, value in values.items():
        if value is not None:
            store.series[(metric, expected if metric.startswith("http_req_d") else ())] = value
    return store


CUSTOM = {
    "response_time": MetricInfo("trend", "time"),
    "generation_success": MetricInfo("rate"),
    "errors": MetricInfo("rate"),
    "provider_errors": MetricInfo("counter"),
}
SENTENCE = "generation_success 88.52 %, limit 90 % (-1.65 %), failing since 00:38, during load."
RESOLVED = """loadspec: 1
name: image generation
env:
  API_BASE: http://127.0.0.1:8089
  LOAD_PASS: '***'
stages: 10s:5, 20s:10, 30s:10, 10s:0
thresholds:
  generation_success: rate > 90%
"""


@dataclass
class _Simulation:
    """Adds simulated requests to a store, second by second."""

    seconds: int
    endpoints: Sequence[EndpointInfo]
    outage: range
    rng: random.Random
    store: Store = field(default_factory=Store)
    course: Course = field(default_factory=Course)
    statuses: dict[str, Tally[int]] = field(default_factory=dict)
    checks: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    fails: dict[str, list[float]] = field(default_factory=dict)
    requests_by: Tally[str] = field(default_factory=Tally)
    iterations: int = 0
    slow: list[Any] = field(default_factory=list)

    def run(self, users: list[int]) -> None:
        for second, n in enumerate(users):
            self.second(second, n)

    def second(self, second: int, users: int) -> None:
        total, self.store = self.store, Store()
        done = max(0, round(users * self.rng.uniform(0.3, 0.55)))
        for _ in range(done):
            for endpoint in self.endpoints:
                self.request(endpoint.name, second)
        self.iterations += done
        self.store.counter("iterations", tags_of(scenario="default")).add(done)
        self.store.gauge("vus").add(users)
        self.course.add(second + 1.0, users, done, self.store)
        total.merge(self.store)
        self.store = total

    def request(self, name: str, second: int) -> None:
        down = second in self.outage and name == "generate"
        status = 503 if down and self.rng.random() < 0.6 else 202 if name == "generate" else 200
        waiting = self.rng.lognormvariate(4.4 if name == "generate" else 3.4, 0.35) * (6 if down else 1)
        phases = {"sending": 0.05, "waiting": waiting, "receiving": 0.12}
        tags = dict(scenario="default", endpoint=name, poll="false")
        expected = "true" if status < 400 else "false"
        for phase, ms in phases.items():
            self.store.trend(f"http_req_{phase}", tags_of(**tags, expected_response=expected)).add(ms)
        for phase in ("blocked", "connecting", "tls_handshaking"):
            self.store.trend(f"http_req_{phase}", tags_of(**tags, expected_response=expected)).add(0.0)
        total = sum(phases.values())
        self.store.trend("http_req_duration", tags_of(**tags, expected_response=expected)).add(total)
        self.store.counter("http_reqs", tags_of(**tags, expected_response=expected, status=str(status))).add()
        self.store.rate("http_req_failed", tags_of(**tags)).add(status >= 400)
        self.store.counter("data_sent", tags_of(**tags)).add(212)
        self.store.counter("data_received", tags_of(**tags)).add(431)
        row = {"ms": total, "at": float(second), "scenario": "default", "endpoint": name, "poll": False}
        self.slow = slowest([*self.slow, {**row, "expected": status < 400, "status": status}])
        self.statuses.setdefault(name, Tally())[status] += 1
        self.requests_by[name] += 1
        if status >= 400:
            self.fails.setdefault(name, []).append(second + 0.5)
        self.verify(name, status, total)

    def verify(self, name: str, status: int, total: float) -> None:
        for check in CHECKS.get(name, ()):
            passed = status < 400
            self.checks.setdefault((name, check), [0, 0])[0 if passed else 1] += 1
            self.store.rate("checks", tags_of(scenario="default", endpoint=name, check=check)).add(passed)
        if name == "generate":
            tags = tags_of(scenario="default", endpoint=name)
            self.store.trend("response_time", tags).add(total)
            self.store.rate("generation_success", tags).add(status < 400)
            self.store.rate("errors", tags).add(status >= 400)
            if status >= 500:
                self.store.counter("provider_errors", tags).add()
            self.store.trend("iteration_duration", tags_of(scenario="default")).add(total + 2000)


def planned_users(seconds: int, peak: int) -> list[int]:
    """A ramp to half of the peak, to the peak, a plateau and a ramp down, in the proportions of the reference spec."""
    corners = [(0.0, 1), (seconds / 7, peak // 2), (3 * seconds / 7, peak), (6 * seconds / 7, peak), (seconds, 0)]
    users = []
    for second in range(seconds):
        at = next(i for i in range(4) if second < corners[i + 1][0])
        (t0, u0), (t1, u1) = corners[at], corners[at + 1]
        users.append(round(u0 + (u1 - u0) * (second - t0) / (t1 - t0)))
    return users


def make_result(
    seconds: int = 70, endpoints: Sequence[EndpointInfo] = ENDPOINTS, peak: int = 10, seed: int = 7, **changes: Any
) -> RunResult:
    """A RunResult of a simulated run; `changes` replace its fields afterwards."""
    sim = _Simulation(seconds, endpoints, range(seconds * 31 // 70, seconds * 44 // 70), random.Random(seed))
    sim.run(planned_users(seconds, peak))
    setup = Store()
    setup.counter("http_reqs", tags_of(scenario="setup", endpoint="login", poll="false", status="200")).add()
    corners = [(0.0, 1), (seconds / 7, peak // 2), (3 * seconds / 7, peak), (6 * seconds / 7, peak), (seconds, 0)]
    shape = [(float(t), u) for t, u in corners]
    result = RunResult(
        run_id="20260412-080910-3fa2",
        version="0.1.0",
        spec_name="image generation",
        spec_path="specs/image-generation.yaml",
        profile=None,
        command="loadspec run specs/image-generation.yaml",
        seed=seed,
        started_at="2026-04-12T08:09:10Z",
        duration=float(seconds),
        target="http://127.0.0.1:8089",
        scenarios=[
            ScenarioInfo(
                "default",
                "ramping-vus",
                f"Up to {peak} looping VUs for 1m10s over 4 stages (gracefulRampDown: 30s, gracefulStop: 30s)",
                peak,
                float(seconds),
                seconds + 30.0,
                shape,
                stages=[StageInfo(t, end, float(level), float(to)) for (t, level), (end, to) in pairwise(shape)],
            )
        ],
        endpoints=list(endpoints),
        metrics={**BUILTIN, **CUSTOM},
        custom_metrics=list(CUSTOM),
        stores={"setup": setup, "load": sim.store, "teardown": Store()},
        points=sim.course.points(),
        step=sim.course.step,
        heat=sim.course.heat(),
        by_endpoint=sim.course.by_endpoint([endpoint.name for endpoint in endpoints]),
        thresholds=make_thresholds(sim.store, float(seconds), seconds * 38 / 70),
        checks=[CheckResult(check, name, p, f, [SAMPLE] * min(f, 5)) for (name, check), (p, f) in sim.checks.items()],
        errors=_errors(sim),
        requests=_books(sim),
        endpoint_stats=_endpoint_stats(sim),
        iterations=Iterations(sim.iterations + 1, sim.iterations, 1, 0),
        environment={
            "loadspec": "0.1.0",
            "Python": "3.11.7",
            "system": "Linux 6.8.0 x86_64",
            "cores": "2",
            "git": "4c1d9e2 (clean)",
        },
        resolved_spec=RESOLVED,
        slowest=slow_requests(sim.slow, lambda at: "hold 10 users" if at >= seconds * 3 / 7 else ""),
        warnings=["6 of 10 stages were short."] if seconds < 2 else [],
        events=[
            Event(0.0, "load began"),
            Event(seconds * 31 / 70, "first `status 503` from generate"),
            Event(seconds * 38 / 70, "generation_success crossed its limit of 90 %"),
            Event(float(seconds), "load ended"),
        ],
        exit_code=ExitCode.THRESHOLDS,
        verdict="FAIL",
        sentence=SENTENCE,
        generator={"cpu_percent": 7.4, "peak_rss_bytes": 58_720_256, "lag_max_ms": 0.42, "workers": 1},
        health=[make_health(seconds=seconds)],
    )
    result = replace(result, overview=sim.course.overview(), **changes)
    return with_points(result, changes["points"]) if "points" in changes else result


def with_points(result: RunResult, points: Sequence[Point]) -> RunResult:
    """Other points, of which charts draw and tables list every so manieth."""
    views = [points[:: -(-len(points) // most) or 1] for most in VIEWS]
    return replace(result, points=points, overview=Overview(*views))


def make_health(late: int = 0, seconds: int = 20, worker: int = 0, **figures: float) -> WorkerHealth:
    """A worker's health: the first `late` seconds at its limit."""
    log = HealthLog(worker)
    quiet = {"lag_p99_ms": 1.1, "dispatch_p99_ms": 0.3, "cpu_percent": 7.4, "gc_longest_ms": 2.0, "files": 31}
    for second in range(1, seconds + 1):
        busy = {"lag_p99_ms": 42.0, "cpu_percent": 99.0, "gc_longest_ms": 61.0} if second <= late else {}
        log.add({"t": float(second), "files_max": 1024, "latency_p50_ms": 80.0, **quiet, **busy, **figures})
    return log.told()


SAMPLE = CheckSample(38.2, 503, "status == 202", "status = 503", '{"error": "provider unavailable"}')


def _errors(sim: _Simulation) -> list[ErrorClass]:
    return [
        ErrorClass(
            endpoint=name,
            phase="load",
            kind="status",
            step="status",
            status=503,
            count=len(times),
            first=times[0],
            last=times[-1],
            message="503 Service Unavailable, expected 200..399",
            sample={
                "request": "POST /api/images/seedream4/generate HTTP/1.1\nauthorization: Bearer ***",
                "response": 'HTTP/1.1 503 Service Unavailable\n\n{"error": "provider unavailable"}',
                "at": f"{times[0]:.3f}",
            },
            later_samples=[
                {"response": "HTTP/1.1 503 Service Unavailable\n\n{}", "at": f"{t:.3f}"} for t in times[1:3]
            ],
        )
        for name, times in sim.fails.items()
    ]


def _books(sim: _Simulation) -> list[RequestCount]:
    rows = [RequestCount("login", "setup", 1, 1, 0, 0, 0, {"200": 1})]
    for name, statuses in sim.statuses.items():
        cut = 1 if name == "generate" else 0
        total = statuses.total()
        books = {str(status): n for status, n in sorted(statuses.items())}
        rows.append(RequestCount(name, "load", total + cut, total, 0, cut, 0, books))
    return rows


def _endpoint_stats(sim: _Simulation) -> list[EndpointStats]:
    rows = []
    for endpoint in sim.endpoints:
        trend = sim.store.where("http_req_duration", endpoint=endpoint.name, expected_response="true")
        if not isinstance(trend, Trend) or not trend.count:
            continue
        med, p90, p95, p99 = trend.percentiles((50, 90, 95, 99))
        n = sim.requests_by[endpoint.name]
        failed = len(sim.fails.get(endpoint.name, ()))
        figures = (trend.avg, trend.min, med, p90, p95, p99, trend.max)
        rows.append(EndpointStats(endpoint.name, endpoint.method, endpoint.path, n, n / sim.seconds, failed, *figures))
    return rows


def make_thresholds(
    store: Store, duration: float, since: float = 38.0, texts: Mapping[str, Any] = THRESHOLDS
) -> list[ThresholdResult]:
    """Thresholds judged over a store; those that fail do so since `since`."""
    found = []
    for key, value in texts.items():
        for threshold in parse_thresholds(key, value, {**BUILTIN, **CUSTOM}):
            now = judge(threshold, values_in(store, threshold), duration)
            crossed = None if now.passed or now.actual is None else min(since, duration)
            status = "pass" if now.passed else "fail"
            result = ThresholdResult(
                threshold,
                now.actual,
                now.passed,
                now.samples,
                now.margin,
                status,
                crossed,
                crossed,
                now.margin,
                limit=now.limit,
            )
            found.append(result)
    return found


def judged(key: str, item: Any, result: RunResult) -> ThresholdResult:
    """What a threshold comes to with what a result measured under load."""
    watch = Watch(parse_thresholds(key, item, result.metrics))
    watch.feed(result.duration, Store(), result.stores["load"], ended=True)
    (found,) = watch.results()
    return found
