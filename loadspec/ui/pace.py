"""What the load is to be, and what it is: users and starts, planned and achieved."""

from __future__ import annotations

from collections.abc import Sequence

from loadspec.results.model import ScenarioInfo, loads_of
from loadspec.results.now import level_at
from loadspec.results.progress import Progress, Recent
from loadspec.units import format_count

_STEPS = 10
"""Moments of the last seconds at which the planned rate is looked at."""


def pace(progress: Progress, scenarios: Sequence[ScenarioInfo]) -> str:
    """`7 of 8 planned VUs, 49.8 of 50.0 planned iters/s, 12 in flight, 3 dropped`; rates of the last seconds."""
    done, recent = progress.iterations, progress.recent
    crowds = [scenario for scenario in loads_of(scenarios) if not scenario.rates]
    starters = [scenario for scenario in loads_of(scenarios) if scenario.rates]
    parts = []
    if crowds:
        planned = sum(_planned_users(progress, scenario) for scenario in crowds)
        parts.append(f"{_users(progress, crowds)} of {planned:.0f} planned VUs")
    if starters and recent is not None:
        parts.append(_starts(progress, recent, starters, scenarios))
    elif recent is not None:
        parts.append(f"{recent.completed:.1f} iters/s")
    parts.append(f"{format_count(done.started - done.completed - done.interrupted)} in flight")
    if done.dropped:
        parts.append(f"{format_count(done.dropped)} dropped")
    return ", ".join(parts)


def elapsed_of(progress: Progress, scenario: ScenarioInfo) -> float:
    """Seconds of a scenario's own time so far: until it ended, none before it began."""
    row = progress.scenarios.get(scenario.name)
    if row is None:
        return max(0.0, progress.elapsed - scenario.start)
    until = progress.elapsed if row["ended"] is None else row["ended"]
    return 0.0 if row["began"] is None else max(0.0, until - row["began"])


def is_done(progress: Progress, scenario: ScenarioInfo) -> bool:
    """Whether it has ended by itself, be it before its time: one with a budget may be through early."""
    row = progress.scenarios.get(scenario.name)
    return row is not None and row["ended"] is not None and not progress.stopping


def _users(progress: Progress, scenarios: Sequence[ScenarioInfo]) -> int:
    rows = [progress.scenarios[one.name] for one in scenarios if one.name in progress.scenarios]
    return sum(row["users"] for row in rows) if rows else progress.users


def _planned_users(progress: Progress, scenario: ScenarioInfo) -> float:
    row = progress.scenarios.get(scenario.name)
    if row is not None and row["ended"] is not None:
        return 0.0
    return level_at(scenario.shape, progress.elapsed + _shift(progress, scenario))


def _starts(
    progress: Progress, recent: Recent, starters: Sequence[ScenarioInfo], scenarios: Sequence[ScenarioInfo]
) -> str:
    """Of a mix all members start."""
    mixed = any(scenario.in_mix for scenario in starters)
    names = {scenario.name for scenario in scenarios if scenario in starters or (mixed and scenario.in_mix)}
    achieved = sum(rate for name, rate in recent.started.items() if name in names)
    planned = sum(_planned_rate(recent, scenario, _shift(progress, scenario)) for scenario in starters)
    return f"{achieved:.1f} of {planned:.1f} planned iters/s"


def _planned_rate(recent: Recent, scenario: ScenarioInfo, shift: float) -> float:
    step = (recent.end - recent.begin) / _STEPS
    moments = (recent.begin + step * (i + 0.5) + shift for i in range(_STEPS))
    return sum(level_at(scenario.rates, moment) for moment in moments) / _STEPS


def _shift(progress: Progress, scenario: ScenarioInfo) -> float:
    """From the load's time to the plan's: a scenario that waits for another may begin before its latest start."""
    row = progress.scenarios.get(scenario.name)
    return scenario.start - row["began"] if row is not None and row["began"] is not None else 0.0
