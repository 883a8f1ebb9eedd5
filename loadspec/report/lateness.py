"""The chart of the generator itself: how late it was, second by second, and how late it may be."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from math import isnan

from loadspec.report import svg
from loadspec.report.axis import BASE, DENSE, TOP, Axis, Chart, Layer, Trace, peak_of, scale_to
from loadspec.report.series import LISTED
from loadspec.report.text import clock, ms, percent
from loadspec.results.health import limit_ms
from loadspec.results.model import RunResult, WorkerHealth

Row = Mapping[str, float | None]

_LINES: Mapping[str, str] = {
    "lag": "lag_p99_ms",
    "dispatch": "dispatch_p99_ms",
    "cpu": "cpu_percent",
    "median": "latency_p50_ms",
}


def lateness(result: RunResult, axis: Axis) -> Chart:
    """Hub lag and dispatch delay before their limit, CPU on the right; of several workers the worst."""
    times, rows = worst_rows(result.health)
    limits = _limits(rows)
    y, y_ticks = scale_to(max([peak_of(row[n] for row in rows for n in ("lag", "dispatch")), *limits]), ms)
    y_cpu, cpu_ticks = scale_to(peak_of(row["cpu"] for row in rows), _cpu, len(y_ticks) + 1)
    x = [axis.x(t) for t in times]
    spans = [(axis.x(span.begin), axis.x(span.end), TOP, BASE) for one in result.health for span in one.limited]
    lines = {name: [(at, row[name]) for at, row in zip(x, rows, strict=True)] for name in ("cpu", "dispatch", "lag")}
    layers = [Layer("area", "alarm", svg.bars_path((a, b, float(t), float(c)) for a, b, t, c in spans))]
    layers += [
        Layer(
            "line",
            name,
            svg.line_path([(at, None if v is None else (y_cpu if name == "cpu" else y)(v)) for at, v in line]),
        )
        for name, line in lines.items()
    ]
    layers.append(Layer("line", "alarm", svg.line_path([(at, y(limit)) for at, limit in zip(x, limits, strict=True)])))
    table = [
        (clock(t), ms(r["lag"]), ms(r["dispatch"]), ms(v), _cpu(r["cpu"]))
        for t, r, v in zip(times, rows, limits, strict=True)
    ]
    return Chart(
        "lateness",
        "The generator itself",
        "how late it was (left), CPU in per cent of a core (right)",
        f"Hub lag and dispatch delay of the load generator, p99 of each second, over {clock(axis.end)}; at most "
        f"{ms(peak_of(row[n] for row in rows for n in ('lag', 'dispatch')))}.",
        layers,
        [("hub lag p99", "lag"), ("dispatch delay p99", "dispatch"), ("limit", "alarm"), ("CPU", "cpu")],
        y_ticks,
        axis.ticks(),
        [],
        ("Until", "Hub lag p99", "Dispatch delay p99", "Limit", "CPU"),
        table[:: -(-len(table) // LISTED) or 1],
        right_ticks=cpu_ticks,
        shades=axis.shades,
        dense=len(rows) > DENSE,
        note="" if rows else "Its health was not recorded.",
        end=axis.end,
        traces=_TRACES,
        table="generator",
    )


_TRACES = (
    Trace("lag", "lag_p99_ms", "ms"),
    Trace("dispatch", "dispatch_p99_ms", "ms"),
    Trace("alarm", "limit_ms", "ms"),
    Trace("cpu", "cpu_percent", "percent"),
)


def generator_columns(workers: Sequence[WorkerHealth]) -> dict[str, Sequence[float | None]]:
    """What the script draws: the worst of all workers at each moment `at_s`, and how late each may be."""
    times, rows = worst_rows(workers)
    columns = {column: [row[name] for row in rows] for name, column in _LINES.items()}
    return {"at_s": times, **columns, "limit_ms": _limits(rows)}


def worst_rows(workers: Sequence[WorkerHealth]) -> tuple[Sequence[float], Sequence[Row]]:
    """(seconds, rows of `_LINES`): of all workers the greatest, at the times of the one that told most often."""
    times = max((worker.columns.get("t", ()) for worker in workers), key=len, default=())
    rows: list[dict[str, float | None]] = [dict.fromkeys(_LINES) for _ in times]
    for worker in workers:
        for i, t in enumerate(worker.columns.get("t", ())):
            row = rows[min(bisect_left(times, t - 0.5), len(rows) - 1)]
            for name, column in _LINES.items():
                value = worker.columns[column][i] if column in worker.columns else None
                if value is not None and not isnan(value):
                    row[name] = max(value, row[name] or 0.0)
    return times, rows


def _limits(rows: Sequence[Row]) -> list[float]:
    """How late each second may be; without an answer in it, the last ones still say."""
    limits, median = [], 0.0
    for row in rows:
        median = row["median"] if row["median"] is not None else median
        limits.append(limit_ms(median))
    return limits


def _cpu(value: float | None) -> str:
    return percent(None if value is None else value / 100, 0)
