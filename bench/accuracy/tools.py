"""loadspec, k6 and Locust at a constant rate: how each is told, what it says, and whether it owns up to limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.accuracy.cases import PERIOD, Told
from bench.accuracy.verdicts import PERCENTS
from bench.tools import k6, loadspec, locust
from bench.tools.base import program

SCRIPTS = Path(__file__).resolve().parent / "scripts"
SPEC = """\
loadspec: 1
name: accuracy
env: {{API_BASE: {{default: "http://127.0.0.1:8089"}}}}
target: {{base_url: "{{{{ env.API_BASE }}}}", timing: {timing}}}
endpoints: {{work: {{path: /}}}}
flow: [call: work]
rate: {rate}/s
duration: {seconds}s
max_vus: {users}
graceful_stop: 5s
"""


@dataclass(frozen=True, slots=True)
class Job:
    """One GET `rate` times a second for `seconds`; an open model may use up to `users`."""

    url: str
    folder: Path
    rate: int
    seconds: int
    users: int


@dataclass(frozen=True, slots=True)
class Output:
    """What a run left behind."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Tool:
    """One load generator. `read` raises OSError, ValueError or LookupError where a run left no figures.

    `files` is what it needs to find in the job's folder, name → text.
    """

    name: str
    command: Callable[[Job], list[str]]
    environment: Callable[[Job], Mapping[str, str]]
    read: Callable[[Job, Output], Told]
    version: Callable[[], str]
    files: Callable[[Job], Mapping[str, str]] = lambda job: {}


def _loadspec_command(job: Job) -> list[str]:
    base = ["--env", f"API_BASE={job.url}", "--quiet", "--report-dir", str(job.folder / "reports")]
    return [program("loadspec"), "run", str(job.folder / "accuracy.yaml"), *base]


def _spec(timing: str) -> Callable[[Job], Mapping[str, str]]:
    def files(job: Job) -> Mapping[str, str]:
        return {"accuracy.yaml": SPEC.format(timing=timing, rate=job.rate, seconds=job.seconds, users=job.users)}

    return files


def _loadspec(name: str, timing: str) -> Tool:
    return Tool(name, _loadspec_command, _none, _read_loadspec, loadspec.TOOL.version, _spec(timing))


def _read_loadspec(job: Job, output: Output) -> Told:
    found = sorted((job.folder / "reports").glob("*/results.json"))
    if not found:
        raise FileNotFoundError("no results.json")
    return loadspec_told(found[0].read_text())


def loadspec_told(text: str) -> Told:
    """results.json → what it says."""
    run = json.loads(text)
    metrics = run["metrics"]
    latency, late = metrics["http_req_duration"]["total"], metrics["scheduled_latency"]["total"]
    return Told(
        requests=latency["count"],
        mean=latency["avg"],
        percentiles=_of_trend(latency),
        dropped=run["iterations"]["dropped"],
        late=_of_trend(late),
        confesses=run["sentence"] if run["exit_code"] == 95 else "",
    )


def _of_trend(trend: Mapping[str, float]) -> dict[int, float]:
    return {percent: trend["med" if percent == 50 else f"p{percent}"] for percent in PERCENTS}


def _k6_command(job: Job) -> list[str]:
    settings = {"API_BASE": job.url, "RATE": job.rate, "DURATION": f"{job.seconds}s", "USERS": job.users}
    return k6.invocation(SCRIPTS / "k6_rate.js", job.folder, settings)


def _read_k6(job: Job, output: Output) -> Told:
    return k6_told((job.folder / "k6.json").read_text(), output.stderr)


def k6_told(text: str, log: str) -> Told:
    """The JSON of --summary-export and what k6 logged → what it says."""
    metrics = json.loads(text)["metrics"]
    latency = metrics["http_req_duration"]
    return Told(
        requests=metrics["http_reqs"]["count"],
        mean=latency["avg"],
        percentiles={percent: latency["med" if percent == 50 else f"p({percent})"] for percent in PERCENTS},
        dropped=metrics.get("dropped_iterations", {}).get("count", 0),
        confesses="insufficient VUs" if "Insufficient VUs" in log else "",
    )


def _locust_command(job: Job) -> list[str]:
    users = str(locust_users(job))
    where = ["--locustfile", str(SCRIPTS / "locust_rate.py"), "--host", job.url]
    shape = ["--users", users, "--spawn-rate", users, "--run-time", f"{job.seconds}s", "--stop-timeout", "5"]
    return [program("locust"), "--headless", "--only-summary", "--json", *where, *shape]


def locust_users(job: Job) -> int:
    """As many as keep up the rate with a request each PERIOD, and no more than the job allows."""
    return min(job.users, round(job.rate * PERIOD))


def _read_locust(job: Job, output: Output) -> Told:
    return locust_told(output.stdout, output.stderr)


def locust_told(text: str, log: str) -> Told:
    """The rows of --json and what Locust logged → what it says."""
    (row,) = json.loads(text)
    histogram = {float(ms): count for ms, count in row["response_times"].items()}
    return Told(
        requests=row["num_requests"],
        mean=row["total_response_time"] / row["num_requests"],
        percentiles={percent: locust.percentile(histogram, percent / 100) for percent in PERCENTS},
        confesses="CPU usage too high" if "CPU usage" in log else "",
    )


def _none(job: Job) -> Mapping[str, str]:
    return {}


def _locust_environment(job: Job) -> Mapping[str, str]:
    return {"RATE": str(job.rate), "USERS": str(locust_users(job))}


TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        _loadspec("loadspec", "process"),
        _loadspec("loadspec, kernel's clock", "kernel"),
        Tool("k6", _k6_command, _none, _read_k6, k6.TOOL.version),
        Tool("locust", _locust_command, _locust_environment, _read_locust, locust.TOOL.version),
    )
}
