"""Locust with FastHttpUser, headless, in its one process."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from bench.tools.base import HERE, Figures, Job, Tool, package_version, program


def command(job: Job) -> list[str]:
    """Default options; all users at once, or `users / ramp` a second."""
    return [
        program("locust"),
        "--headless",
        "--only-summary",
        "--json",
        "--locustfile",
        str(HERE / "locustfile.py"),
        "--host",
        job.url,
        "--users",
        str(job.users),
        "--spawn-rate",
        str(math.ceil(job.users / job.ramp) if job.ramp else job.users),
        "--run-time",
        f"{job.seconds}s",
        "--stop-timeout",
        "2",
    ]


def parse(job: Job, output: str) -> Figures:
    """Read what --json printed. Raises ValueError if it printed none."""
    return figures(output)


def figures(text: str) -> Figures:
    """The rows of --json (one an endpoint, with a histogram {ms: count} each) → figures."""
    rows = json.loads(text)
    histogram: dict[float, int] = {}
    for row in rows:
        for ms, count in row["response_times"].items():
            histogram[float(ms)] = histogram.get(float(ms), 0) + count
    return Figures(
        requests=sum(row["num_requests"] for row in rows),
        p50=percentile(histogram, 0.50),
        p99=percentile(histogram, 0.99),
        failures=sum(row["num_failures"] for row in rows),
    )


def percentile(histogram: Mapping[float, int], share: float) -> float:
    """The smallest value that at least `share` of the counts do not exceed. Raises ValueError if all are zero."""
    rank = math.ceil(share * sum(histogram.values()))
    seen = 0
    for value in sorted(histogram):
        seen += histogram[value]
        if seen >= rank > 0:
            return value
    raise ValueError("no request was answered")


TOOL = Tool("locust", command, parse, package_version("locust", "geventhttpclient"))
