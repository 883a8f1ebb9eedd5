"""The tables of the benchmark, and what issue 4 asks of each."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
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
RATIOS = ("cpu", "rate", "memory")


def cases(users: int, seconds: int) -> list[Case]:
    """All tables; `users` and `seconds` shape those without think time."""
    flow = Job("flow", "", Path(), users, seconds)
    return [
        Case(
            "flow",
            f"The flow, {users} users without think time",
            ("loadspec", "k6", "locust", "wrk"),
            flow,
            COLUMNS,
            RATIOS,
            (_cpu("k6", 6, 8), _cpu("locust", 8, 10), Target("CPU per request: loadspec ÷ wrk", "cpu", 3.5, 3, "wrk")),
        ),
        Case(
            "flow-gzip",
            f"The same with 4 kB of JSON, chunked and compressed, {users} users",
            ("loadspec", "k6", "locust", "wrk"),
            replace(flow, spec="flow-gzip", variant="gzip"),
            COLUMNS,
            RATIOS,
            (_cpu("k6", 5, 8, "4 kB chunked gzip, "),),
        ),
        Case(
            "flow-tls",
            f"The flow over TLS, kept-alive HTTP/1.1, {users} users",
            ("loadspec", "k6", "wrk"),
            replace(flow, spec="flow-tls", variant="tls"),
            COLUMNS,
            RATIOS,
            (_cpu("k6", 6, 8, "TLS, "),),
        ),
        Case(
            "flow-http2",
            f"The flow over TLS and HTTP/2, {users} users, loadspec with `transport: curl`",
            ("loadspec", "k6"),
            replace(flow, spec="flow-http2", variant="http2"),
            COLUMNS,
            RATIOS,
            (_cpu("k6", 3, None, "HTTP/2 by libcurl, a connection each, "),),
            lacks=curl_lacks(),
        ),
        Case(
            "flow-http2-shared",
            f"The same, the {users} users of loadspec multiplexed on shared connections",
            ("loadspec", "k6"),
            replace(flow, spec="flow-http2-shared", variant="http2"),
            COLUMNS,
            RATIOS,
            (_cpu("k6", 3, None, "HTTP/2 by libcurl, users multiplexed, "),),
            lacks=curl_lacks(),
        ),
        Case(
            "users-10k",
            "10 000 users at 2 000 requests/s",
            ("loadspec", "k6"),
            Job("users-10k", "", Path(), USERS, SECONDS, ramp=RAMP, think=THINK),
            ("rate", "p50", "p99", "cpu_total", "cpu", "memory", "server"),
            ("cpu_total", "memory"),
            (
                Target("10 000 users: MB, worst round", "memory", 200),
                Target(f"10 000 users: requests/s of {RATE:.0f}, worst round", "rate", 0.99 * RATE, at_least=True),
            ),
        ),
    ]


def _cpu(peer: str, limit: float, aim: float | None, where: str = "") -> Target:
    """So many times loadspec's CPU a request must `peer` take."""
    text = f"{where}CPU per request: {peer} ÷ loadspec"
    return Target(text[0].upper() + text[1:], "cpu", limit, aim, peer, at_least=True)


def curl_lacks() -> str:
    """Why there is no HTTP/2 to measure; "" where there is."""
    if "curl" not in getattr(import_module("loadspec.transports"), "TRANSPORTS", ()):
        return "this loadspec has no `transport: curl`"
    if find_spec("pycurl") is None:
        return "pycurl is missing: pip install -e '.[http2]'"
    return ""
