"""What the tests of the terminal share: golden texts, a small run whose figures can be checked by head, a terminal.

Golden texts are in `golden/`. After a change that is meant, write them anew and read the difference:

    UPDATE_GOLDEN=1 python -m pytest tests/ui && git diff tests/ui/golden
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from support_results import make_result

from loadspec.metrics import BUILTIN, MetricInfo, Store, tags_of
from loadspec.results.model import (
    CheckResult,
    EndpointStats,
    ErrorClass,
    Iterations,
    Point,
    RequestCount,
    RunResult,
    ScenarioInfo,
    StageInfo,
)
from loadspec.results.progress import GeneratorNow, Progress, Recent
from loadspec.thresholds import ThresholdResult, Watch, parse_thresholds

GOLDEN = Path(__file__).parent / "golden"
CUSTOM = {
    "response_time": MetricInfo("trend", "time"),
    "image_size": MetricInfo("trend", "bytes"),
    "errors": MetricInfo("rate"),
    "provider_errors": MetricInfo("counter"),
    "credit_errors": MetricInfo("counter"),
    "queue": MetricInfo("gauge"),
    "never": MetricInfo("trend", "time"),
}
THRESHOLDS: dict[str, Any] = {
    "errors": "rate < 10%",
    "http_req_duration": ["p(95) < 30s", "max < 60s"],
    "http_req_duration{endpoint:generate}": "med < 50ms",
    "provider_errors": ["count < 5", "rate < 1/s"],
    "never": "p(95) < 1s",
}


def check_golden(name: str, text: str) -> None:
    """Compare `text` with the golden file, or write it where UPDATE_GOLDEN is set."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{name} differs; see support_ui.py on how to write it anew"


def small_store(scenario: str = "default") -> Store:
    """Ten seconds: 10 logins of 10 ms, 10 generates of 100 ms of which two answered 503 after 5 ms, 1 refused."""
    store = Store()
    _requests(store, scenario, "login", [(10.0, 200)] * 10)
    _requests(store, scenario, "generate", [(100.0, 202)] * 8 + [(5.0, 503)] * 2 + [(0.0, 0)])
    for check, passes, total in (("login successful", 10, 10), ("status is 202", 8, 11)):
        endpoint = "login" if check.startswith("login") else "generate"
        rate = store.rate("checks", tags_of(scenario=scenario, endpoint=endpoint, check=check))
        rate.passes, rate.total = passes, total
    tags = tags_of(scenario=scenario, endpoint="generate")
    for ms in [100.0] * 8 + [5.0] * 2:
        store.trend("response_time", tags).add(ms)
        store.rate("errors", tags).add(ms < 100)
        store.trend("iteration_duration", tags_of(scenario=scenario)).add(ms + 1000)
    store.trend("image_size", tags).add(2_200_000, 8)
    store.counter("provider_errors", tags).add(2)
    store.counter("iterations", tags_of(scenario=scenario)).add(10)
    for users in (1, 3, 2):
        store.gauge("vus").add(users)
        store.gauge("vus_max").add(3)
        store.gauge("queue", tags).add(users * 10)
    return store


def _requests(store: Store, scenario: str, endpoint: str, answers: list[tuple[float, int]]) -> None:
    tags = {"scenario": scenario, "endpoint": endpoint, "poll": "false"}
    for ms, status in answers:
        expected = "true" if 200 <= status < 400 else "false"
        store.counter("http_reqs", tags_of(**tags, status=str(status), expected_response=expected)).add()
        store.rate("http_req_failed", tags_of(**tags)).add(expected == "false")
        store.counter("data_sent", tags_of(**tags)).add(200)
        if status:
            store.counter("data_received", tags_of(**tags)).add(450)
            store.trend("http_req_duration", tags_of(**tags, expected_response=expected)).add(ms)
            store.trend("http_req_waiting", tags_of(**tags, expected_response=expected)).add(ms - 0.5)


def judged(store: Store, seconds: float = 10.0, texts: dict[str, Any] = THRESHOLDS) -> list[ThresholdResult]:
    """Thresholds that failed from the fourth second on."""
    infos = {**BUILTIN, **CUSTOM}
    watch = Watch([one for key, value in texts.items() for one in parse_thresholds(key, value, infos)])
    watch.feed(4.0, store, store)
    watch.feed(seconds, Store(), store)
    return watch.results()


def small_result(**changes: Any) -> RunResult:
    """A RunResult around `small_store`."""
    store = small_store()
    fields: dict[str, Any] = {
        "duration": 10.0,
        "stores": {"setup": Store(), "load": store, "teardown": Store()},
        "metrics": {**BUILTIN, **CUSTOM},
        "custom_metrics": list(CUSTOM),
        "points": [],
        "events": [],
        "thresholds": judged(store),
        "checks": [CheckResult("login successful", "login", 10, 0), CheckResult("status is 202", "generate", 8, 3)],
        "errors": [
            ErrorClass("generate", "load", "status", "status", 503, 2, 3.5, 4.5, "503, expected 202"),
            ErrorClass("generate", "load", "refused", "connect", 0, 1, 6.0, 6.0, "connection refused"),
        ],
        "requests": [
            RequestCount("login", "setup", 1, 1, 0, 0, 0, {"200": 1}),
            RequestCount("login", "load", 10, 10, 0, 0, 0, {"200": 10}),
            RequestCount("generate", "load", 10, 10, 0, 0, 1, {"202": 8, "503": 2}),
        ],
        "endpoint_stats": [
            EndpointStats("login", "POST", "/login", 10, 1.0, 0, 10, 10, 10, 10, 10, 10, 10),
            EndpointStats("generate", "POST", "/generate", 11, 1.1, 3, 81, 5, 100, 100, 100, 100, 100),
        ],
        "iterations": Iterations(11, 10, 1, 0),
        "scenarios": [scenario_info()],
        "spec_name": "image generation",
        "spec_path": "specs/image-generation.yaml",
        "target": "http://127.0.0.1:8089",
        "warnings": [],
        "verdict": "FAIL",
        "sentence": "errors 20.00 %, limit 10 % (2 times over), since 00:04.",
    }
    return make_result(seconds=2, **{**fields, **changes})


def scenario_info(name: str = "default", users: int = 10, duration: float = 70.0) -> ScenarioInfo:
    """A staged scenario."""
    text = f"Up to {users} looping VUs for 1m10s over 2 stages (gracefulRampDown: 30s, gracefulStop: 30s)"
    middle = duration / 2
    stages = [StageInfo(0.0, middle, 1, users), StageInfo(middle, duration, users, users)]
    shape = [(0.0, 1), (middle, users), (duration, users)]
    return ScenarioInfo(name, "ramping-vus", text, users, duration, duration + 30, shape, stages=stages)


def progress(elapsed: float, phase: Any = "load", **changes: Any) -> Progress:
    """The state of a run after so many seconds: two requests a second, p95 growing by a ms each."""
    second = float(int(elapsed))
    point = Point(second, 1.0, 7, 2, 0, 1, p50=12.0, p90=40.0, p95=50.0 + second, p99=80.0, max=90.0)
    fields: dict[str, Any] = {
        "phase": phase,
        "elapsed": elapsed,
        "total": 70.0,
        "users": 7,
        "max_users": 10,
        "iterations": Iterations(int(elapsed) + 7, int(elapsed), 0, 0),
        "point": point if second else None,
        "thresholds": (),
        "errors": {},
        "requests": int(elapsed) * 2,
        "recent": _recent(second) if second else None,
        "generator": GeneratorNow(12.3, 0.31, 0.18, 5.0, False, 0.0) if second else None,
    }
    return Progress(**{**fields, **changes})


def _recent(second: float) -> Recent:
    """The ten seconds before: two requests and an iteration each."""
    begin = max(0.0, second - 10)
    return Recent(begin, second, 2.0, 1.0, {"default": 1.0}, p50=12.0, p95=50.0 + second, p99=80.0 + second)
