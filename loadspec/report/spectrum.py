"""Percentile spectra: the whole distribution of latency at a glance, as HdrHistogram's plotter draws it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, log10
from typing import NamedTuple

from loadspec.metrics import Store, Trend
from loadspec.report import svg
from loadspec.report.axis import WIDTH, Band, Chart, Layer, Tick, peak_of, scale_to
from loadspec.report.text import NONE, ms
from loadspec.results.model import RunResult

CURVES = 5
"""At most so many, each with a colour and a dash of its own."""
ENDPOINTS = 20
"""So many endpoints have a spectrum of their own."""
SCHEDULED = "from its due time"
EXPECTED, OTHER = "expected answers", "other answers"
_MOST_NINES = 6.0
_TICKS = (0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999, 99.9999)
_LISTED = (50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99, 99.999, 100.0)

Curve = tuple[str, Trend]


class Spectrum(NamedTuple):
    """Curves on one axis; `steps` is how many places each nine of it has, beside where curves end."""

    name: str
    curves: Sequence[Curve]
    steps: int

    def columns(self) -> tuple[Sequence[float], Sequence[Sequence[float | None]]]:
        """(places in nines, of each curve its ms there): at the last place of a curve its greatest, then None."""
        ends = [round(last_nines(trend.count), 3) for _, trend in self.curves]
        even = (round(i / self.steps, 3) for i in range(ceil(max(ends, default=0.0) * self.steps)))
        places = sorted({*even, *ends})
        return places, [_column(trend, places, end) for (_, trend), end in zip(self.curves, ends, strict=True)]


def _column(trend: Trend, places: Sequence[float], end: float) -> list[float | None]:
    inner = [at for at in places if at < end]
    values = trend.percentiles([100 * (1 - 10**-at) for at in inner])
    return [*values, trend.max, *[None] * (len(places) - len(inner) - 1)]


def spectra(result: RunResult) -> list[Spectrum]:
    """The load's, then those of its endpoints, named by their number."""
    shown = enumerate(result.endpoint_stats[:ENDPOINTS])
    own = [spectrum_of(result.stores["load"], stats.endpoint, number) for number, stats in shown]
    return [spectrum for spectrum in (of_load(result), *own) if spectrum.curves]


def of_load(result: RunResult) -> Spectrum:
    """All requests, in open loads the same from the moment they were due, then the endpoints with most of them."""
    store = result.stores["load"]
    scheduled = store.where("scheduled_latency", expected_response="true", poll="false")
    curves: list[Curve] = [("all requests", judged(store))]
    if isinstance(scheduled, Trend):
        curves.append((SCHEDULED, scheduled))
    by_endpoint = [(info.name, judged(store, endpoint=info.name)) for info in result.endpoints]
    by_endpoint = sorted((curve for curve in by_endpoint if curve[1].count), key=lambda curve: -curve[1].count)
    if len(by_endpoint) > 1:
        curves += by_endpoint[: CURVES - len(curves)]
    return Spectrum("spectrum", [curve for curve in curves if curve[1].count], 20)


def spectrum_of(store: Store, endpoint: str, number: int) -> Spectrum:
    """An endpoint's: expected answers and others."""
    return Spectrum(f"spectrum-{number}", answers_of(store, endpoint), 6)


def judged(store: Store, **tags: str) -> Trend:
    """Durations as thresholds judge them by default: expected answers to requests that are no polls."""
    trend = store.where("http_req_duration", expected_response="true", poll="false", **tags)
    return trend if isinstance(trend, Trend) else Trend()


def answers_of(store: Store, endpoint: str) -> list[Curve]:
    """An endpoint's durations, expected answers and others apart; those that there were."""
    flags = {EXPECTED: "true", OTHER: "false"}
    found = {
        name: store.where("http_req_duration", endpoint=endpoint, expected_response=flag)
        for name, flag in flags.items()
    }
    return [(name, trend) for name, trend in found.items() if isinstance(trend, Trend) and trend.count]


def nines(percent: float) -> float:
    """Where a percentile lies on an axis of nines: 90 at 1, 99 at 2, 99.9 at 3. Raises ValueError for 100."""
    return -log10(1 - percent / 100)


def last_nines(values: int) -> float:
    """As far as so many values reach: of a thousand, one lies beyond 99.9 %."""
    return min(max(log10(values), 0.0), _MOST_NINES)


def chart(spectrum: Spectrum) -> Chart:
    """The chart of the load's, with its table."""
    curves = spectrum.curves
    end = _end(spectrum)
    x = svg.Scale(0, end, 0, WIDTH)
    listed = [p for p in _LISTED if p == 100 or nines(p) <= end + 1e-9]
    rows = _rows(listed, curves)
    return _chart(
        spectrum,
        "Latency by percentile",
        "of expected answers, polls left out",
        "Percentiles of request duration, from the fastest at the left to the slowest at the right: "
        + "; ".join("{}: p50 {}, p99 {}".format(name, *map(ms, trend.percentiles((50, 99)))) for name, trend in curves)
        + ".",
        bands=_bands(rows, curves, x, listed),
        columns=("Percentile", *(name for name, _ in curves)),
        rows=rows,
        note="The axis is one of nines: 90 %, 99 % and 99.9 % are equally far apart. "
        "A curve ends at its slowest request.",
    )


def chart_of_endpoint(spectrum: Spectrum, endpoint: str) -> Chart:
    """The chart of an endpoint's; the table below it is of its section."""
    return _chart(spectrum, f"Latency of {endpoint} by percentile", "", "The table below has its figures.")


def _chart(
    spectrum: Spectrum,
    title: str,
    unit: str,
    description: str,
    bands: Sequence[Band] = (),
    columns: Sequence[str] = (),
    rows: Sequence[Sequence[str]] = (),
    note: str = "",
) -> Chart:
    end = _end(spectrum)
    x = svg.Scale(0, end, 0, WIDTH)
    places, heights = spectrum.columns()
    y, y_ticks = scale_to(peak_of(value for column in heights for value in column), ms)
    lines = [
        svg.line_path([(x(at), None if value is None else y(value)) for at, value in zip(places, column, strict=True)])
        for column in heights
    ]
    return Chart(
        name=spectrum.name,
        title=title,
        unit=unit,
        description=description,
        layers=[Layer("line", f"curve{i}", line) for i, line in reversed(list(enumerate(lines)))],
        key=[(name, f"curve{i}") for i, (name, _) in enumerate(spectrum.curves)],
        y_ticks=y_ticks,
        x_ticks=[Tick(x(nines(p)) / 10, f"{p:.7g}%") for p in _TICKS if nines(p) <= end + 1e-9],
        bands=bands,
        columns=columns,
        rows=rows,
        note=note,
    )


def _end(spectrum: Spectrum) -> float:
    """Where the axis ends, in nines."""
    return max(1.0, *(last_nines(trend.count) for _, trend in spectrum.curves))


def _rows(listed: Sequence[float], curves: Sequence[Curve]) -> list[tuple[str, ...]]:
    """A percentile's name and its figure of each curve."""
    labels = ["max" if p == 100 else f"p{p:.7g}" for p in listed]
    return list(zip(labels, *(_cells(listed, trend) for _, trend in curves), strict=True))


def _cells(listed: Sequence[float], trend: Trend) -> list[str]:
    """A percentile that so few values cannot tell is left out."""
    reach = last_nines(trend.count) + 1e-9
    values = zip(listed, trend.percentiles(listed), strict=True)
    return [ms(value) if p == 100 or nines(p) <= reach else NONE for p, value in values]


def _bands(rows: Sequence[Sequence[str]], curves: Sequence[Curve], x: svg.Scale, listed: Sequence[float]) -> list[Band]:
    """One around each percentile of the table, as far as half the way to its neighbours."""
    places = [x.high if p == 100 else nines(p) for p in listed]
    edges = [0.0, *((a + b) / 2 for a, b in pairwise(places)), x.high]
    return [
        Band(x(a) / 10, (x(b) - x(a)) / 10, f"{row[0]} · {_told(row[1:], curves)}")
        for (a, b), row in zip(pairwise(edges), rows, strict=True)
        if b > a
    ]


def _told(cells: Sequence[str], curves: Sequence[Curve]) -> str:
    return " · ".join(f"{name} {cell}" for cell, (name, _) in zip(cells, curves, strict=True))
