"""The whole distribution of latency at a glance: a percentile spectrum, as HdrHistogram's plotter draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log10
from typing import Any

from loadspec.metrics import Store, Trend
from loadspec.report import svg
from loadspec.report.axis import WIDTH, Band, Chart, Layer, Tick, peak_of, scale_to
from loadspec.report.sections.tiles import judged
from loadspec.report.text import NONE, ms
from loadspec.results.model import RunResult

CURVES = 5
"""At most so many, each with a colour and a dash of its own."""
_MOST_NINES = 6.0
_STEPS = 120
_TICKS = (0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999, 99.9999)
_LISTED = (50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99, 99.999, 100.0)

Curve = tuple[str, Trend]


def figures(result: RunResult) -> Mapping[str, Any]:
    """The chart; None where nothing was answered as expected."""
    curves = _curves(result)
    return {"chart": _chart(curves) if curves else None, "scheduled": any(name == SCHEDULED for name, _ in curves)}


SCHEDULED = "from its due time"


def _curves(result: RunResult) -> list[Curve]:
    """All requests, in open loads the same from the moment they were due, then the endpoints with most of them."""
    store = result.stores["load"]
    everything = judged(store)
    scheduled = store.where("scheduled_latency", expected_response="true", poll="false")
    curves: list[Curve] = [("all requests", everything)]
    if isinstance(scheduled, Trend):
        curves.append((SCHEDULED, scheduled))
    by_endpoint = [(info.name, _of(store, info.name)) for info in result.endpoints]
    by_endpoint = sorted((curve for curve in by_endpoint if curve[1].count), key=lambda curve: -curve[1].count)
    if len(by_endpoint) > 1:
        curves += by_endpoint[: CURVES - len(curves)]
    return [curve for curve in curves if curve[1].count]


def _of(store: Store, endpoint: str) -> Trend:
    trend = store.where("http_req_duration", expected_response="true", poll="false", endpoint=endpoint)
    return trend if isinstance(trend, Trend) else Trend()


def nines(percent: float) -> float:
    """Where a percentile lies on an axis of nines: 90 at 1, 99 at 2, 99.9 at 3. Raises ValueError for 100."""
    return -log10(1 - percent / 100)


def last_nines(values: int) -> float:
    """As far as so many values reach: of a thousand, one lies beyond 99.9 %."""
    return min(max(log10(values), 0.0), _MOST_NINES)


def _chart(curves: Sequence[Curve]) -> Chart:
    end = max(1.0, *(last_nines(trend.count) for _, trend in curves))
    x = svg.Scale(0, end, 0, WIDTH)
    lines = [_line(trend) for _, trend in curves]
    y, y_ticks = scale_to(peak_of(value for line in lines for _, value in line), ms)
    listed = [p for p in _LISTED if p == 100 or nines(p) <= end + 1e-9]
    rows = [_row(p, curves) for p in listed]
    return Chart(
        name="spectrum",
        title="Latency by percentile",
        unit="of expected answers, polls left out",
        description="Percentiles of request duration, from the fastest at the left to the slowest at the right: "
        + "; ".join(f"{name}: p50 {ms(trend.percentile(50))}, p99 {ms(trend.percentile(99))}" for name, trend in curves)
        + ".",
        layers=[
            Layer("line", f"curve{i}", svg.line_path([(x(at), y(value)) for at, value in line]))
            for i, line in reversed(list(enumerate(lines)))
        ],
        key=[(name, f"curve{i}") for i, (name, _) in enumerate(curves)],
        y_ticks=y_ticks,
        x_ticks=[Tick(x(nines(p)) / 10, f"{p:.7g}%") for p in _TICKS if nines(p) <= end + 1e-9],
        bands=_bands(curves, x, listed),
        columns=("Percentile", *(name for name, _ in curves)),
        rows=rows,
        note="The axis is one of nines: 90 %, 99 % and 99.9 % are equally far apart. "
        "A curve ends at its slowest request.",
    )


def _line(trend: Trend) -> list[tuple[float, float]]:
    """(nines, ms), at even steps of nines, ending with the greatest value."""
    end = last_nines(trend.count)
    places = [end * i / _STEPS for i in range(_STEPS)]
    values = trend.percentiles([100 * (1 - 10**-at) for at in places])
    return [*zip(places, values, strict=True), (end, trend.max)]


def _row(percent: float, curves: Sequence[Curve]) -> tuple[str, ...]:
    label = "max" if percent == 100 else f"p{percent:.7g}"
    return label, *(_cell(percent, trend) for _, trend in curves)


def _cell(percent: float, trend: Trend) -> str:
    """A percentile that so few values cannot tell is left out."""
    reached = percent == 100 or nines(percent) <= last_nines(trend.count) + 1e-9
    return ms(trend.percentile(percent)) if reached else NONE


def _bands(curves: Sequence[Curve], x: svg.Scale, listed: Sequence[float]) -> list[Band]:
    """One around each percentile of the table, as far as half the way to its neighbours."""
    places = [x.high if p == 100 else nines(p) for p in listed]
    edges = [0.0, *((a + b) / 2 for a, b in pairwise(places)), x.high]
    return [
        Band(x(a) / 10, (x(b) - x(a)) / 10, f"{row[0]} · {_told(row[1:], curves)}")
        for (a, b), row in zip(pairwise(edges), [_row(p, curves) for p in listed], strict=True)
        if b > a
    ]


def _told(cells: Sequence[str], curves: Sequence[Curve]) -> str:
    return " · ".join(f"{name} {cell}" for cell, (name, _) in zip(cells, curves, strict=True))
