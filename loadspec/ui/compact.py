"""The compact summary: at most 40 lines, what failed first, the verdict last.

The page is a list of blocks. Each knows which rows it could do without; `fit` takes rows away, the longest block
first, until all of it fits.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from loadspec.metrics import Counter, Gauge, Rate, Trend, Value
from loadspec.metrics.values import new_value
from loadspec.results.model import CheckResult, ErrorClass, RunResult, ScenarioStats
from loadspec.ui.figures import PERCENTS, Format, format_of, out_of, per_second, percent, short_ms
from loadspec.ui.health import limited_lines
from loadspec.ui.limits import limit_table, limits_of
from loadspec.ui.text import Style, clean, narrowed, table, truncate
from loadspec.units import format_bytes, format_clock, format_count, format_duration

_LABEL = 10
_NAME = 32
_ENDPOINTS = 8
_FIGURE = 12
"""Columns before a figure of the load."""
_UNEXPECTED = "  (no expected answer)"


class Block(Struct):
    """A labelled part of the page: `head` and `tail` stay, of `rows` the first `shown`."""

    label: str
    rows: Sequence[str]
    head: str = ""
    tail: Sequence[str] = ()
    most: int = 8
    worth: int = 0
    """Rows more than another block that it may keep when room is short."""
    shown: int = 0

    def __post_init__(self) -> None:
        self.shown = min(len(self.rows), self.most)

    def lines(self) -> list[str]:
        """The block's lines without their label."""
        hidden = len(self.rows) - self.shown
        more = [f"and {hidden} more"] if hidden else []
        return [*([self.head] if self.head else []), *self.rows[: self.shown], *more, *self.tail]


def compact(result: RunResult, style: Style, width: int, room: int) -> list[str]:
    """The lines above the files and the verdict, at most `room` of them."""
    width -= _LABEL + 1
    blocks = [
        _header(result),
        Block("generator", limited_lines(result, style, width), most=6, worth=6),
        _checks(result.checks, style),
        Block("thresholds", limit_table(limits_of(result.thresholds), style, width), worth=4),
        _figures(result, width),
        _metrics(result, width),
        _scenarios(result, width),
        _endpoints(result, width),
        _errors(result.errors, style),
        Block("warnings", [style(clean(text), "warn") for text in result.warnings], most=2),
    ]
    title, *others = fit([block for block in blocks if block.lines()], room)
    lines = [style(title.label, "strong"), *(f"  {line}" for line in title.lines())]
    for block in others:
        lines += ["", *labelled(block.label, block.lines(), style)]
    return lines


def labelled(label: str, lines: Sequence[str], style: Style) -> list[str]:
    """`lines` with the label to the left of the first."""
    labels = [label, *[""] * (len(lines) - 1)]
    return [f"{style(name.ljust(_LABEL), 'dim')} {line}" for name, line in zip(labels, lines, strict=True)]


def fit(blocks: Sequence[Block], room: int) -> Sequence[Block]:
    """Shrink `blocks` until they take at most `room` lines with their labels and the empty lines between them."""
    while sum(len(block.lines()) + 1 for block in blocks) > room:
        longest = max(blocks, key=lambda block: (block.shown > 1, block.shown - block.worth))
        if longest.shown <= 1:
            break
        # The line that says "and N more" comes with the first row that goes.
        longest.shown -= 1 if longest.shown < len(longest.rows) else min(2, longest.shown - 1)
    return blocks


def _header(result: RunResult) -> Block:
    profile = f", profile {clean(result.profile)}" if result.profile else ""
    title = f"{clean(result.spec_name)}{profile}, {format_duration(round(result.duration, 1))}"
    rows = [f"{clean(result.spec_path)} → {clean(result.target)}"]
    names = [clean(scenario.name) for scenario in result.scenarios]
    shapes = table(
        [[f"{name}:", clean(s.description)] for name, s in zip(names, result.scenarios, strict=True)], gap=" "
    )
    return Block(title, rows + shapes, most=4, worth=2)


def _name(text: str) -> str:
    return truncate(clean(text), _NAME)


def _checks(checks: Sequence[CheckResult], style: Style) -> Block:
    failed = sorted((check for check in checks if check.fails), key=lambda check: -check.fails)
    rows = []
    for check in failed:
        total = check.passes + check.fails
        cells = [f"{style('✗', 'bad')} {_name(check.name)}", f"{check.passes * 100 // total}%"]
        rows.append([*cells, f"{format_count(check.fails)} of {format_count(total)} failed", _name(check.endpoint)])
    held = [check for check in checks if not check.fails]
    times = sum(check.passes for check in held)
    others = f"{len(held)} {'other' if failed else 'check'}{'s' if len(held) > 1 else ''}"
    tail = [f"{style('✓', 'good')} {others} passed, {format_count(times)} times"] if held else []
    return Block("checks", table(rows, right=(1, 2)), tail=tail, most=4)


def _figures(result: RunResult, width: int) -> Block:
    store, seconds = result.stores["load"], result.duration
    if not store.series:
        return Block("load", ["none"])
    requests = store.total("http_reqs")
    failed = store.where("http_req_failed")
    share = f", {percent(failed.passes, failed.total)} failed" if isinstance(failed, Rate) else ""
    received, sent = store.total("data_received"), store.total("data_sent")
    done = result.iterations
    dropped = f", {format_count(done.dropped)} dropped" if done.dropped else ""
    rows = [
        ["requests", f"{format_count(requests)}, {_rate(requests, seconds)}{share}"],
        *_latency(result, width - _FIGURE),
        *([["clock", str(result.timing)]] if result.timing.asked == "kernel" else []),
        [
            "iterations",
            f"{format_count(done.completed)} completed, {format_count(done.interrupted)} interrupted{dropped}, "
            f"{_rate(done.completed, seconds)}",
        ],
        ["data", _data(received, sent, seconds, width - _FIGURE)],
    ]
    return Block("load", [], tail=table(rows))


def _latency(result: RunResult, room: int) -> list[list[str]]:
    """Latency as thresholds judge it: expected answers to requests that are no polls; else whatever was answered."""
    store = result.stores["load"]
    trend = store.where("http_req_duration", expected_response="true", poll="false")
    if isinstance(trend, Trend) and trend.samples:
        return [["latency", _trend(trend, short_ms, room)]]
    answers = store.where("http_req_duration")
    if isinstance(answers, Trend) and answers.samples:
        return [["latency", f"{_trend(answers, short_ms, room - len(_UNEXPECTED))}{_UNEXPECTED}"]]
    return [["latency", "no answer"]]


def _trend(trend: Trend, form: Format, room: int) -> str:
    """Where there is no room for all, without the mean, then without others."""
    med, p90, p95, p99 = map(form, trend.percentiles(PERCENTS))
    figures = {"avg": form(trend.avg), "med": med, "p90": p90, "p95": p95, "p99": p99, "max": form(trend.max)}
    (cells,) = narrowed([[f"{name} {figure}" for name, figure in figures.items()]], room, spare=(0, 2, 5, 1))
    return "  ".join(cells)


def _rate(count: float, seconds: float) -> str:
    rate = per_second(count, seconds)
    return f"{format_count(round(rate, 2 if rate < 10 else 1 if rate < 100 else 0))}/s"


def _data(received: float, sent: float, seconds: float, room: int) -> str:
    """Where there is no room for the rates, without them."""
    text = f"{_bytes(received, seconds)} received, {_bytes(sent, seconds)} sent"
    return text if len(text) <= room else f"{format_bytes(received)} received, {format_bytes(sent)} sent"


def _bytes(count: float, seconds: float) -> str:
    return f"{format_bytes(count)} ({format_bytes(per_second(count, seconds))}/s)"


def _metrics(result: RunResult, width: int) -> Block:
    store = result.stores["load"]
    rows = []
    room = width - max((len(_name(name)) for name in result.custom_metrics), default=0) - 2
    for name in result.custom_metrics if store.series else ():
        info = result.metrics[name]
        form = short_ms if info.contains == "time" else format_of(info)
        value = store.where(name) or new_value(info.kind)
        rows.append([_name(name), _metric(value, form, result.duration, room)])
    rows.sort(key=lambda row: row[1].startswith(("no samples", "0  0/s")))  # where room is short, zeros go first
    return Block("metrics", table(rows))


def _metric(value: Value, form: Format, seconds: float, room: int) -> str:
    if not value.samples and not isinstance(value, Counter):
        return "no samples"
    if isinstance(value, Trend):
        return _trend(value, form, room)
    if isinstance(value, Rate):
        return f"{percent(value.passes, value.total)}  {out_of(value.passes, value.total)}"
    if isinstance(value, Gauge):
        return f"{form(value.last)}  min {form(value.min)}  max {form(value.max)}"
    return f"{form(value.value)}  {_rate(value.value, seconds)}"


def _endpoints(result: RunResult, width: int) -> Block:
    stats = list(result.endpoint_stats)
    if len(stats) < 2:
        return Block("", [])
    if len(stats) > _ENDPOINTS:
        stats.sort(key=lambda row: (-row.failed, -row.requests))
    lines = [["", "requests", "rate", "failed", "avg", "med", "p90", "p95", "p99", "max"]]
    for row in stats:
        times = ["-" if ms is None else short_ms(ms) for ms in (row.avg, row.med, row.p90, row.p95, row.p99, row.max)]
        share = percent(row.failed, row.requests)
        lines.append([_name(row.endpoint), format_count(row.requests), _rate(row.rate, 1), share, *times])
    head, *rows = table(narrowed(lines, width, spare=(4, 6, 2, 9, 5, 8)), right=range(1, 10))
    return Block("endpoints", rows, head=head, most=_ENDPOINTS)


def _scenarios(result: RunResult, width: int) -> Block:
    """A row a scenario where there are several; in a mix, what was dropped has drawn none."""
    rows = result.scenario_stats
    if len(result.scenarios) < 2 or not rows:
        return Block("", [])
    executors = {scenario.name: scenario.executor for scenario in result.scenarios}
    lost = [name for name in ("interrupted", "dropped") if any(getattr(row.iterations, name) for row in rows)]
    lines = [["", "executor", "time", "started", *lost, "requests", "failed", "p95"]]
    for row in rows:
        done = row.iterations
        counts = [done.started, *(getattr(done, name) for name in lost), row.requests]
        share = percent(row.failed, row.requests) if row.requests else "-"
        p95 = "-" if row.p95 is None else short_ms(row.p95)
        executor = executors.get(row.name, "")
        lines.append([_name(row.name), executor, _when(row), *map(format_count, counts), share, p95])
    lines = narrowed(lines, width, spare=(1, 2))
    head, *shown = table(lines, right=range(len(lines[0]) - 4 - len(lost), len(lines[0])))
    return Block("scenarios", shown, head=head, most=_ENDPOINTS)


def _when(row: ScenarioStats) -> str:
    if row.began is None:
        return "never"
    return f"{format_clock(row.began)}-{format_clock(row.ended) if row.ended is not None else ''}"


def _errors(errors: Sequence[ErrorClass], style: Style) -> Block:
    worst = sorted(errors, key=lambda error: -error.count)
    rows = []
    for error in worst:
        what = f"status {error.status}" if error.kind == "status" else _kind(error)
        phase = "" if error.phase == "load" else f"{error.phase} "
        count = style(f"{format_count(error.count)} ×", "bad")
        rows.append([count, f"{phase}{_name(error.endpoint)}", clean(what), _span(error), clean(error.message)])
    return Block("errors", table(rows, right=(0,)), most=3)


def _kind(error: ErrorClass) -> str:
    """`refused (1212)`: with the number that k6 has for it."""
    words = error.kind.replace("_", " ")
    return f"{words} ({error.code})" if error.code and not error.status else words


def _span(error: ErrorClass) -> str:
    first, last = format_clock(error.first), format_clock(error.last)
    return first if first == last else f"{first}-{last}"
