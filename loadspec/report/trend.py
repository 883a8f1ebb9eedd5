"""The page of `loadspec history --html`: how each spec's figures went from run to run."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from loadspec.report import svg
from loadspec.report.assets import TABLES
from loadspec.report.axis import WIDTH, Band, Chart, Layer, Tick, peak_of, scale_to
from loadspec.report.build import render_page
from loadspec.report.sections.verdict import TONES
from loadspec.report.text import NONE, ms, per_second, percent
from loadspec.results.history import Entry, by_spec

Read = Callable[[Entry], float | None]
_LABELS = 6


def build_trend(entries: Sequence[Entry], folder: Path) -> str:
    """The page, for a file that will lie in `folder`: its links to reports are relative to there."""
    specs = sorted(by_spec(entries).items(), key=lambda spec: not spec[0])  # those without a name last
    groups = [_group(number, name, runs, folder) for number, (name, runs) in enumerate(specs)]
    return render_page("trend.j2", TABLES, title=f"history · {len(entries)} runs", groups=groups, runs=len(entries))


def _group(number: int, name: str, runs: Sequence[Entry], folder: Path) -> Mapping[str, Any]:
    """One spec: its charts, where there are two runs or more, and a row a run, the newest first."""
    measured = [run for run in runs if run.requests is not None]
    rows = [
        {"run": run, "tone": TONES.get(run.verdict, "warn"), "link": _link(run, folder), "change": change}
        for run, change in zip(runs, _changes(runs), strict=True)
    ]
    return {
        "id": f"spec-{number}",
        "name": name or "cut off before it was known",
        "rows": rows[::-1],
        "charts": _charts(number, measured) if len(measured) > 1 else [],
    }


def _link(run: Entry, folder: Path) -> str:
    """The report's place as a URL; empty where there is none."""
    report = run.folder.absolute() / "report.html"
    return quote(os.path.relpath(report, folder)) if report.is_file() else ""


def _changes(runs: Sequence[Entry]) -> list[float | None]:
    """p95 against that of the run before, as a ratio: 0.1 is a tenth slower."""
    before: float | None = None
    found: list[float | None] = []
    for run in runs:
        found.append(run.p95 / before - 1 if run.p95 is not None and before else None)
        before = run.p95 if run.p95 is not None else before
    return found


def _charts(number: int, runs: Sequence[Entry]) -> list[Chart]:
    latencies: Mapping[str, Read] = {"p50": lambda r: r.p50, "p95": lambda r: r.p95, "p99": lambda r: r.p99}
    rates: Mapping[str, Read] = {"rate": lambda r: r.rate}
    failed: Mapping[str, Read] = {"fail0": lambda r: r.failed}
    charts = [
        _chart(f"latency-{number}", "Latency", "of expected answers", runs, latencies, ms),
        _chart(f"rate-{number}", "Throughput", "requests a second", runs, rates, per_second),
    ]
    if any(run.failed for run in runs):
        charts.append(_chart(f"failed-{number}", "Failed", "share of requests", runs, failed, percent))
    return charts


_NAMES = {"rate": "throughput", "fail0": "failed"}


def _chart(
    name: str, title: str, unit: str, runs: Sequence[Entry], reads: Mapping[str, Read], label: Callable[[float], str]
) -> Chart:
    """Runs at even distances, the newest at the right."""
    x = svg.Scale(0, len(runs) - 1, WIDTH * 0.02, WIDTH * 0.98)
    y, ticks = scale_to(peak_of(read(run) for read in reads.values() for run in runs), label)
    columns = ["started", *(_NAMES.get(style, style) for style in reads)]
    rows = [[_day(run), *(_shown(read(run), label) for read in reads.values())] for run in runs]
    half = (x(1) - x(0)) / 2
    step = max(1, -(-len(runs) // _LABELS))
    return Chart(
        name=name,
        title=title,
        unit=unit,
        description=f"{title} of {len(runs)} runs, the newest at the right.",
        layers=[_layer(style, [read(run) for run in runs], x, y) for style, read in reads.items()],
        key=[(_NAMES.get(style, style), style) for style in reads] if len(reads) > 1 else [],
        y_ticks=ticks,
        x_ticks=[Tick(x(i) / 10, _day(runs[i])) for i in range(0, len(runs), step)],
        bands=[
            Band((x(i) - half) / 10, half / 5, " · ".join(f"{c} {v}" for c, v in zip(columns, row, strict=True)))
            for i, row in enumerate(rows)
        ],
        columns=columns,
        rows=rows,
    )


def _layer(style: str, values: Sequence[float | None], x: svg.Scale, y: svg.Scale) -> Layer:
    places = [(x(i), None if value is None else y(value)) for i, value in enumerate(values)]
    if style.startswith("fail"):
        bars = [(at - 4, at + 4, top, y(0)) for at, top in places if top is not None]
        return Layer("bars", style, svg.bars_path(bars))
    return Layer("line", style, svg.line_path(places))


def _day(run: Entry) -> str:
    return f"{run.started_at:%Y-%m-%d %H:%M}"


def _shown(value: float | None, label: Callable[[float], str]) -> str:
    return NONE if value is None else label(value)
