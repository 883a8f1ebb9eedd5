"""The headline figures, each with a small line of how it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from loadspec.metrics import Gauge, Rate
from loadspec.report.planned import most_users
from loadspec.report.series import end_of, per_second
from loadspec.report.spark import spark
from loadspec.report.spectrum import judged
from loadspec.report.text import NONE, count, ms, percent, size
from loadspec.report.text import per_second as rate_text
from loadspec.results.model import Point, RunResult

Read = Callable[[Point], float | None]
Line = Callable[[Read], str]
"""What is read of each point → the path of a spark line."""


class Tile(Struct, frozen=True):
    """A figure: `value` and `unit` large, `note` small; `spark` is a path, may be empty."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    spark: str = ""
    tone: str = ""


def figures(result: RunResult) -> Mapping[str, Any]:
    """The tiles in reading order."""
    line = _lines(result)
    return {"tiles": [*_requests(result, line), *_latencies(result, line), *_users(result, line)]}


def _requests(result: RunResult, line: Line) -> list[Tile]:
    store = result.stores["load"]
    total = store.total("http_reqs")
    failed = store.select("http_req_failed")
    rate = failed if isinstance(failed, Rate) else Rate()
    return [
        Tile("Requests", count(total), note=f"{count(rate.passes)} failed"),
        Tile(
            "Throughput",
            rate_text(per_second(total, result.duration)),
            "/s",
            "requests, on average",
            line(lambda p: per_second(p.requests, p.seconds)),
        ),
        Tile(
            "Failed",
            *_split(percent(rate.rate if rate.total else None)),
            note=f"{count(rate.passes)} of {count(rate.total)}",
            spark=line(lambda p: per_second(p.failed, p.seconds)) if rate.passes else "",
            tone="bad" if rate.passes else "",
        ),
    ]


def _latencies(result: RunResult, line: Line) -> list[Tile]:
    trend = judged(result.stores["load"])
    values: Sequence[float | None] = trend.percentiles((50, 95, 99)) if trend.count else (None, None, None)
    note = f"of {count(trend.count)} expected answers"
    reads: Sequence[Read] = (lambda p: p.p50, lambda p: p.p95, lambda p: p.p99)
    return [
        Tile(f"Latency {name}", *_split(ms(value)), note=note, spark=line(read))
        for name, value, read in zip(("p50", "p95", "p99"), values, reads, strict=True)
    ]


def _users(result: RunResult, line: Line) -> list[Tile]:
    store, its = result.stores["load"], result.iterations
    vus = store.select("vus")
    users = vus.max if isinstance(vus, Gauge) and vus.samples else max((p.users for p in result.points), default=0)
    lost = [f"{count(n)} {what}" for n, what in ((its.interrupted, "interrupted"), (its.dropped, "dropped")) if n]
    planned = most_users(result.scenarios)
    word = "planned" if all(s.shape for s in result.scenarios) else "possible"
    return [
        Tile(
            "Iterations",
            count(its.completed),
            note=", ".join(lost) or f"{rate_text(per_second(its.completed, result.duration))}/s",
            spark=line(lambda p: per_second(p.iterations, p.seconds)),
        ),
        Tile("Users", count(users), note=f"at most, of {count(planned)} {word}", spark=line(_users_of)),
        Tile("Received", *_split(size(store.total("data_received"))), note=f"{size(store.total('data_sent'))} sent"),
    ]


def _users_of(point: Point) -> float:
    return point.users


def _lines(result: RunResult) -> Line:
    """Draws lines of the load."""
    points, end = result.overview.brief, end_of(result.points, result.duration)
    return lambda read: spark([(p.t - p.seconds / 2, read(p)) for p in points], end)


def _split(text: str) -> tuple[str, str]:
    """`183.1ms` → (`183.1`, `ms`); what has no single unit stays whole."""
    digits = text.rstrip("%µabcdefghijklmnopqrstuvwxyzBMGT ")
    if text == NONE or not digits or any(c.isalpha() for c in digits):
        return text, ""
    return digits, text[len(digits) :].strip()
