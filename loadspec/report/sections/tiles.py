"""The headline figures, each with a small line of how it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loadspec.metrics import Gauge, Rate, Store, Trend
from loadspec.report.planned import most_users
from loadspec.report.series import downsample, end_of, per_second
from loadspec.report.spark import POINTS, spark
from loadspec.report.text import NONE, count, ms, percent, size
from loadspec.report.text import per_second as rate_text
from loadspec.results.model import Point, RunResult


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure: `value` and `unit` large, `note` small; `spark` is a path, may be empty."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    spark: str = ""
    tone: str = ""


def figures(result: RunResult) -> Mapping[str, Any]:
    """The tiles in reading order."""
    return {"tiles": [*_requests(result), *_latencies(result), *_users(result)]}


def judged(store: Store) -> Trend:
    """Durations as thresholds judge them by default: expected answers to requests that are no polls."""
    trend = store.where("http_req_duration", expected_response="true", poll="false")
    return trend if isinstance(trend, Trend) else Trend()


def _requests(result: RunResult) -> list[Tile]:
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
            _spark(result, lambda p: per_second(p.requests, p.seconds)),
        ),
        Tile(
            "Failed",
            *_split(percent(rate.rate if rate.total else None)),
            note=f"{count(rate.passes)} of {count(rate.total)}",
            spark=_spark(result, lambda p: per_second(p.failed, p.seconds)) if rate.passes else "",
            tone="bad" if rate.passes else "",
        ),
    ]


def _latencies(result: RunResult) -> list[Tile]:
    trend = judged(result.stores["load"])
    values: Sequence[float | None] = trend.percentiles((50, 95, 99)) if trend.count else (None, None, None)
    note = f"of {count(trend.count)} expected answers"
    reads: Sequence[Callable[[Point], float | None]] = (lambda p: p.p50, lambda p: p.p95, lambda p: p.p99)
    return [
        Tile(f"Latency {name}", *_split(ms(value)), note=note, spark=_spark(result, read))
        for name, value, read in zip(("p50", "p95", "p99"), values, reads, strict=True)
    ]


def _users(result: RunResult) -> list[Tile]:
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
            spark=_spark(result, lambda p: per_second(p.iterations, p.seconds)),
        ),
        Tile("Users", count(users), note=f"at most, of {count(planned)} {word}", spark=_spark(result, _users_of)),
        Tile("Received", *_split(size(store.total("data_received"))), note=f"{size(store.total('data_sent'))} sent"),
    ]


def _users_of(point: Point) -> float:
    return point.users


def _spark(result: RunResult, read: Callable[[Point], float | None]) -> str:
    points = downsample(result.points, POINTS)
    return spark([(p.t - p.seconds / 2, read(p)) for p in points], end_of(points, result.duration))


def _split(text: str) -> tuple[str, str]:
    """`183.1ms` → (`183.1`, `ms`); what has no single unit stays whole."""
    digits = text.rstrip("%µabcdefghijklmnopqrstuvwxyzBMGT ")
    if text == NONE or not digits or any(c.isalpha() for c in digits):
        return text, ""
    return digits, text[len(digits) :].strip()
