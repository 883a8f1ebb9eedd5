"""The three charts over time as values for `charts.j2`: what to draw, the key, the table behind it, what to say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from math import ceil, log10
from statistics import median

from loadspec.report import svg
from loadspec.report.axis import BASE, DENSE, TOP, Axis, Chart, Layer, Mark, Tick, Trace, peak_of, scale_to
from loadspec.report.planned import planned_rates, planned_users
from loadspec.report.series import per_second, stretch
from loadspec.report.text import clock, count, ms, percent
from loadspec.report.text import per_second as rate_text
from loadspec.report.thresholds import latency_limits
from loadspec.results.model import Point, RunResult

CLASSES = 6
"""Classes of failures with a colour of their own; the rest are one."""


def throughput(result: RunResult, axis: Axis) -> Chart:
    """Requests per second as a line before the users, a quiet staircase with its own scale on the right."""
    rates = [(axis.middle(p), per_second(p.requests, p.seconds)) for p in axis.views.drawn]
    planned = planned_users(result.scenarios, axis.end)
    due = planned_rates(result.scenarios, axis.end)
    high_rate = peak_of(rate for _, rate in [*rates, *due])
    high_users = peak_of([*(p.users for p in axis.views.drawn), *(users for _, users in planned)])
    y, y_ticks = scale_to(high_rate, rate_text)
    y_users, user_ticks = scale_to(high_users, count, len(y_ticks) + 1)
    layers = [
        *_stairs([(*axis.span(p), y_users(p.users)) for p in axis.views.drawn]),
        Layer("line", "planned", svg.line_path([(axis.x(t), y_users(u)) for t, u in planned])),
        Layer("line", "due", svg.line_path([(axis.x(t), y(v)) for t, v in due])),
        Layer("line", "rate", svg.line_path([(x, y(v)) for x, v in rates])),
    ]
    return Chart(
        "throughput",
        "Throughput and users",
        "requests per second (left), users (right)",
        f"Requests per second, at most {rate_text(peak_of(rate for _, rate in rates))}, and users, at most "
        f"{count(high_users)}, over {clock(axis.end)}.",
        layers,
        _throughput_key(bool(due), bool(planned)),
        y_ticks,
        axis.ticks(),
        axis.bands(lambda p: f"{rate_text(per_second(p.requests, p.seconds))} requests/s · {count(p.users)} users"),
        ("Time", "Users", "Requests", "Requests/s", "Iterations", "Failed"),
        [_throughput_row(p) for p in axis.views.listed],
        right_ticks=user_ticks,
        moments=axis.moments,
        shades=axis.shades,
        dense=len(axis.views.drawn) > DENSE,
        end=axis.end,
        traces=_THROUGHPUT,
    )


def _stairs(steps: Sequence[tuple[float, float, float]]) -> list[Layer]:
    """The users (left, right, height) as a line, and what lies under it."""
    stairs = svg.step_path(steps)
    filled = f"{stairs}V{BASE}H{svg.num(steps[0][0])}Z" if steps else ""
    return [Layer("area", "users", filled), Layer("line", "users", stairs)]


def _throughput_key(due: bool, planned: bool) -> list[tuple[str, str]]:
    rates = [("requests/s", "rate"), *([("iterations/s planned", "due")] if due else [])]
    return [*rates, ("users", "users"), *([("users planned", "planned")] if planned else [])]


_THROUGHPUT = (
    Trace("rate", "requests", "per_s"),
    Trace("due", "planned_rate", "per_s"),
    Trace("users", "users", "count", "step"),
    Trace("planned", "planned_users", "count"),
)


def _throughput_row(p: Point) -> tuple[str, ...]:
    rate = rate_text(per_second(p.requests, p.seconds))
    return clock(p.t - p.seconds), count(p.users), count(p.requests), rate, count(p.iterations), count(p.failed)


_LATENCIES = ("p50", "p90", "p95", "p99", "max")


def latency(result: RunResult, axis: Axis) -> Chart:
    """Percentiles over time; limits that lie in reach are drawn, the others named below."""
    lines: dict[str, list[tuple[float, float | None]]] = {
        name: [(axis.middle(p), getattr(p, name)) for p in axis.views.drawn] for name in _LATENCIES
    }
    peak = peak_of(v for _, v in lines["max"])
    limits = latency_limits(result.thresholds)
    near = [(text, limit) for text, limit in limits if limit <= max(peak, 1e-9) * 1.6]
    y, y_ticks = scale_to(max([peak, *(limit for _, limit in near)]), ms)
    placed = {name: [(x, None if v is None else y(v)) for x, v in line] for name, line in lines.items()}
    layers = [Layer("area", "spread", svg.area_path(placed["p95"], [v for _, v in placed["p50"]]))]
    layers += [Layer("line", name, svg.line_path(placed[name])) for name in reversed(_LATENCIES)]
    far = [text for text, limit in limits if limit > max(peak, 1e-9) * 1.6]
    return Chart(
        "latency",
        "Latency",
        f"of the expected answers of {stretch(axis.views.drawn)} each, polls left out",
        f"Percentiles of how long expected answers took, over {clock(axis.end)}; the slowest took {ms(peak or None)}.",
        layers,
        [(name, name) for name in _LATENCIES],
        y_ticks,
        axis.ticks(),
        axis.bands(lambda p: " · ".join(f"{name} {ms(getattr(p, name))}" for name in _LATENCIES)),
        ("Time", "p50", "p90", "p95", "p99", "max"),
        [(clock(p.t - p.seconds), *(ms(getattr(p, name)) for name in _LATENCIES)) for p in axis.views.listed],
        limits=[Mark(y(limit), text, limit) for text, limit in near],
        moments=axis.moments,
        shades=axis.shades,
        dense=len(axis.views.drawn) > DENSE,
        end=axis.end,
        traces=[Trace(name, f"{name}_ms", "ms") for name in _LATENCIES],
        note=_far_limits(far) if peak else "No request was answered as expected.",
    )


def _far_limits(far: Sequence[str]) -> str:
    return f"Above this chart: {', '.join(far)}." if far else ""


SHADES = 6
"""Shades of a heat map; each next one stands for several times as many answers."""


def heatmap(result: RunResult, axis: Axis) -> Chart:
    """Where the answers of each stretch of time lie: two bands are two kinds of answers, a gap is a pause."""
    heat = result.heat
    rows = [(low, high, sum(column[j] for column in heat.counts)) for j, (low, high) in enumerate(pairwise(heat.edges))]
    total, most = sum(number for *_, number in rows), max((n for column in heat.counts for n in column), default=0)
    y = svg.Scale(0, max(len(heat.edges) - 1, 1), BASE, TOP)
    spans = [(axis.x(begin), axis.x(end)) for begin, end in zip(heat.begin, heat.end, strict=True)]
    cells: dict[tuple[int, float], list[tuple[float, float, float]]] = {}
    for (begin, _), width, column in zip(spans, _widths(spans), heat.counts, strict=True):
        for (first, last), shade in _runs_of([_shade(number, most) for number in column]):
            if shade >= 0:
                cells.setdefault((shade, width), []).append((begin + width / 2, y(last), y(first)))
    layers = [
        Layer("cells", f"heat{shade}", svg.uprights_path(few), width) for (shade, width), few in sorted(cells.items())
    ]
    decades = [(j, edge) for j, edge in enumerate(heat.edges) if abs(log10(edge) - round(log10(edge))) < 1e-9]
    spread = f"; they lie between {ms(heat.edges[0])} and {ms(heat.edges[-1])}" if rows else ""
    return Chart(
        "heatmap",
        "Where latencies lie",
        "expected answers by duration, on a logarithmic axis; a stronger shade is more",
        f"How many of {count(total)} expected answers took how long over {clock(axis.end)}{spread}.",
        layers,
        _shades_of(most),
        [Tick(y(j), ms(edge)) for j, edge in decades],
        axis.ticks(),
        [],
        ("Duration", "Answers", "Share"),
        [(f"{ms(low)} to {ms(high)}", count(n), percent(n / total)) for low, high, n in reversed(rows) if n],
        end=axis.end,
    )


def _widths(spans: Sequence[tuple[float, float]]) -> list[float]:
    """One for all columns but those that are much wider or narrower: few paths, and no gap where a second was late."""
    own = [end - begin for begin, end in spans]
    usual = median(own) if own else 0.0
    return [usual if abs(width - usual) < usual / 4 else round(width, 1) for width in own]


def _shade(number: int, most: int) -> int:
    """0 for a few to SHADES - 1 for the most, evenly by logarithms; -1 for none."""
    if not number:
        return -1
    return min(int(log10(number) / log10(most + 1) * SHADES + 1e-9), SHADES - 1)


def _shades_of(most: int) -> list[tuple[str, str]]:
    """The key: the least that each shade stands for; one that no whole number falls into is left out."""
    least = [ceil((most + 1) ** (shade / SHADES) - 1e-9) for shade in range(SHADES)]
    return [(f"{count(n)}+", f"heat{shade}") for shade, n in enumerate(least) if n <= most and _shade(n, most) == shade]


def _runs_of(shades: Sequence[int]) -> list[tuple[tuple[int, int], int]]:
    """Neighbours of one shade as one: ((first, behind the last), shade)."""
    runs, at = [], 0
    for shade, group in groupby(shades):
        length = len(list(group))
        runs.append(((at, at + length), shade))
        at += length
    return runs


def failures(result: RunResult, axis: Axis) -> Chart:
    """Failed requests per second, stacked by class, the commonest at the bottom."""
    classes = _classes(axis.views.drawn)
    names = [name for name, _ in classes.most_common(CLASSES)]
    shown = [*names, "other"] if len(classes) > len(names) else names
    stacks = [_stack(p, names, shown) for p in axis.views.drawn]
    high = peak_of(sum(stack) for stack in stacks)
    y, y_ticks = scale_to(high, rate_text)
    layers = []
    for i in range(len(shown)):
        bars = [
            (*_inset(axis.span(p)), y(sum(stack[: i + 1])), y(sum(stack[:i])))
            for p, stack in zip(axis.views.drawn, stacks, strict=True)
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
            for p in axis.views.listed
            if p.failed
        ],
        moments=axis.moments,
        shades=axis.shades,
        dense=len(axis.views.drawn) > DENSE,
        end=axis.end,
        traces=[Trace(f"fail{i}", "errors", "per_s", "bars", of) for i, of in enumerate(_parted(classes, names))],
        note="" if classes else "No request failed.",
    )


def _parted(classes: Mapping[str, int], names: Sequence[str]) -> list[Sequence[str]]:
    """The classes that each shown class stands for."""
    rest = sorted(classes.keys() - set(names))
    return [*((name,) for name in names), *([rest] if rest else [])]


def _inset(span: tuple[float, float]) -> tuple[float, float]:
    """A bar a little narrower than its time, so that seconds can be told apart where there is room."""
    gap = min((span[1] - span[0]) * 0.08, 1.0)
    return span[0] + gap, span[1] - gap


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
