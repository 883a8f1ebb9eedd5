"""`results.json`: everything that was measured, for programs. Keys end in their unit; its schema is `results_schema`.

Durations and moments are seconds (`_s`), latencies milliseconds (`_ms`), shares ratios 0..1. Order is fixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite, isinf, isnan
from operator import itemgetter
from typing import Any, cast

from loadspec.metrics import Counter, Gauge, MetricInfo, Rate, Store, Trend, Value
from loadspec.metrics.catalog import Kind
from loadspec.metrics.values import merge_values
from loadspec.outputs.json_text import json_text
from loadspec.results.columns import endpoint_columns, endpoint_row, point_columns, rounded
from loadspec.results.heat import Heat
from loadspec.results.items import PoolItem
from loadspec.results.losses import missing
from loadspec.results.model import (
    PHASES,
    CheckResult,
    ErrorClass,
    PoolStats,
    RequestCount,
    RunResult,
    ScenarioInfo,
    ScenarioStats,
    WorkerHealth,
)
from loadspec.results.slos import Objective, Slo
from loadspec.results.slowest import SlowRequest
from loadspec.thresholds import ThresholdResult
from loadspec.thresholds.submetric import Submetric

VERSION = 1
PERCENTILES = {"med": 50, "p90": 90, "p95": 95, "p99": 99}
COUNTS = ("sent", "answered", "no_answer", "cut_off", "unsent")
GROUPS: Sequence[tuple[str, ...]] = (("scenario",), ("endpoint",), ("scenario", "endpoint"))
_UNITS = {"time": "ms", "bytes": "bytes", "count": "count", "default": "count"}


def render(result: RunResult) -> str:
    """The JSON text."""
    return json_text(document(result))


def document(result: RunResult) -> dict[str, Any]:
    """The JSON value."""
    timing = result.timing
    return {
        "loadspec": "results",
        "version": VERSION,
        **_head(result),
        "times": {"started_at": result.started_at, "duration_s": result.duration},
        "timing": {"asked": timing.asked, "clock": timing.clock, "kernel": timing.kernel, "process": timing.process},
        "scenarios": _scenarios(result),
        "requests": _requests(result.requests),
        "iterations": {name: getattr(result.iterations, name) for name in ITERATIONS},
        "endpoints": [endpoint_row(stats) for stats in result.endpoint_stats],
        "metrics": _metrics(result),
        "thresholds": [_threshold(found) for found in result.thresholds],
        "slos": [_slo(slo, result.duration) for slo in result.slos],
        "checks": [_check(check) for check in result.checks],
        "pools": [_pool(pool) for pool in result.pools],
        "slowest_requests": [_slow(request) for request in result.slowest],
        "errors": [_error(error) for error in result.errors],
        "points": point_columns(result.points, result.step),
        "points_by_endpoint": endpoint_columns(result.by_endpoint),
        "latency_heatmap": _heat(result.heat),
        "events": [{"at_s": event.t, "text": event.text} for event in result.events],
        "warnings": list(result.warnings),
        "degraded": _degraded(result),
        "environment": dict(result.environment),
        "generator": dict(result.generator),
        "generator_limited": bool(result.limited),
        "health": [_health(worker) for worker in result.health],
        "resolved_spec": result.resolved_spec,
    }


def _degraded(result: RunResult) -> dict[str, Any] | None:
    """What is missing where workers were lost while others went on."""
    if not result.losses:
        return None
    lost = [
        {"worker": loss.worker, "of": loss.of, "at_s": loss.at, "share_ratio": 1 / loss.of, "why": loss.why}
        for loss in result.losses
    ]
    return {"missing_ratio": missing(result.losses, result.duration), "lost_workers": lost}


POOL_FIGURES = ("name", "pick", "rows", "drawn", "distinct", "repeated", "busted")
ITERATIONS = ("started", "completed", "interrupted", "dropped")


def _head(result: RunResult) -> dict[str, Any]:
    return {
        "run_id": result.run_id,
        "verdict": result.verdict,
        "exit_code": int(result.exit_code),
        "sentence": result.sentence,
        "failure": result.failure,
        "hint": result.hint,
        "spec": {"name": result.spec_name, "path": result.spec_path},
        "profile": result.profile,
        "target": result.target,
        "command": result.command,
        "seed": result.seed,
        "tags": dict(result.tags),
        "loadspec_version": result.version,
    }


def _scenarios(result: RunResult) -> list[dict[str, Any]]:
    known = {row.name: row for row in result.scenario_stats}
    return [_scenario(info, known.get(info.name, ScenarioStats(info.name))) for info in result.scenarios]


def _scenario(scenario: ScenarioInfo, stats: ScenarioStats) -> dict[str, Any]:
    """As planned, and what became of it."""
    return {
        "name": scenario.name,
        "executor": scenario.executor,
        "description": scenario.description,
        "max_users": scenario.max_users,
        "duration_s": scenario.duration,
        "max_duration_s": scenario.max_duration,
        "shape": [{"at_s": at, "users": users} for at, users in scenario.shape],
        "rates": [{"at_s": at, "per_s": rate} for at, rate in scenario.rates],
        "stages": [
            {"from_s": s.begin, "to_s": s.end, "from_level": s.start, "to_level": s.target} for s in scenario.stages
        ],
        "weight": scenario.weight,
        "start_s": scenario.start,
        "after": scenario.after or None,
        "tags": dict(scenario.tags),
        "began_s": stats.began,
        "ended_s": stats.ended,
        "iterations": {name: getattr(stats.iterations, name) for name in ITERATIONS},
    }


def _requests(rows: Sequence[RequestCount]) -> dict[str, Any]:
    """The books: rows as they are, and their sums by phase and over all."""
    return {
        "by_endpoint": [
            {"endpoint": row.endpoint, "phase": row.phase, **_counts([row]), "statuses": _statuses([row])}
            for row in rows
        ],
        "by_phase": {phase: _sums([row for row in rows if row.phase == phase]) for phase in PHASES},
        "total": _sums(rows),
    }


def _sums(rows: Sequence[RequestCount]) -> dict[str, Any]:
    return {**_counts(rows), "statuses": _statuses(rows)}


def _counts(rows: Sequence[RequestCount]) -> dict[str, int]:
    return {name: sum(getattr(row, name) for row in rows) for name in COUNTS}


def _statuses(rows: Iterable[RequestCount]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        for status, number in row.statuses.items():
            found[status] = found.get(status, 0) + number
    return dict(sorted(found.items()))


def _check(check: CheckResult) -> dict[str, Any]:
    samples = [
        {"at_s": s.at, "status": s.status, "expected": s.expected, "found": s.found, "body": s.body}
        for s in check.samples
    ]
    return {
        "name": check.name,
        "endpoint": check.endpoint,
        "passes": check.passes,
        "fails": check.fails,
        "samples": samples,
    }


def _metrics(result: RunResult) -> dict[str, Any]:
    """Each metric that was measured or is the spec's own, by name."""
    store = result.stores["load"]
    names = sorted({*store.metrics(), *result.custom_metrics})
    metrics = {name: _metric(name, store.select(name), result) for name in names}
    return metrics | {part.key: _submetric(part, store, result) for part in result.submetrics}


def _submetric(part: Submetric, store: Store, result: RunResult) -> dict[str, Any]:
    """Its figures, as of a metric; there is no more to divide."""
    return {**_metric(part.metric, part.value(store), result), "selector": part.label, "series": []}


def _metric(name: str, value: Value | None, result: RunResult) -> dict[str, Any]:
    info = result.metrics.get(name) or MetricInfo(cast(Kind, value.kind) if value else "counter")
    return {
        "kind": info.kind,
        "unit": "ratio" if info.kind == "rate" else _UNITS[info.contains],
        "custom": name in result.custom_metrics,
        "selector": None,
        "total": figures(value or (Counter() if info.kind == "counter" else None), result.duration),
        "series": _series(name, result.stores["load"], result.duration),
    }


def figures(value: Value | None, seconds: float) -> dict[str, Any] | None:
    """A metric value as figures in the metric's unit; None where nothing was measured."""
    match value:
        case Trend() if value.count:
            percentiles = value.percentiles(tuple(PERCENTILES.values()))
            return {
                "count": value.count,
                "sum": value.sum,
                "avg": value.avg,
                "min": value.min,
                **dict(zip(PERCENTILES, percentiles, strict=True)),
                "max": value.max,
            }
        case Rate() if value.total:
            return {"count": value.total, "passes": value.passes, "rate": value.rate}
        case Counter():
            rate = value.value / seconds if seconds > 0 else 0.0
            return {"count": value.value, "rate_per_s": rate}
        case Gauge() if value.samples:
            return {"value": value.last, "min": value.min, "max": value.max}
        case _:
            return None


def _series(name: str, store: Store, seconds: float) -> list[dict[str, Any]]:
    """The same figures by scenario, by endpoint and by both; tags that do not divide the metric add no series."""
    groups = [*GROUPS, ("expected_response",)] if name == "http_req_duration" else GROUPS
    found = []
    for group in groups:
        divided: dict[tuple[str, ...], list[Value]] = {}
        for tags, value in store.items(name):
            if tags.keys() >= set(group):
                divided.setdefault(tuple(tags[tag] for tag in group), []).append(value)
        for key, values in sorted(divided.items(), key=itemgetter(0)):
            tagged = dict(zip(group, key, strict=True))
            found.append({"tags": tagged, **(figures(merge_values(values), seconds) or {})})
    return found


def _pool(pool: PoolStats) -> dict[str, Any]:
    return {**{name: getattr(pool, name) for name in POOL_FIGURES}, "items": [_item(item) for item in pool.items]}


def _item(item: PoolItem) -> dict[str, Any]:
    return {
        "row": item.row,
        "item": item.text,
        "iterations": item.iterations,
        "failed": item.failed,
        "failed_ratio": item.failed / item.iterations if item.iterations else None,
        **{f"{name}_ms": rounded(getattr(item, name)) for name in ("p50", "p95", "max")},
    }


def _slow(request: SlowRequest) -> dict[str, Any]:
    return {
        "at_s": rounded(request.at),
        "part": request.part,
        "scenario": request.scenario,
        "endpoint": request.endpoint,
        "duration_ms": rounded(request.duration),
        "poll": request.poll,
        "expected_response": request.expected,
        "status": request.status,
    }


def _threshold(found: ThresholdResult) -> dict[str, Any]:
    threshold = found.threshold
    return {
        "source": threshold.title,
        "metric": threshold.metric,
        "expression": threshold.source,
        "op": threshold.op,
        "measure": threshold.measure,
        "limit": _finite(found.limit),
        "actual": _finite(found.actual),
        "actual_infinite": found.actual is not None and isinf(found.actual),
        "margin_ratio": _finite(found.margin),
        "worst_margin_ratio": _finite(found.worst_margin),
        "status": found.status,
        "level": threshold.level,
        "window_s": threshold.window or None,
        "worst_window": _window(found.worst_window),
        "samples": found.samples,
        "first_crossed_s": found.first_crossed,
        "failing_since_s": found.failing_since,
        "aborted": found.aborted,
    }


def _window(span: tuple[float, float] | None) -> dict[str, float | None] | None:
    return {"from_s": rounded(span[0]), "to_s": rounded(span[1])} if span else None


def _slo(slo: Slo, seconds: float) -> dict[str, Any]:
    return {
        "name": slo.name,
        "scope": slo.scope,
        "status": slo.status,
        "objectives": [_objective(each, seconds) for each in slo.objectives],
        "apdex": _apdex(slo.apdex) if slo.apdex else None,
    }


def _objective(each: Objective, seconds: float) -> dict[str, Any]:
    judged = each.burn.threshold.judged
    return {
        "objective": each.text,
        "status": each.found.status,
        "target_ratio": each.target,
        "actual_ratio": each.found.actual,
        "budget_used_ratio": each.budget_used,
        "samples": each.found.samples,
        "burn": {
            "window_s": min(each.burn.threshold.window, seconds),
            "worst_rate": each.burn.actual,
            "limit_rate": each.burn.threshold.limit if judged else None,
            "status": each.burn.status if judged else None,
            "first_crossed_s": each.burn.first_crossed,
        },
    }


def _apdex(found: ThresholdResult) -> dict[str, Any]:
    threshold = found.threshold
    return {
        "t_ms": threshold.aggregate.argument,
        "score": found.actual,
        "at_least": threshold.limit if threshold.judged else None,
        "status": found.status if threshold.judged else None,
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _error(error: ErrorClass) -> dict[str, Any]:
    return {
        "endpoint": error.endpoint,
        "phase": error.phase,
        "kind": error.kind,
        "error_code": error.code,
        "step": error.step,
        "status": error.status,
        "count": error.count,
        "first_s": error.first,
        "last_s": error.last,
        "message": error.message,
        "sample": dict(error.sample),
        "later_samples": [dict(sample) for sample in error.later_samples],
    }


def _health(worker: WorkerHealth) -> dict[str, Any]:
    """One worker: when and why it was at its limit, the worst of each figure, and every second as columns."""
    columns = {name: [_figure(value) for value in column] for name, column in worker.columns.items()}
    return {
        "worker": worker.worker,
        "limited_s": round(worker.limited_seconds, 3),
        "limited": [{"from_s": span.begin, "to_s": span.end} for span in worker.limited],
        "signs": list(worker.signs),
        "causes": [{"name": cause.name, "what": cause.what, "way_out": cause.way_out} for cause in worker.causes],
        "worst": {name: _figure(value) for name, value in worker.worst.items()},
        "seconds": {"at_s": columns.pop("t", []), **columns},
    }


def _figure(value: float) -> float | None:
    return None if isnan(value) else round(value, 3)


def _heat(heat: Heat) -> dict[str, Any]:
    """`counts[i][j]`: answers of the i-th stretch of time that took `edges_ms[j]` to `edges_ms[j + 1]`."""
    return {
        "from_s": [rounded(at) for at in heat.begin],
        "to_s": [rounded(at) for at in heat.end],
        "edges_ms": [float(f"{edge:.6g}") for edge in heat.edges],
        "counts": [list(column) for column in heat.counts],
    }
