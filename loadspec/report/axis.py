"""What charts are made of: shapes, ticks, marks and bands, and the axis of time that all of them share.

x runs from 0 to 1000 over the load, y in pixels. The paths sit in an inner picture that is stretched to the page's
width (lines keep theirs), texts in an outer one that is not, so nothing shrinks on a phone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import inf

from msgspec import Struct, field
from msgspec.structs import replace

from loadspec.report import svg
from loadspec.report.series import end_of
from loadspec.report.text import clock
from loadspec.results.model import Overview, Point, RunResult
from loadspec.results.parts import parts_of

WIDTH = 1000
HEIGHT = 172
TOP = 20
"""Room above the highest line for its label."""
BASE = HEIGHT - 1
_LABEL = 30.0
"""What the label of a moment may take, in per cent of a narrow window."""
DENSE = 100
"""More points than this are drawn with thin lines."""


class Layer(Struct, frozen=True):
    """One shape: `kind` is line, area, bars or cells; `style` names its look in `charts.j2` and the style sheet."""

    kind: str
    style: str
    path: str
    width: float = 0.0
    """Of cells, which are drawn as upright strokes."""


class Trace(Struct, frozen=True):
    """A layer as the page's script draws it from a table of `report/data.py`."""

    style: str
    """As of its Layer."""
    column: str
    """Of its chart's table, or `planned_users`, `planned_rate`."""
    unit: str
    """`ms`, `count`, `percent`, or `per_s` of a count. Each has a scale of its own, the first at the left."""
    kind: str = "line"
    """Or `step`, or `bars`, each trace on those before it."""
    of: Sequence[str] = ()
    """Of a column of several by name: which ones, added up."""


class Tick(Struct, frozen=True):
    """A label at a place: per cent of the width for x, pixels for y."""

    at: float
    label: str


class Mark(Struct, frozen=True):
    """A line that means something: a limit (y in pixels) or a moment (x in per cent)."""

    at: float
    label: str
    value: float = 0.0
    """What a limit limits to, in the unit of the chart's first trace."""


class Band(Struct, frozen=True):
    """A stretch of time that shows its figures when pointed at; `at` and `width` in per cent."""

    at: float
    width: float
    text: str


class Shade(Struct, frozen=True):
    """A part of the load behind the shapes; `at` and `width` in per cent."""

    at: float
    width: float
    label: str
    steady: bool


class Chart(Struct, frozen=True):
    """A chart with its words: the key explains `layers` (label, style), `rows` hold the same figures as text."""

    name: str
    title: str
    unit: str
    description: str
    layers: Sequence[Layer]
    key: Sequence[tuple[str, str]]
    y_ticks: Sequence[Tick]
    x_ticks: Sequence[Tick]
    bands: Sequence[Band]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    right_ticks: Sequence[Tick] = ()
    limits: Sequence[Mark] = ()
    moments: Sequence[Mark] = ()
    note: str = ""
    shades: Sequence[Shade] = ()
    dense: bool = False
    """So many points that thin lines read better."""
    end: float = 0.0
    """Seconds of its axis of time; 0 where it has none."""
    traces: Sequence[Trace] = ()
    """What the script draws in place of `layers`; none where it stretches them."""
    table: str = "points"
    """What the traces are columns of: `points`, or `generator`."""


class Axis(Struct, frozen=True):
    """What the charts share: the points, the scale of time, moments, and the parts of the load."""

    views: Overview
    end: float
    moments: Sequence[Mark] = field(default_factory=tuple)
    shades: Sequence[Shade] = ()

    def x(self, seconds: float) -> float:
        """Seconds → 0..1000, held inside."""
        return svg.Scale(0, self.end, 0, WIDTH)(min(max(seconds, 0.0), self.end))

    def middle(self, point: Point) -> float:
        """Where the middle of a point's time lies."""
        return self.x(point.t - point.seconds / 2)

    def span(self, point: Point) -> tuple[float, float]:
        """Where a point's time begins and ends."""
        return self.x(point.t - point.seconds), self.x(point.t)

    def ticks(self) -> list[Tick]:
        """Labels of the time axis."""
        return [Tick(at / self.end * 100, clock(at)) for at in svg.time_ticks(self.end, 6)]

    def bands(self, text: Callable[[Point], str]) -> list[Band]:
        """Stretches of time, each with what is said of it; the chart's table has more."""
        spans = [(self.span(p), p) for p in self.views.brief]
        return [Band(a / 10, (b - a) / 10, f"{clock(p.t - p.seconds)} · {text(p)}") for (a, b), p in spans if b > a]


def axis_of(result: RunResult) -> Axis:
    """The shared axis; a threshold that was failing at the end is marked where that began."""
    end = end_of(result.points, result.duration)
    since = {round(r.failing_since, 3) for r in result.thresholds if r.failing_since is not None}
    moments = _apart([Mark(t / end * 100, f"failing since {clock(t)}") for t in sorted(since) if 0 <= t <= end][:3])
    shades = [
        Shade(part.begin / end * 100, (part.end - part.begin) / end * 100, part.label, part.steady)
        for part in parts_of(result.scenarios, end)
    ]
    return Axis(result.overview, end, moments, shades)


def _apart(marks: Sequence[Mark]) -> list[Mark]:
    """Of marks side by side only the first keeps its label, for the next one would lie upon it."""
    found: list[Mark] = []
    labelled = -inf
    for mark in marks:
        near = mark.at - labelled < _LABEL
        found.append(replace(mark, label="") if near else mark)
        labelled = labelled if near else mark.at
    return found


def scale_to(high: float, label: Callable[[float], str], ticks: int = 0) -> tuple[svg.Scale, list[Tick]]:
    """A scale from 0 to a round number, and its labels; with `ticks` as many as the other axis has."""
    values = svg.nice_ticks(high, 4)
    if ticks:
        step = next(s for s in _steps(high) if s * (ticks - 1) >= high * (1 - 1e-9))
        values = [step * i for i in range(ticks)]
    y = svg.Scale(0, values[-1], BASE, TOP)
    return y, [Tick(y(v), label(v)) for v in values[1:]]


def _steps(high: float) -> list[float]:
    """Round steps for whole things, from small to large enough."""
    return [f * 10.0**n for n in range(len(str(int(high))) + 1) for f in (1, 2, 2.5, 3, 4, 5) if f != 2.5 or n]


def peak_of(values: Iterable[float | None]) -> float:
    """The greatest value; 0 where there is none."""
    return max((float(v) for v in values if v is not None), default=0.0)
