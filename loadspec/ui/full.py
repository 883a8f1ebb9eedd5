"""The full summary: everything that k6 1.1's own has, in its order and layout (`--summary-mode full`).

A leader of dots runs from each name to one column for all metrics of a block, three dots behind the longest name.
Trends are aligned with trends, and all other kinds with each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from msgspec import Struct

from loadspec.metrics import Rate, Store, Value
from loadspec.metrics.values import new_value
from loadspec.results.model import CheckResult, CheckSample, RunResult
from loadspec.ui.figures import cells, number, out_of, per_second, percent
from loadspec.ui.health import limited_lines
from loadspec.ui.limits import Limit, limits_of, selector_of
from loadspec.ui.text import Style, clean, pad, width_of
from loadspec.units import format_duration

_INDENT = "    "
_LINE = 96
"""Columns of a sentence; figures take what they need."""
_ALWAYS = ("http_reqs", "iterations")
_SAMPLE = 100
"""Characters of what a failed check found."""
_NETWORK = ("data_received", "data_sent")

Where = Mapping[str, str]


class Row(Struct, frozen=True):
    """A metric's line: its name (indented for a sub-metric) and the columns behind it."""

    name: str
    cells: Sequence[str]
    trend: bool = False


def full(result: RunResult, style: Style) -> list[str]:
    """The lines above the files and the verdict."""
    lines = [*_limited(result, style), *_threshold_lines(limits_of(result.thresholds), style)]
    lines += [*_title("TOTAL RESULTS", style), *_check_lines(result.checks, result.duration, style)]
    lines += _metric_lines(result, {}, style)
    if len(result.scenarios) > 1:
        for scenario in result.scenarios:
            where = {"scenario": scenario.name}
            lines += ["", *_title(f"SCENARIO: {clean(scenario.name)} ({scenario.executor})", style)]
            lines += _check_lines(_checks_in(result.stores["load"], where), result.duration, style)
            lines += _metric_lines(result, where, style)
    return [*lines, "", *_phase_lines(result, style), *_closing(result)]


def _limited(result: RunResult, style: Style) -> list[str]:
    lines = limited_lines(result, style, _LINE)
    return [*_title("GENERATOR", style), *(f"{_INDENT}{line}" for line in lines), "", ""] if lines else []


def _title(text: str, style: Style) -> list[str]:
    return [f"  {style('█', 'strong')} {style(text, 'strong')}", ""]


def _threshold_lines(limits: Sequence[Limit], style: Style) -> list[str]:
    if not limits:
        return []
    lines = _title("THRESHOLDS", style)
    by_series = sorted(limits, key=lambda limit: (limit.metric, limit.selector))
    last = ""
    for (metric, selector), group in groupby(by_series, key=lambda limit: (limit.metric, limit.selector)):
        if metric != last:
            lines.append(f"{_INDENT}{metric}")
        indent = _INDENT
        if selector:
            indent = _INDENT + "  "
            lines += ["", f"{indent}{{{selector}}}"] if metric == last else [f"{indent}{{{selector}}}"]
        last = metric
        lines += [f"{indent}{limit.mark(style)} '{limit.expression}' {limit.outcome(style)}" for limit in group]
        lines.append("")
    return [*lines, ""]


def _checks_in(store: Store, where: Where) -> list[CheckResult]:
    found = []
    for tags, value in store.items("checks"):
        if isinstance(value, Rate) and where.items() <= tags.items():
            fails = value.total - value.passes
            found.append(CheckResult(tags.get("check", ""), tags.get("endpoint", ""), value.passes, fails))
    return found


def _check_lines(checks: Sequence[CheckResult], seconds: float, style: Style) -> list[str]:
    if not checks:
        return []
    passes, fails = sum(check.passes for check in checks), sum(check.fails for check in checks)
    total = passes + fails
    rows = [
        Row("checks_total", [str(total), f"{number(per_second(total, seconds))}/s"]),
        Row("checks_succeeded", [percent(passes, total), out_of(passes, total)]),
        Row("checks_failed", [percent(fails, total), out_of(fails, total)]),
    ]
    lines = [*_aligned([("", rows)], style), ""]
    names = [check.name for check in checks]
    for check in checks:
        endpoint = f"  {clean(check.endpoint)}" if names.count(check.name) > 1 else ""
        lines += _check(check, style(endpoint, "dim"), style)
    return [*lines, ""]


def _check(check: CheckResult, endpoint: str, style: Style) -> list[str]:
    name = f"{clean(check.name)}{endpoint}"
    if not check.fails:
        return [f"{_INDENT}{style('✓', 'good')} {name}"]
    share = check.passes * 100 // (check.passes + check.fails)
    counts = f"{style(f'✓ {check.passes}', 'good')} / {style(f'✗ {check.fails}', 'bad')}"
    lines = [f"{_INDENT}{style('✗', 'bad')} {name}", f"{_INDENT}  ↳  {share}% — {counts}"]
    return lines + [f"{_INDENT}     {style(_sample(sample), 'dim')}" for sample in check.samples[:1]]


def _sample(sample: CheckSample) -> str:
    """The first failure in a line."""
    found = clean(sample.found) or f"status {sample.status}"
    return f"e.g. {found if len(found) <= _SAMPLE else found[: _SAMPLE - 1] + '…'}"


def _metric_lines(result: RunResult, where: Where, style: Style) -> list[str]:
    """The blocks CUSTOM, HTTP, EXECUTION and NETWORK of all series that have the tags of `where`."""
    present = {*result.stores["load"].metrics(), *_ALWAYS}
    builtin = sorted((present & result.metrics.keys()) - {*result.custom_metrics, "checks"})
    http = [name for name in builtin if name.startswith("http_")]
    names = {
        "CUSTOM": sorted(result.custom_metrics),
        "HTTP": http,
        "EXECUTION": [name for name in builtin if name not in http and name not in _NETWORK],
        "NETWORK": [name for name in builtin if name in _NETWORK],
    }
    blocks = [(title, [row for name in group for row in _rows(result, name, where)]) for title, group in names.items()]
    return _aligned([(title, rows) for title, rows in blocks if rows], style)


def _rows(result: RunResult, name: str, where: Where) -> list[Row]:
    """A metric's row and those of its sub-metrics: expected answers as k6 has them, then what thresholds select."""
    store, info = result.stores["load"], result.metrics[name]
    value = store.where(name, **where)
    if value is None and (where or name not in (*result.custom_metrics, *_ALWAYS)):
        return []
    rows = [Row(clean(name), cells(value or new_value(info.kind), info, result.duration), info.kind == "trend")]
    for label, part in _parts(result, name, where):
        rows.append(Row(f"  {{ {label} }}", cells(part, info, result.duration), info.kind == "trend"))
    return rows


def _parts(result: RunResult, name: str, where: Where) -> Iterable[tuple[str, Value]]:
    store = result.stores["load"]
    expected = store.where(name, **where, expected_response="true") if name == "http_req_duration" else None
    if expected is not None:
        yield "expected_response:true", expected
    groups = sorted({tags.get("group", "") for tags, _ in store.items(name)}) if name == "group_duration" else []
    for group in groups:
        value = store.where(name, **where, group=group)
        if value is not None:
            yield f"group:{clean(group.removeprefix('::'))}", value
    if where:
        return
    chosen = [entry.threshold for entry in result.thresholds if entry.threshold.metric == name]
    parts = {selector_of(one): store.select(one.terms[0].metric, one.terms[0].matches) for one in chosen}
    parts |= {clean(part.label): part.value(store) for part in result.submetrics if part.metric == name}
    for label, value in parts.items():
        if not label or label == "expected_response:true":
            continue
        if value is not None and "::" + label.removeprefix("group:").removeprefix("::") not in groups:
            yield label, value


def _aligned(blocks: Sequence[tuple[str, Sequence[Row]]], style: Style) -> list[str]:
    rows = [row for _, block in blocks for row in block]
    column = max((width_of(row.name) for row in rows), default=0) + 3
    trends, others = _widths(row.cells for row in rows if row.trend), _widths(r.cells for r in rows if not r.trend)
    lines = []
    for title, block in blocks:
        lines += [f"{_INDENT}{style(title, 'strong')}"] if title else []
        for row in block:
            leader = style("." * (column - width_of(row.name)) + ":", "dim")
            values = " ".join(map(pad, row.cells, trends if row.trend else others)).rstrip()
            lines.append(f"{_INDENT}{row.name}{leader} {style(values, 'head')}")
        lines += [""] if title else []
    return lines


def _widths(table: Iterable[Sequence[str]]) -> list[int]:
    widths: list[int] = []
    for row in table:
        widths += [0] * (len(row) - len(widths))
        widths[: len(row)] = [max(old, width_of(cell)) for old, cell in zip(widths, row, strict=False)]
    return widths


def _phase_lines(result: RunResult, style: Style) -> list[str]:
    """Requests of setup and teardown, which no total above counts."""
    rows = []
    for phase in ("setup", "teardown"):
        books = [row for row in result.requests if row.phase == phase]
        if books:
            answers = [
                f"{clean(row.endpoint)} {clean(status)}: {n}" for row in books for status, n in row.statuses.items()
            ]
            rows.append(Row(f"{phase}_http_reqs", [str(sum(row.sent for row in books)), f"({', '.join(answers)})"]))
    return _aligned([("SETUP AND TEARDOWN (not in the totals)", rows)], style) if rows else []


def _closing(result: RunResult) -> list[str]:
    done = result.iterations
    took = format_duration(round(result.duration, 1))
    clock = [f"clock of answers: {result.timing}"] if result.timing.asked == "kernel" else []
    return [f"ran {took}, {done.completed} complete and {done.interrupted} interrupted iterations", *clock]
