"""Is it the server, or is it the generator? What each worker noticed of itself, at its worst."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isnan
from typing import Any

from loadspec.report.text import NONE, count, ms, percent
from loadspec.results.kept import ends
from loadspec.results.model import RunResult, WorkerHealth


def _percent(value: float) -> str:
    return percent(value / 100, 1)


COLUMNS: Mapping[str, tuple[str, Callable[[float], str]]] = {
    "lag_p99_ms": ("Hub lag p99", ms),
    "dispatch_p99_ms": ("Dispatch delay p99", ms),
    "cpu_percent": ("CPU", _percent),
    "waited_percent": ("Waited for a core", _percent),
    "steal_percent": ("Steal", _percent),
    "gc_longest_ms": ("GC pause", ms),
    "files": ("Open files", count),
    "ports": ("Ports", count),
}
"""Figure → heading, and how it is shown."""
SHOWN = 6
"""So many times at its limit are shown of each worker."""


def figures(result: RunResult) -> Mapping[str, Any]:
    """A row a worker, and why they were late."""
    causes = {cause.name: cause for worker in result.health for cause in worker.causes}
    return {
        "limited": result.limited,
        "headings": [heading for heading, _ in COLUMNS.values()],
        "rows": [_row(worker) for worker in result.health],
        "causes": list(causes.values()),
    }


def _row(worker: WorkerHealth) -> Mapping[str, Any]:
    return {
        "name": worker.worker,
        "cells": [_cell(worker, name, show) for name, (_, show) in COLUMNS.items()],
        "limited": ends(worker.limited, SHOWN),
        "signs": worker.signs,
    }


def _cell(worker: WorkerHealth, name: str, show: Callable[[float], str]) -> str:
    """`12ms`, and of what there is only so much of: `1 024 of 4 096`."""
    value = worker.worst.get(name)
    if value is None or isnan(value):
        return NONE
    most = worker.worst.get(f"{name}_max")
    return show(value) if most is None else f"{show(value)} of {show(most)}"
