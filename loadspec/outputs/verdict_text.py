"""What is told of a run that has ended: verdict, thresholds, where to look. No request or answer is in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from math import isfinite
from typing import Any

from loadspec.ci import job_link
from loadspec.outputs.target import Target
from loadspec.results.model import RunResult
from loadspec.thresholds import ThresholdResult, format_actual, format_limit, worst_first

_MOST = 50
"""Thresholds that are told one by one: the worst first."""


def verdict_of(result: RunResult, target: Target) -> dict[str, Any]:
    """A JSON value."""
    return {
        "loadspec": "verdict",
        "version": 1,
        "run_id": result.run_id,
        "spec": {"name": result.spec_name, "path": result.spec_path},
        "profile": result.profile,
        "target": result.target,
        "verdict": result.verdict,
        "exit_code": int(result.exit_code),
        "sentence": result.sentence,
        "started_at": result.started_at,
        "duration_s": round(result.duration, 3),
        "requests": sum(row.sent for row in result.requests if row.phase == "load"),
        "iterations": {"started": result.iterations.started, "dropped": result.iterations.dropped},
        "thresholds": [_threshold(found) for found in worst_first(result.thresholds)[:_MOST]],
        "warnings": list(result.warnings)[:_MOST],
        "link": link(target),
    }


def _threshold(found: ThresholdResult) -> dict[str, Any]:
    return {
        "threshold": found.threshold.title,
        "status": found.status,
        "limit": format_limit(found.threshold, found.limit),
        "actual": format_actual(found.threshold, found.actual),
        "margin": found.margin if found.margin is not None and isfinite(found.margin) else None,
        "samples": found.samples,
    }


def link(target: Target, environment: Mapping[str, str] = os.environ) -> str:
    """Where a reader finds more: the `link` of the output, or the CI job that this is; empty where it is none."""
    if given := target.options.get("link"):
        return str(given)
    return job_link(environment)
