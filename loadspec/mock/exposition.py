"""The numbers of the mock in Prometheus' text format, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from loadspec.mock.books import Books
from loadspec.mock.jobs import QUEUED, RUNNING, STATUSES
from loadspec.mock.platform import Platform

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[Mapping[str, str], float]


def exposition(platform: Platform, books: Books) -> str:
    """All metrics as text."""
    waiting, running = platform.load()
    now = {QUEUED: waiting, RUNNING: running}
    total = platform.ledger.total
    requests = [
        ({"endpoint": endpoint, "status": str(status)}, count)
        for endpoint, by_status in sorted(books.counts.items())
        for status, count in sorted(by_status.items())
    ]
    jobs = [({"status": status}, now.get(status, platform.finished[status])) for status in STATUSES]
    credits = [
        ({"entry": entry}, getattr(total, entry)) for entry in ("reserved", "captured", "refunded", "outstanding")
    ]
    metrics = (
        _metric("mock_requests_total", "counter", "Requests by endpoint and status.", requests),
        _metric("mock_queue_length", "gauge", "Images that wait for a worker.", [({}, waiting)]),
        _metric("mock_running", "gauge", "Images that have a worker.", [({}, running)]),
        _metric("mock_workers", "gauge", "Workers.", [({}, platform.config.workers)]),
        _metric("mock_jobs", "gauge", "Sessions by status since the start.", jobs),
        _metric("mock_credits", "gauge", "Credits of all users by ledger entry.", credits),
    )
    return "".join(metrics)


def _metric(name: str, kind: str, text: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    lines += [f"{name}{_labels(labels)} {value}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    # Values are endpoint names, numbers and statuses of ours: nothing to escape.
    return "{" + ",".join(f'{key}="{value}"' for key, value in labels.items()) + "}" if labels else ""
