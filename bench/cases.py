"""The three tables of the benchmark, and what issue 2 asks of each."""

from __future__ import annotations

from pathlib import Path

from bench.samples import Case, Target
from bench.tools import Job

USERS = 10_000
SECONDS = 30
RAMP = 10
THINK = (9, 11)
RATE = 2 * USERS / (sum(THINK) / 2)
"""Two requests a user every ten seconds. A ramp as long as the think time holds the rate from the first second."""

COLUMNS = ("cpu", "rate", "p50", "p99", "memory", "server")


def cases(users: int, seconds: int) -> list[Case]:
    """All tables; `users` and `seconds` shape the two without think time."""
    nowhere = Path()
    flow = Job("flow", "", nowhere, users, seconds)
    zipped = Job("flow-gzip", "", nowhere, users, seconds, gzip=True)
    many = Job("users-10k", "", nowhere, USERS, SECONDS, ramp=RAMP, think=THINK)
    return [
        Case(
            "flow",
            f"The flow, {users} users without think time",
            ("loadspec", "k6", "locust", "wrk"),
            flow,
            COLUMNS,
            ("cpu", "rate", "memory"),
            (
                Target("CPU per request at most 1/5 of k6's: k6 ÷ loadspec ≥ 5", "cpu", 5.0, "k6"),
                Target("CPU per request at most 1/6 of Locust's: Locust ÷ loadspec ≥ 6", "cpu", 6.0, "locust"),
            ),
        ),
        Case(
            "flow-gzip",
            f"The same with 4 kB of JSON, chunked and compressed, {users} users",
            ("loadspec", "k6", "locust", "wrk"),
            zipped,
            COLUMNS,
            ("cpu", "rate", "memory"),
            (Target("4 kB chunked gzip: CPU per request at most 1/4 of k6's: k6 ÷ loadspec ≥ 4", "cpu", 4.0, "k6"),),
        ),
        Case(
            "users-10k",
            "10 000 users at 2 000 requests/s",
            ("loadspec", "k6"),
            many,
            ("rate", "p50", "p99", "cpu_total", "cpu", "memory", "server"),
            ("cpu_total", "memory"),
            (
                Target("10 000 users in at most 250 MB, worst round", "memory", 250.0),
                Target("10 000 users: 2 000 requests/s held (≥ 99 %), worst round", "rate", 0.99 * RATE, at_least=True),
            ),
        ),
    ]
