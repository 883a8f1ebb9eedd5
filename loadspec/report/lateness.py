"""The chart of the generator itself: how late it was, second by second, and how late it may be."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from math import inf, isnan

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
}


def lateness(result: RunResult, axis: Axis) -> Chart:
    """Hub lag and dispatch delay before their limit, CPU on the right; of several workers the worst."""
    times, rows = worst_rows(result.health)
    late = peak_of(row[name] for row in rows for name in ("lag", "dispatch"))
    y, y_ticks = scale_to(max([late, *(row["limit"] or 0.0 for row in rows)]), ms)
    y_cpu, cpu_ticks = scale_to(peak_of(row["cpu"] for row in rows), _cpu, len(y_ticks) + 1)
    spans = [(axis.x(span.begin), axis.x(span.end), TOP, BASE) for one in result.health for span in one.limited]
    x = [axis.x(t) for t in times]
    lines = [("cpu", "cpu", y_cpu), ("dispatch", "dispatch", y), ("lag", "lag", y), ("limit", "alarm", y)]
    table = [
        (clock(t), ms(r["lag"]), ms(r["dispatch"]), ms(r["limit"]), _cpu(r["cpu"]))
        for t, r in zip(times, rows, strict=True)
    ]
    return Chart(
        "lateness",
        "The generator itself",
        "how late it was (left), CPU in per cent of a core (right)",
        f"Hub lag and dispatch delay of the load generator, p99 of each second, over {clock(axis.end)}; at most "
        f"{ms(late)}.",
        [
            Layer("area", "alarm", svg.bars_path((a, b, float(t), float(c)) for a, b, t, c in spans)),
            *(Layer("line", style, _line(x, [row[name] for row in rows], scale)) for name, style, scale in lines),
        ],
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


def _line(x: Sequence[float], values: Sequence[float | None], y: svg.Scale) -> str:
    return svg.line_path([(at, None if v is None else y(v)) for at, v in zip(x, values, strict=True)])


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
    return {"at_s": times, **columns, "limit_ms": [row["limit"] for row in rows]}


def worst_rows(workers: Sequence[WorkerHealth]) -> tuple[Sequence[float], Sequence[Row]]:
    """(seconds, rows of `_LINES` and `limit`): of all workers the greatest, at the times of the one that told most
    often; of their limits, each by the worker's own latency, the least."""
    times = max((worker.columns.get("t", ()) for worker in workers), key=len, default=())
    rows: list[dict[str, float | None]] = [{**dict.fromkeys(_LINES), "limit": None} for _ in times]
    for worker in workers:
        median = 0.0
        for i, t in enumerate(worker.columns.get("t", ())):
            row = rows[min(bisect_left(times, t - 0.5), len(rows) - 1)]
            for name, column in _LINES.items():
                if (value := _known(worker, column, i)) is not None:
                    row[name] = max(value, row[name] or 0.0)
            answered = _known(worker, "latency_p50_ms", i)
            median = median if answered is None else answered  # without an answer, the last ones still say
            row["limit"] = min(limit_ms(median), inf if row["limit"] is None else row["limit"])
    return times, rows


def _known(worker: WorkerHealth, column: str, i: int) -> float | None:
    value = worker.columns[column][i] if column in worker.columns else None
    return None if value is None or isnan(value) else value


def _cpu(value: float | None) -> str:
    return percent(None if value is None else value / 100, 0)
