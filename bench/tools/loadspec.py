"""loadspec itself, by its command line, as a user runs it."""

from __future__ import annotations

import json

from bench.tools.base import SPECS, Figures, Job, Tool, package_version, program


def command(job: Job) -> list[str]:
    """Default options, but for --allow-saturated: without think time a generator is meant to be the bottleneck."""
    if job.ramp:
        shape = ["--stages", f"{job.ramp}s:{job.users},{job.seconds - job.ramp}s:{job.users}"]
    else:
        shape = ["--vus", str(job.users), "--duration", f"{job.seconds}s"]
    return [
        program("loadspec"),
        "run",
        str(SPECS / f"{job.spec}.yaml"),
        "--env",
        f"API_BASE={job.url}",
        "--quiet",
        "--report-dir",
        str(job.folder / "reports"),
        "--allow-saturated",
        *shape,
    ]


def parse(job: Job, output: str) -> Figures:
    """Read results.json of the one run in the report folder. Raises OSError, ValueError or LookupError without it."""
    found = sorted((job.folder / "reports").glob("*/results.json"))
    if not found:
        raise FileNotFoundError(f"no results.json below {job.folder / 'reports'}")
    return figures(found[0].read_text())


def figures(text: str) -> Figures:
    """The JSON of a run → figures; setup and teardown are not the load and do not count."""
    run = json.loads(text)
    latency = run["metrics"]["http_req_duration"]["total"]
    if latency is None:
        raise ValueError("no request was answered")
    return Figures(
        requests=run["requests"]["by_phase"]["load"]["sent"],
        p50=latency["med"],
        p99=latency["p99"],
        failures=sum(row["fails"] for row in run["checks"]),
    )


TOOL = Tool("loadspec", command, parse, package_version("loadspec", "gevent"))
