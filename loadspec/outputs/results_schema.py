"""The JSON Schema of `results.json`, from the same tables as its writer; `schemas/results.schema.json` is its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from loadspec.errors import ExitCode
from loadspec.metrics.catalog import Kind
from loadspec.outputs.json_text import json_text
from loadspec.outputs.results_json import (
    COUNTS,
    ITERATIONS,
    PERCENTILES,
    VERSION,
)
from loadspec.outputs.results_words import WORDS
from loadspec.pools import PICKS
from loadspec.results.causes import RULES
from loadspec.results.columns import ENDPOINT_COLUMNS, POINT_COLUMNS
from loadspec.results.health import COLUMNS
from loadspec.results.model import PHASES, Clock
from loadspec.thresholds import Level, Status

Schema = dict[str, Any]

VERDICTS = ("PASS", "FAIL", "INCONCLUSIVE", "INVALID", "INTERRUPTED", "ABORTED")
_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number"}
_SECONDS: Schema = {"type": "number", "minimum": 0}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_STEP: Schema = {
    "type": "integer",
    "minimum": 1,
    "description": "So many seconds make an entry, the last of fewer: 1, in longer runs 2, 4, 8, ...",
}
_FLAG: Schema = {"type": "boolean"}
_TEXTS: Schema = {"type": "object", "additionalProperties": _TEXT}
_STATUSES: Schema = {"type": "object", "additionalProperties": _COUNT}


def results_schema_text() -> str:
    """The text of `schemas/results.schema.json`."""
    return json_text(results_schema())


def results_schema() -> Schema:
    """Draft-07. Programs may rely on every required key for as long as `version` stays the same."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "loadspec results",
        "description": "What a load test measured. Keys end in their unit: _s seconds, _ms milliseconds, _ratio 0..1.",
        **_object(
            {
                "loadspec": {"const": "results"},
                "version": {"const": VERSION},
                **_head(),
                "times": _object({"started_at": _TEXT, "duration_s": _SECONDS}),
                "timing": _timing(),
                "scenarios": _list(_scenario()),
                "requests": _requests(),
                "iterations": _object(dict.fromkeys(ITERATIONS, _COUNT)),
                "endpoints": _list(_endpoint()),
                "metrics": {"type": "object", "additionalProperties": _metric()},
                "thresholds": _list(_threshold()),
                "slos": _list(_slo()),
                "checks": _list(_check()),
                "pools": _says(_list(_pool()), "drawn = distinct + repeated, under load."),
                "slowest_requests": _slow(),
                "errors": _list(_error()),
                "points": _points(),
                "points_by_endpoint": _by_endpoint(),
                "latency_heatmap": _heat(),
                "events": _says(
                    _list(_object({"at_s": _NUMBER, "text": _TEXT})), "Of more than 1000 the first and the last."
                ),
                "warnings": _list(_TEXT),
                "degraded": _degraded(),
                "environment": _TEXTS,
                "generator": {"type": "object", "description": "The generator's own cost; keys end in their unit."},
                "generator_limited": _says(_FLAG, "The figures show the generator's own limit, allowed or not."),
                "health": _says(_list(_health()), "One entry a worker."),
                "resolved_spec": _says(_TEXT, "YAML as it was resolved, secrets masked."),
            }
        ),
    }


def _head() -> Schema:
    return {
        "run_id": _TEXT,
        "verdict": {"enum": list(VERDICTS)},
        "exit_code": {"enum": sorted(int(code) for code in ExitCode)},
        "sentence": _says(_TEXT, "The verdict in one sentence."),
        "failure": _says(_TEXT, "Why the run ended before its time; empty otherwise."),
        "hint": _TEXT,
        "spec": _object({"name": _TEXT, "path": _TEXT}),
        "profile": _or_null(_TEXT),
        "target": _TEXT,
        "command": _TEXT,
        "seed": {"type": "integer"},
        "tags": _says(_TEXTS, "The run's own."),
        "loadspec_version": _TEXT,
    }


def _timing() -> Schema:
    clocks = list(get_args(Clock))
    timing = _object({"asked": {"enum": clocks}, "clock": {"enum": [*clocks, "both"]}, **dict.fromkeys(clocks, _COUNT)})
    return _says(timing, "Whose clock says when answers came, as asked and as it was; answers of all phases by each.")


def _scenario() -> Schema:
    return _object(
        {
            "name": _TEXT,
            "executor": _TEXT,
            "description": _TEXT,
            "max_users": _COUNT,
            "duration_s": _SECONDS,
            "max_duration_s": _SECONDS,
            "shape": _says(
                _list(_object({"at_s": _SECONDS, "users": _SECONDS})), "Planned users; none in an open model."
            ),
            "rates": _says(
                _list(_object({"at_s": _SECONDS, "per_s": _SECONDS})),
                "Iterations that an open model plans to start each second.",
            ),
            "stages": _says(
                _list(_object({"from_s": _SECONDS, "to_s": _SECONDS, "from_level": _SECONDS, "to_level": _SECONDS})),
                "The straight pieces of its plan.",
            ),
            "weight": _says(
                _or_null(_NUMBER), "Of a scenario in the mix, whose scenarios share users, times and shape."
            ),
            "start_s": _says(_SECONDS, "When its load begins at the latest, after the begin of the test's."),
            "after": _says(_or_null(_TEXT), "The scenario whose end it waits for."),
            "tags": _TEXTS,
            "began_s": _or_null(_SECONDS),
            "ended_s": _or_null(_SECONDS),
            "iterations": _says(
                _object(dict.fromkeys(ITERATIONS, _COUNT)),
                "Dropped iterations of a mix have drawn no scenario: they are in the totals only.",
            ),
        }
    )


def _requests() -> Schema:
    counts: Schema = {**dict.fromkeys(COUNTS, _COUNT), "statuses": _STATUSES}
    phase = {"enum": list(PHASES)}
    books = _object(
        {
            "by_endpoint": _list(_object({"endpoint": _TEXT, "phase": phase, **counts})),
            "by_phase": _object(dict.fromkeys(PHASES, _object(counts))),
            "total": _object(counts),
        }
    )
    return _says(books, "sent = answered + no_answer + cut_off; `unsent` never left the generator.")


def _endpoint() -> Schema:
    latencies = dict.fromkeys([f"{name}_ms" for name in ("avg", "min", *PERCENTILES, "max")], _or_null(_NUMBER))
    plain = {"endpoint": _TEXT, "method": _TEXT, "path": _TEXT, "requests": _COUNT, "rate_per_s": _SECONDS}
    return _says(_object({**plain, "failed": _COUNT, **latencies}), "Latencies of expected answers; null without one.")


def _metric() -> Schema:
    properties = {
        "kind": {"enum": list(get_args(Kind))},
        "unit": {"enum": ["ms", "bytes", "count", "ratio"]},
        "custom": _FLAG,
        "selector": _says(_or_null(_TEXT), "Of a sub-metric, whose key has it in braces; else null."),
        "total": _says({"anyOf": [*_figures().values(), {"type": "null"}]}, "null: no samples."),
        "series": _list({"anyOf": [_tagged(schema) for schema in [*_figures().values(), _object({})]]}),
    }
    return _object(properties)


def _figures() -> dict[str, Schema]:
    """Kind of metric → its figures, in the metric's unit."""
    trend = {"count": _COUNT, **dict.fromkeys(["sum", "avg", "min", *PERCENTILES, "max"], _NUMBER)}
    return {
        "trend": _object(trend),
        "rate": _object({"count": _COUNT, "passes": _COUNT, "rate": {"type": "number", "minimum": 0, "maximum": 1}}),
        "counter": _object({"count": _NUMBER, "rate_per_s": _NUMBER}),
        "gauge": _object({"value": _NUMBER, "min": _NUMBER, "max": _NUMBER}),
    }


def _tagged(schema: Schema) -> Schema:
    return _object({"tags": _TEXTS, **schema["properties"]})


def _threshold() -> Schema:
    return _object(
        {
            "source": _says(_TEXT, "Metric and expression as written."),
            "metric": _TEXT,
            "expression": _TEXT,
            "op": _TEXT,
            "measure": _says(_TEXT, "What `limit` and `actual` are: time is ms, ratio 0..1."),
            "limit": _says(_or_null(_NUMBER), "null: computed, and without samples."),
            "actual": _says(_or_null(_NUMBER), "null: no samples, or infinite."),
            "actual_infinite": _says(_FLAG, "Failures count as infinitely long, and reach this figure."),
            "margin_ratio": _says(
                _or_null(_NUMBER),
                "Distance to the limit as a share of it, of an SLO's error budget; negative beyond it.",
            ),
            "worst_margin_ratio": _or_null(_NUMBER),
            "status": _says({"enum": list(get_args(Status))}, "warn: failed, and decides nothing."),
            "level": {"enum": list(get_args(Level))},
            "window_s": _says(_or_null(_SECONDS), "Judged in windows: `actual` is that of the worst one."),
            "worst_window": _says(
                _or_null(_object({"from_s": _SECONDS, "to_s": _SECONDS})), "Where that one lies; null: none was judged."
            ),
            "samples": _COUNT,
            "first_crossed_s": _or_null(_SECONDS),
            "failing_since_s": _or_null(_SECONDS),
            "aborted": _FLAG,
        }
    )


def _slo() -> Schema:
    statuses = {"enum": list(get_args(Status))}
    judged = _says({"enum": [*get_args(Status), None]}, "null: not judged.")
    burn = _object(
        {
            "window_s": _says(_SECONDS, "Of a load that is shorter than the window, all of it."),
            "worst_rate": _says(_or_null(_NUMBER), "The share of bad requests over the budget, of the worst window."),
            "limit_rate": _or_null(_NUMBER),
            "status": judged,
            "first_crossed_s": _says(_or_null(_SECONDS), "When it first reached the limit, without one 1."),
        }
    )
    objective = _object(
        {
            "objective": _says(_TEXT, "`availability 99.9%`, or `95% within 2s`."),
            "status": statuses,
            "target_ratio": _NUMBER,
            "actual_ratio": _says(_or_null(_NUMBER), "The share of good requests; null: no samples."),
            "budget_used_ratio": _says(_or_null(_NUMBER), "1: the error budget is just used up."),
            "samples": _COUNT,
            "burn": burn,
        }
    )
    apdex = _object({"t_ms": _NUMBER, "score": _or_null(_NUMBER), "at_least": _or_null(_NUMBER), "status": judged})
    return _object(
        {
            "name": _TEXT,
            "scope": _says(_TEXT, "Whose requests, as a selector; empty: all of the load."),
            "status": statuses,
            "objectives": _list(objective),
            "apdex": _or_null(apdex),
        }
    )


def _check() -> Schema:
    texts = dict.fromkeys(("expected", "found", "body"), _TEXT)
    samples = _list(_object({"at_s": _NUMBER, "status": _COUNT, **texts}))
    return _object(
        {
            "name": _TEXT,
            "endpoint": _TEXT,
            "passes": _COUNT,
            "fails": _COUNT,
            "samples": _says(samples, "The first failures that had an answer; secrets masked, texts cut."),
        }
    )


def _slow() -> Schema:
    texts = dict.fromkeys(("part", "scenario", "endpoint"), _TEXT)
    row = _object(
        {
            "at_s": _says(_SECONDS, "When the second began in which its answer came."),
            **texts,
            "duration_ms": _NUMBER,
            "poll": _FLAG,
            "expected_response": _FLAG,
            "status": _says(_or_null(_COUNT), "null: answers of that second had several."),
        }
    )
    return _says(_list(row), "The ten answered requests under load that took longest, the slowest first.")


def _pool() -> Schema:
    counts = dict.fromkeys(["rows", "drawn", "distinct", "repeated"], _COUNT)
    items = _says(
        _list(_item()),
        "What each item cost that an iteration drew, of pools of up to 20 rows. Times are those of iterations in "
        "which no step failed, without thinking and pacing; null: there was none.",
    )
    return _object({"name": _TEXT, "pick": {"enum": list(PICKS)}, **counts, "busted": _FLAG, "items": items})


def _item() -> Schema:
    return _object(
        {
            "row": _COUNT,
            "item": _TEXT,
            "iterations": _says(_COUNT, "Iterations that drew it first of the pool, and came to their end."),
            "failed": _says(_COUNT, "Those in which a step failed."),
            "failed_ratio": _or_null({"type": "number", "minimum": 0, "maximum": 1}),
            **{f"{name}_ms": _says(_or_null(_NUMBER), "How long iterations took.") for name in ("p50", "p95", "max")},
        }
    )


def _degraded() -> Schema:
    share = {"type": "number", "minimum": 0, "maximum": 1}
    loss = _object({"worker": _COUNT, "of": _COUNT, "at_s": _SECONDS, "share_ratio": share, "why": _TEXT})
    return _says(
        _or_null(_object({"missing_ratio": share, "lost_workers": _list(loss)})),
        "Workers that were lost while others went on, and the share of all load that is missing since; else null.",
    )


def _error() -> Schema:
    texts = dict.fromkeys(["endpoint", "phase", "kind", "step"], _TEXT)
    numbers = {"error_code": _COUNT, "status": _COUNT, "count": _COUNT, "first_s": _NUMBER, "last_s": _NUMBER}
    return _object({**texts, **numbers, "message": _TEXT, "sample": _TEXTS, "later_samples": _list(_TEXTS)})


def _health() -> Schema:
    figures = dict.fromkeys(COLUMNS, _or_null(_NUMBER))
    columns: Schema = dict.fromkeys(["at_s", *COLUMNS], _list(_or_null(_NUMBER)))
    return _object(
        {
            "worker": _COUNT,
            "limited_s": _says(_SECONDS, "How long it was generator-limited."),
            "limited": _list(
                _object(
                    {
                        "from_s": _says(_NUMBER, "When it was, a hundred times at most."),
                        "to_s": _says(
                            _NUMBER, "Pauses of up to 10 s lie in between; longer ones, where there are many."
                        ),
                    }
                )
            ),
            "signs": _says(_list(_TEXT), "What was late then, and by how much at worst."),
            "causes": _list(_object({"name": {"enum": [*RULES, "unknown"]}, "what": _TEXT, "way_out": _TEXT})),
            "worst": {"type": "object", "properties": figures, "additionalProperties": False},
            "seconds": _says(
                {"type": "object", "properties": columns, "additionalProperties": False},
                "Columns of equal length: an entry a second, of a long run the greatest of several, up to at_s; null "
                "where the system does not tell.",
            ),
        }
    )


def _points() -> Schema:
    columns: Schema = {column: _list(_or_null(_NUMBER)) for column in POINT_COLUMNS}
    columns["errors"] = {"type": "object", "additionalProperties": _list(_COUNT)}
    return _says(
        _object({"step_s": _STEP, **columns}),
        "Columns of equal length, one entry a step; null where nothing was measured. Users are the most of a "
        "step, latencies those of expected answers, polls left out.",
    )


def _by_endpoint() -> Schema:
    columns: Schema = {column: _list(_or_null(_NUMBER)) for column in ENDPOINT_COLUMNS}
    endpoints = {"type": "object", "additionalProperties": _object(columns)}
    axis = dict.fromkeys(("at_s", "seconds_s"), _list(_SECONDS))
    return _says(
        _object({"step_s": _STEP, **axis, "endpoints": endpoints}),
        "The same by endpoint on an axis of its own; latencies of expected answers, those to polls included.",
    )


def _heat() -> Schema:
    return _says(
        _object(
            {
                "from_s": _list(_SECONDS),
                "to_s": _list(_SECONDS),
                "edges_ms": _list(_NUMBER),
                "counts": _list(_list(_COUNT)),
            }
        ),
        "counts[i][j] expected answers, polls left out, of the i-th stretch took edges_ms[j] to edges_ms[j + 1].",
    )


def _object(properties: Mapping[str, Schema]) -> Schema:
    """An object with exactly these keys; what a key means is said by its schema, or by `WORDS`."""
    described = {
        key: _says(schema, WORDS[key]) if key in WORDS and "description" not in schema else schema
        for key, schema in properties.items()
    }
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": described,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _says(schema: Schema, description: str) -> Schema:
    return {"description": description, **schema}
