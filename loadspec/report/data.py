"""What the page's script draws from: the figures of the load, and what each chart takes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from loadspec.report.axis import Chart, Trace
from loadspec.report.lateness import generator_columns
from loadspec.report.planned import planned_rates, planned_users
from loadspec.report.series import end_of
from loadspec.report.spectrum import Spectrum, spectra
from loadspec.report.text import visible
from loadspec.results.columns import endpoint_row, point_columns, rounded
from loadspec.results.model import RunResult

DIGITS = 4
"""Of latencies, of which a histogram knows hardly three."""
_MOMENTS = ("at_s", "seconds_s")


def _digits(value: Any) -> Any:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def figures_json(result: RunResult) -> str:
    """What is embedded, as JSON, with the keys of results.json where it has the same.

    Besides: `generator`; as `planned` the corners [seconds, height] of users and rates; as `spectra` each curve's ms at
    places of an axis of `nines`, by the name of their chart.
    """
    end = end_of(result.points, result.duration)
    figures = {
        "run": {name: getattr(result, name) for name in ("run_id", "verdict", "sentence", "target", "started_at")},
        "points": _short(point_columns(result.points, result.step)),
        "generator": _short(generator_columns(result.health)),
        "planned": {
            "planned_users": planned_users(result.scenarios, end),
            "planned_rate": planned_rates(result.scenarios, end),
        },
        "endpoints": [_short(endpoint_row(stats)) for stats in result.endpoint_stats],
        "spectra": {spectrum.name: _curves(spectrum) for spectrum in spectra(result)},
    }
    return json.dumps(figures, separators=(",", ":"))


def _curves(spectrum: Spectrum) -> dict[str, Any]:
    places, columns = spectrum.columns()
    curves = zip(spectrum.curves, columns, strict=True)
    return {"nines": places, "curves": [{"name": name, "ms": _short(column)} for (name, _), column in curves]}


def _short(value: Any, shorten: Callable[[Any], Any] = _digits) -> Any:
    """Moments to a thousandth, other figures in `DIGITS`; texts and counts as they are."""
    if isinstance(value, Mapping):
        return {name: _short(item, rounded if name in _MOMENTS else shorten) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_short(item, shorten) for item in value]
    return shorten(value)


def plot_json(chart: Chart) -> str:
    """A chart's own part, as JSON: its end, traces, limits, moments, parts of the load; times in seconds."""
    return json.dumps(
        {
            "end": round(chart.end, 3),
            "table": chart.table,
            "traces": [_trace(trace) for trace in chart.traces],
            "limits": [[mark.value, visible(mark.label)] for mark in chart.limits],
            "moments": [[_seconds(mark.at, chart), visible(mark.label)] for mark in chart.moments],
            "shades": [[_seconds(s.at, chart), _seconds(s.at + s.width, chart), s.steady] for s in chart.shades],
        },
        separators=(",", ":"),
    )


def _seconds(share: float, chart: Chart) -> float:
    """Per cent of the axis → seconds."""
    return round(share * chart.end / 100, 3)


def _trace(trace: Trace) -> dict[str, Any]:
    own = {"style": trace.style, "column": trace.column, "unit": trace.unit, "kind": trace.kind}
    return {**own, "of": list(trace.of)} if trace.of else own
