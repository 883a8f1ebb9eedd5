"""wrk: the floor. It reads no body and checks nothing; the script alternates the two requests with a fixed token."""

from __future__ import annotations

import re

from bench.tools.base import HERE, Figures, Job, Tool, first_line, program

_MS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


def command(job: Job) -> list[str]:
    """One thread, since there is one core."""
    return [
        program("wrk"),
        "--threads",
        "1",
        "--connections",
        str(job.users),
        "--duration",
        f"{job.seconds}s",
        "--latency",
        "--script",
        str(HERE / "wrk_flow.lua"),
        job.url,
        "--",
        "gzip" if job.gzip else "plain",
    ]


def parse(job: Job, output: str) -> Figures:
    """Read the table that wrk printed. Raises ValueError if it printed none."""
    return figures(output)


def figures(text: str) -> Figures:
    """wrk's output → figures; failures are answers outside 2xx and 3xx, and socket errors."""
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    statuses = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    failures = [int(n) for found in (sockets, statuses) if found for n in found.groups()]
    return Figures(int(find(r"(\d+) requests in", text)[1]), latency(text, 50), latency(text, 99), sum(failures))


def latency(text: str, percent: int) -> float:
    """A row of the latency distribution → ms."""
    found = find(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)$", text)
    return float(found[1]) * _MS[found[2]]


def find(pattern: str, text: str) -> re.Match[str]:
    """The first match. Raises ValueError without one."""
    found = re.search(pattern, text, re.MULTILINE)
    if found is None:
        raise ValueError(f"wrk printed nothing like {pattern}")
    return found


TOOL = Tool("wrk", command, parse, first_line("wrk", "-v"))
