"""What stands in the verdict's place while a run goes on: where it is in its plan, and how the thresholds stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from loadspec.report.planned import most_users
from loadspec.report.text import clock, per_second, utc
from loadspec.results.model import PhaseName, RunResult, ScenarioInfo, ScenarioStats
from loadspec.results.scenarios import COUNTED
from loadspec.thresholds import ThresholdResult, worst_first
from loadspec.units import format_count


class Now(Struct, frozen=True):
    """What a run is at, and what of it is of this moment: a point of a long result is of many seconds."""

    phase: PhaseName = "load"
    stopping: bool = False
    users: int = 0
    requests: float = 0.0
    """A second, of the last ones."""


def figures(result: RunResult, now: Now) -> Mapping[str, Any]:
    """Names for `now.j2`, of a result that is not the last one."""
    total = plan_end(result)
    statuses = Counter(threshold.status for threshold in result.thresholds)
    began = now.phase != "setup"
    facts = [
        ("Load so far", f"{clock(result.duration)} of {clock(total)}"),
        ("Left", _left(result, total, now.stopping) if now.phase == "load" else "–"),
        ("Users", f"{format_count(now.users)} of {format_count(most_users(result.scenarios))}"),
        ("Requests", f"{per_second(now.requests)}/s now"),
        ("Target", result.target),
        ("Started", utc(result.started_at)),
    ]
    return {
        "name": result.spec_name,
        "word": "STOPPING" if now.stopping else "RUNNING" if now.phase == "load" else now.phase.upper(),
        "tone": "bad" if statuses["fail"] else "warn" if now.stopping or result.limited else "good",
        "sentence": standing(result.thresholds),
        "limited": result.limited,
        "warnings": result.warnings,
        "facts": facts,
        "share": min(1.0, result.duration / total) if total and began else 0.0,
        "scenarios": [_bar(result, scenario) for scenario in result.scenarios],
    }


def plan_end(result: RunResult) -> float:
    """When the load ends as planned, in seconds after its begin, without graceful stop; what has ended, when it did."""
    rows = {row.name: row for row in result.scenario_stats}
    return max((_end(scenario, rows.get(scenario.name)) for scenario in result.scenarios), default=0.0)


def _end(scenario: ScenarioInfo, row: ScenarioStats | None) -> float:
    if row is not None and row.ended is not None:
        return row.ended
    return (scenario.start if row is None or row.began is None else row.began) + scenario.duration


def standing(thresholds: Sequence[ThresholdResult]) -> str:
    """`3 of 5 thresholds hold, 1 fails: http_req_duration: p(95) < 2s; 1 waits for samples`."""
    if not thresholds:
        return "no threshold is set"
    by: dict[str, list[str]] = {}
    for result in worst_first(thresholds):
        by.setdefault(result.status, []).append(result.threshold.title)
    held = len(by.get("pass", ()))
    parts = ["the threshold holds" if held == len(thresholds) == 1 else f"{held} of {len(thresholds)} thresholds hold"]
    for status, one, several in _WORDS:
        if titles := by.get(status):
            named = f": {titles[0]}" if status == "fail" else ""
            parts.append(f"{len(titles)} {one if len(titles) == 1 else several}{named}")
    return "; ".join(parts)


_WORDS = (
    ("fail", "fails", "fail"),
    ("warn", "warns", "warn"),
    ("pending", "waits for samples", "wait for samples"),
    ("inconclusive", "is inconclusive", "are inconclusive"),
)


def _left(result: RunResult, total: float, stopping: bool) -> str:
    left = total - result.duration
    if left <= 0 or stopping:
        return "what is in flight"
    over = {row.name for row in result.scenario_stats if row.ended is not None}
    counted = any(s.executor in COUNTED and s.name not in over for s in result.scenarios)
    return f"{'at most ' if counted else ''}{clock(left)}"


def _bar(result: RunResult, scenario: ScenarioInfo) -> Mapping[str, Any]:
    """One scenario and how much of its own time is over, 0..1."""
    stats = next((row for row in result.scenario_stats if row.name == scenario.name), None)
    share = 0.0
    if stats is not None and stats.ended is not None:
        share = 1.0
    elif stats is not None and stats.began is not None and scenario.duration:
        share = max(0.0, min(1.0, (result.duration - stats.began) / scenario.duration))
    return {"info": scenario, "share": share}
