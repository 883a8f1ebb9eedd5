"""The three charts over time as values for `charts.j2`: what to draw, the key, the table behind it, and what to say.

One time axis serves all: x runs from 0 to 1000 over the load, y in pixels. The paths sit in an inner picture that is
stretched to the page's width (lines keep theirs), texts in an outer one that is not, so nothing shrinks on a phone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loadspec.report import svg
from loadspec.report.series import DRAWN, LISTED, downsample, end_of, per_second
from loadspec.report.text import clock, count, ms
from loadspec.report.text import per_second as rate_text
from loadspec.report.thresholds import latency_limits
from loadspec.results.model import Point, RunResult, ScenarioInfo

WIDTH = 1000
HEIGHT = 172
TOP = 20
"""Room above the highest line for its label."""
BASE = HEIGHT - 1
DENSE = 200
CLASSES = 6
"""Classes of failures with a colour of their own; the rest are one."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One shape: `kind` is line, area or bars; `style` names its colour and dash in `charts.j2` and the style sheet."""

    kind: str
    style: str
    path: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A label at a place: per cent of the width for x, pixels for y."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A line that means something: a limit (y in pixels) or a moment (x in per cent)."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of time that shows its figures when pointed at; `at` and `width` in per cent."""

    at: float
    width: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
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
    dense: bool = False
    """So many points that thin lines read better."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What the charts share: the points drawn and listed, the scale of time, moments to mark."""

    drawn: Sequence[Point]
    listed: Sequence[Point]
    end: float
    moments: Sequence[Mark] = field(default_factory=tuple)

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
        """One band for each listed point."""
        spans = [(self.span(p), p) for p in self.listed]
        return [Band(a / 10, (b - a) / 10, f"{clock(p.t - p.seconds)} · {text(p)}") for (a, b), p in spans if b > a]


def axis_of(result: RunResult) -> Axis:
    """The shared axis; a threshold that was failing at the end is marked where that began."""
    end = end_of(result.points, result.duration)
    since = {round(r.failing_since, 3) for r in result.thresholds if r.failing_since is not None}
    moments = [Mark(t / end * 100, f"failing since {clock(t)}") for t in sorted(since) if 0 <= t <= end]
    return Axis(downsample(result.points, DRAWN), downsample(result.points, LISTED), end, moments[:3])


def throughput(result: RunResult, axis: Axis) -> Chart:
    """Requests per second as a line before the users, a quiet staircase with its own scale on the right."""
    rates = [(axis.middle(p), per_second(p.requests, p.seconds)) for p in axis.drawn]
    planned = [(t, u) for t, u in planned_users(result.scenarios, axis.end)]
    high_rate, high_users = _peak(y for _, y in rates), _peak([p.users for p in axis.drawn] + [u for _, u in planned])
    y, y_ticks = _scale(high_rate, rate_text)
    y_users, user_ticks = _scale(high_users, count, len(y_ticks) + 1)
    steps = [(*axis.span(p), y_users(p.users)) for p in axis.drawn]
    stairs = svg.step_path(steps)
    filled = f"{stairs}V{BASE}H{svg.num(steps[0][0])}Z" if steps else ""
    layers = [
        Layer("area", "users", filled),
        Layer("line", "users", stairs),
        Layer("line", "planned", svg.line_path([(axis.x(t), y_users(u)) for t, u in planned])),
        Layer("line", "rate", svg.line_path([(x, y(v)) for x, v in rates])),
    ]
    return Chart(
        "throughput",
        "Throughput and users",
        "requests per second (left), users (right)",
        f"Requests per second, at most {rate_text(high_rate)}, and users, at most {count(high_users)}, "
        f"over {clock(axis.end)}.",
        layers,
        [("requests/s", "rate"), ("users", "users"), ("users planned", "planned")],
        y_ticks,
        axis.ticks(),
        axis.bands(lambda p: f"{rate_text(per_second(p.requests, p.seconds))} requests/s · {count(p.users)} users"),
        ("Time", "Users", "Requests", "Requests/s", "Iterations", "Failed"),
        [
            (
                clock(p.t - p.seconds),
                count(p.users),
                count(p.requests),
                rate_text(per_second(p.requests, p.seconds)),
                count(p.iterations),
                count(p.failed),
            )
            for p in axis.listed
        ],
        right_ticks=user_ticks,
        moments=axis.moments,
        dense=len(axis.drawn) > DENSE,
    )


_LATENCIES: tuple[tuple[str, str], ...] = (
    ("max", "max"),
    ("p99", "p99"),
    ("p95", "p95"),
    ("p90", "p90"),
    ("p50", "p50"),
)


def latency(result: RunResult, axis: Axis) -> Chart:
    """Percentiles of each second; limits that lie in reach are drawn, the others named below."""
    lines: dict[str, list[tuple[float, float | None]]] = {
        name: [(axis.middle(p), getattr(p, name)) for p in axis.drawn] for name, _ in _LATENCIES
    }
    peak = _peak(v for _, v in lines["max"])
    limits = latency_limits(result.thresholds)
    near = [(text, limit) for text, limit in limits if limit <= max(peak, 1e-9) * 1.6]
    y, y_ticks = _scale(max([peak, *(limit for _, limit in near)]), ms)
    placed = {name: [(x, None if v is None else y(v)) for x, v in line] for name, line in lines.items()}
    layers = [Layer("area", "spread", svg.area_path(placed["p95"], [v for _, v in placed["p50"]]))]
    layers += [Layer("line", name, svg.line_path(placed[name])) for name, _ in _LATENCIES]
    far = [text for text, limit in limits if limit > max(peak, 1e-9) * 1.6]
    return Chart(
        "latency",
        "Latency",
        "of each second's answered requests, polls left out",
        f"Percentiles of request duration, per second, over {clock(axis.end)}; the slowest took {ms(peak or None)}.",
        layers,
        [(label, name) for name, label in reversed(_LATENCIES)],
        y_ticks,
        axis.ticks(),
        axis.bands(lambda p: " · ".join(f"{name} {ms(getattr(p, name))}" for name, _ in reversed(_LATENCIES))),
        ("Time", "p50", "p90", "p95", "p99", "max"),
        [(clock(p.t - p.seconds), *(ms(getattr(p, name)) for name, _ in reversed(_LATENCIES))) for p in axis.listed],
        limits=[Mark(y(limit), text) for text, limit in near],
        moments=axis.moments,
        dense=len(axis.drawn) > DENSE,
        note=_far_limits(far) if peak else "No request was answered.",
    )


def _far_limits(far: Sequence[str]) -> str:
    return f"Above this chart: {', '.join(far)}." if far else ""


def failures(result: RunResult, axis: Axis) -> Chart:
    """Failed requests per second, stacked by class, the commonest at the bottom."""
    names = [name for name, _ in _classes(axis.drawn).most_common(CLASSES)]
    classes = _classes(axis.drawn)
    shown = [*names, "other"] if len(classes) > len(names) else names
    stacks = [_stack(p, names, shown) for p in axis.drawn]
    high = _peak(sum(stack) for stack in stacks)
    y, y_ticks = _scale(high, rate_text)
    layers = []
    for i in range(len(shown)):
        bars = [
            (*_inset(axis.span(p)), y(sum(stack[: i + 1])), y(sum(stack[:i])))
            for p, stack in zip(axis.drawn, stacks, strict=True)
        ]
        layers.append(Layer("bars", f"fail{i}", svg.bars_path(bars)))
    return Chart(
        "failures",
        "Failures",
        "failed requests per second, by class",
        f"Failed requests per second by class over {clock(axis.end)}: {_sum_up(classes)}.",
        layers,
        [(f"{name} ({count(_of_class(classes, name, names))})", f"fail{i}") for i, name in enumerate(shown)],
        y_ticks if classes else [],
        axis.ticks(),
        axis.bands(_told),
        ("Time", "Failed", *shown),
        [
            (clock(p.t - p.seconds), count(p.failed), *(count(v) for v in _counts(p, names, shown)))
            for p in axis.listed
            if p.failed
        ],
        moments=axis.moments,
        dense=len(axis.drawn) > DENSE,
        note="" if classes else "No request failed.",
    )


def _inset(span: tuple[float, float]) -> tuple[float, float]:
    """A bar a little narrower than its time, so that seconds can be told apart where there is room."""
    gap = min((span[1] - span[0]) * 0.08, 1.0)
    return span[0] + gap, span[1] - gap


def planned_users(scenarios: Sequence[ScenarioInfo], end: float) -> list[tuple[float, float]]:
    """The planned users of all scenarios together, at each corner up to `end`."""
    corners = sorted({min(t, end) for s in scenarios for t, _ in s.shape} | ({end} if scenarios else set()))
    return [(t, sum(_shape_at(s.shape, t) for s in scenarios)) for t in corners]


def _shape_at(shape: Sequence[tuple[float, int]], t: float) -> float:
    """A shape's height at `t`, linear between corners; 0 after the last."""
    before = [corner for corner in shape if corner[0] <= t]
    after = [corner for corner in shape if corner[0] > t]
    if not before or not after:
        return float(before[-1][1]) if before and before[-1][0] == t else 0.0
    return svg.Scale(before[-1][0], after[0][0], before[-1][1], after[0][1])(t)


def _scale(high: float, label: Callable[[float], str], ticks: int = 0) -> tuple[svg.Scale, list[Tick]]:
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


def _peak(values: Any) -> float:
    return max((float(v) for v in values if v is not None), default=0.0)


def _classes(points: Sequence[Point]) -> Counter[str]:
    total: Counter[str] = Counter()
    for point in points:
        total.update(point.errors)
    return +total


def _counts(point: Point, names: Sequence[str], shown: Sequence[str]) -> list[int]:
    """Failures of a point by shown class; what has no class of its own is `other`."""
    counts = [point.errors.get(name, 0) for name in names]
    return counts if len(shown) == len(names) else [*counts, sum(point.errors.values()) - sum(counts)]


def _stack(point: Point, names: Sequence[str], shown: Sequence[str]) -> list[float]:
    return [per_second(n, point.seconds) for n in _counts(point, names, shown)]


def _of_class(classes: Mapping[str, int], name: str, names: Sequence[str]) -> int:
    return classes[name] if name in names else sum(classes.values()) - sum(classes[n] for n in names)


def _sum_up(classes: Counter[str]) -> str:
    return ", ".join(f"{count(n)} × {name}" for name, n in classes.most_common(CLASSES)) or "none"


def _told(point: Point) -> str:
    return _sum_up(Counter(point.errors)) if point.failed else "no failure"
