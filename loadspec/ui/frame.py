"""What progress looks like: pure functions from a `Progress` to lines, for a terminal's region and for plain logs."""

from __future__ import annotations

from collections.abc import Sequence

from loadspec.results.model import ScenarioInfo, loads_of
from loadspec.results.parts import Part, part_at, parts_of
from loadspec.results.progress import Progress, Recent
from loadspec.ui.figures import percent, short_ms
from loadspec.ui.health import generator_line
from loadspec.ui.limits import limit_table, limits_of
from loadspec.ui.pace import elapsed_of, is_done, pace
from loadspec.ui.text import Style, bar, clean, pad, sparkline, truncate, width_of
from loadspec.units import format_clock, format_count, format_duration

_LABEL = 10
_NAME = 24
_BAR = (12, 40)
_SCENARIOS = 6
_LIMITS = 3
"""Thresholds that are shown however low the terminal."""
_CLASSES = 3
_SPARK = 40


def opening(title: str, scenarios: Sequence[ScenarioInfo], info: Sequence[str], style: Style) -> list[str]:
    """What is about to run, in k6's words; `info` are further lines."""
    users = sum(scenario.max_users for scenario in loads_of(scenarios))
    longest = max((scenario.start + scenario.max_duration for scenario in scenarios), default=0.0)
    count = f"{len(scenarios)} scenario{'' if len(scenarios) == 1 else 's'}"
    head = f"{count}, {users} max VUs, {format_duration(longest)} max duration (incl. graceful stop)"
    lines = [f"{style(clean(title), 'strong')}: {head}"]
    lines += [f"  * {clean(scenario.name)}: {clean(scenario.description)}" for scenario in scenarios]
    return [*lines, *(f"  {clean(line)}" for line in info)]


def frame(
    progress: Progress,
    p95: Sequence[float | None],
    scenarios: Sequence[ScenarioInfo],
    title: str,
    style: Style,
    width: int,
    rows: int = 24,
) -> list[str]:
    """The region while the run goes on, in so many `rows`; `p95` has the latencies of the seconds so far, ms."""
    lines = bars(progress, scenarios, title, style, width)
    if progress.phase == "load":
        lines += _figures(progress, p95, scenarios, style, width)
        lines += _limits(progress, style, width, max(_LIMITS, rows - len(lines)))
    return [truncate(line, width) for line in lines]


def bars(progress: Progress, scenarios: Sequence[ScenarioInfo], title: str, style: Style, width: int) -> list[str]:
    """The line that says where the run is, and a bar for each scenario; also what is left when it has ended."""
    done = progress.iterations
    state = "stopping" if progress.stopping else "running" if progress.phase == "load" else progress.phase
    lines = [
        f"{style(state, 'strong')} ({_time(progress.elapsed)}), {_users(progress)}, "
        f"{done.completed} complete and {done.interrupted} interrupted iterations"
    ]
    if progress.phase == "load":
        lines += _bars(progress, scenarios, title, style, width)
    return lines


def _bars(progress: Progress, scenarios: Sequence[ScenarioInfo], title: str, style: Style, width: int) -> list[str]:
    alone = len(scenarios) == 1
    names = [truncate(clean(title if alone and s.name == "default" else s.name), _NAME) for s in scenarios]
    column = max(map(width_of, names), default=0)
    lines = []
    for name, scenario in list(zip(names, scenarios, strict=True))[:_SCENARIOS]:
        elapsed = min(elapsed_of(progress, scenario), scenario.duration)
        whole = elapsed if is_done(progress, scenario) else scenario.duration
        share = min(1.0, elapsed / whole) if whole > 0 else 1.0
        now, end = _time(elapsed), _time(whole)
        rest = f"{_stage(progress, scenario)}  {now}/{end}" if alone else f"{share:4.0%}  {now}/{end}"
        room = max(_BAR[0], min(_BAR[1], width - column - len(rest) - 4))
        lines.append(f"{pad(name, column)} {style(bar(share, room), 'head')} {rest}")
    hidden = len(scenarios) - len(lines)
    return [*lines, f"and {hidden} more"] if hidden else lines


def stage_at(progress: Progress, scenario: ScenarioInfo) -> Part | None:
    """The stage that a plan is in; None behind its end, and where it has none."""
    end = scenario.start + scenario.duration
    return part_at(parts_of([scenario], end), progress.elapsed) if progress.elapsed < end else None


def _stage(progress: Progress, scenario: ScenarioInfo) -> str:
    """`hold 10 users`; where there is no stage k6's `07/10 VUs`."""
    stage = stage_at(progress, scenario)
    return truncate(clean(stage.label), _NAME) if stage is not None else _users(progress)


def _figures(
    progress: Progress, p95: Sequence[float | None], scenarios: Sequence[ScenarioInfo], style: Style, width: int
) -> list[str]:
    text = _latency(progress.recent)
    room = min(_SPARK, width - _LABEL - width_of(text) - 7)
    failures = _failures(progress)
    rows = [
        ("load", pace(progress, scenarios)),
        ("requests", f"{_rate(progress.recent)}, {format_count(progress.requests)} in all"),
        ("last 10s", f"{text}  {style(sparkline(p95, room), 'head')} p95" if room > 0 and p95 else text),
        ("failed", style(failures, "bad") if progress.errors else failures),
    ]
    if progress.generator is not None:
        rows.append(("generator", generator_line(progress.generator, style)))
    return [f"{style(label.ljust(_LABEL), 'dim')} {text}" for label, text in rows]


def _limits(progress: Progress, style: Style, width: int, rows: int) -> list[str]:
    limits = limits_of(progress.thresholds)
    lines = limit_table(limits if len(limits) <= rows else limits[: rows - 1], style, width)
    hidden = len(limits) - len(lines)
    return [*lines, f"and {hidden} more"] if hidden else lines


def plain_line(progress: Progress, scenarios: Sequence[ScenarioInfo]) -> str:
    """All of it on one line, for a log."""
    done = progress.iterations
    clock = format_clock(progress.elapsed)
    head = clock if progress.phase == "load" else f"{progress.phase} {clock}"
    parts = [
        pace(progress, scenarios) if progress.phase == "load" else _users(progress),
        f"{format_count(done.completed)} iterations"
        + (f" ({done.interrupted} interrupted)" if done.interrupted else ""),
        f"{format_count(progress.requests)} requests, {_rate(progress.recent)}",
        _latency(progress.recent).replace("  ", " "),
        f"failed {_failures(progress)}",
        *_standing(progress),
        *_untrusted(progress),
        *(["stopping"] if progress.stopping else []),
    ]
    return f"{head}  {', '.join(parts)}"


def _standing(progress: Progress) -> list[str]:
    """How many thresholds fail now, and the worst of them."""
    limits = limits_of(progress.thresholds)
    failing = [limit for limit in limits if limit.status == "fail"]
    if not failing:
        return ["thresholds hold"] if any(limit.status == "pass" for limit in limits) else []
    first = failing[0]
    return [f"{len(failing)} of {len(limits)} thresholds failing: {first.name()} is {first.actual}"]


def _untrusted(progress: Progress) -> list[str]:
    now = progress.generator
    return [f"generator {generator_line(now, Style(False))}"] if now is not None and now.limited_seconds else []


def _users(progress: Progress) -> str:
    """k6's `07/10 VUs`."""
    digits = len(str(progress.max_users))
    return f"{progress.users:0{digits}}/{progress.max_users} VUs"


def _rate(recent: Recent | None) -> str:
    return f"{recent.requests if recent else 0:.1f}/s"


def _latency(recent: Recent | None) -> str:
    figures = {"p50": recent.p50, "p95": recent.p95, "p99": recent.p99} if recent else {}
    known = [f"{name} {short_ms(value)}" for name, value in figures.items() if value is not None]
    return "  ".join(known) or "no expected answer"


def _failures(progress: Progress) -> str:
    """`24 (1.20%): status 503 23, timeout 1`."""
    classes = sorted(progress.errors.items(), key=lambda item: -item[1])
    total = sum(count for _, count in classes)
    if not total:
        return "none"
    shown = [f"{clean(name)} {format_count(count)}" for name, count in classes[:_CLASSES]]
    more = ["..."] if len(classes) > _CLASSES else []
    share = f" ({percent(total, progress.requests)})" if total <= progress.requests else ""
    return f"{format_count(total)}{share}: {', '.join(shown + more)}"


def _time(seconds: float) -> str:
    """k6's `1m05s`, `1h00m05s`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m{rest:02}s" if hours else f"{minutes}m{rest:02}s"
