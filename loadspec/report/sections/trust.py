"""Can the figures be trusted? What was planned and what came of it, how late the generator was, how many samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from loadspec.load import MIX
from loadspec.metrics import Trend
from loadspec.report.planned import area, highest, planned_rates, planned_users
from loadspec.report.series import per_second
from loadspec.report.spectrum import judged
from loadspec.report.text import NONE, count, ms, percent
from loadspec.report.text import per_second as rate_text
from loadspec.results.health import limit_ms
from loadspec.results.losses import missing
from loadspec.results.model import RunResult, loads_of
from loadspec.results.stretch import ENOUGH

SAMPLES: Mapping[float, str] = {10_000: "p99.9", 1_000: "p99", 200: "p95", 100: "p90"}
"""So many samples, or more, back a percentile: ten lie beyond it."""


class Sign(NamedTuple):
    """One thing that trust rests on; `tone` is good, warn or bad."""

    label: str
    value: str
    note: str
    tone: str


def figures(result: RunResult) -> Mapping[str, Any]:
    """The signs; `limited` says what spoils the figures, empty where nothing does."""
    return {"signs": list(_signs(result)), "limited": result.limited}


def _signs(result: RunResult) -> Iterator[Sign]:
    yield _load(result)
    yield from _late(result)
    if result.health:
        yield _generator(result)
    if result.losses:
        share = missing(result.losses, result.duration)
        yield Sign("Load that was lost", percent(share), f"with {len(result.losses)} of its workers", "bad")
    yield _samples(result)


def _load(result: RunResult) -> Sign:
    """Of open loads the starts, of closed ones the users."""
    started, planned = _starts(result)
    if planned:
        share = started / planned
        began = f"{count(started)} of {count(planned)} planned iterations began"
        made, due = (rate_text(per_second(number, result.duration)) for number in (started, planned))
        return Sign(
            "Load, of what was planned",
            percent(share),
            f"{began}, {made} of {due}/s",
            "good" if share >= ENOUGH else "warn",
        )
    its, most = result.iterations, max((point.users for point in result.points), default=0)
    wanted = highest(planned_users(result.scenarios, result.duration))
    note = f"{count(its.started)} iterations began, {count(its.completed)} were completed"
    return Sign(
        "Users, of those planned", f"{count(most)} of {count(wanted)}", note, "good" if most >= wanted else "warn"
    )


def _starts(result: RunResult) -> tuple[int, int]:
    """(made, planned) of the open scenarios; what was due and neither made nor dropped is planned all the same."""
    made = planned = 0
    for load in loads_of(result.scenarios):
        if load.rates:
            names = {s.name for s in result.scenarios if s.in_mix} | {MIX} if load.in_mix else {load.name}
            own = [row.iterations for row in result.scenario_stats if row.name in names]
            started, met = sum(its.started for its in own), sum(its.started + its.dropped for its in own)
            sure = not load.by_chance and load.stages  # of chance, and of a trace, the rate is a mean only
            due = int(area(planned_rates([load], result.duration)) + _ROUNDING) if sure else 0
            made, planned = made + started, planned + max(met, due)
    return made, planned


_ROUNDING = 1e-6


def _late(result: RunResult) -> Iterator[Sign]:
    delay = result.stores["load"].select("dispatch_delay")
    if isinstance(delay, Trend) and delay.count:
        limit, late = limit_ms(judged(result.stores["load"]).percentile(50)), delay.percentile(99)
        tone = "good" if late <= limit else "bad" if result.limited else "warn"
        yield Sign("Starts were late by, p99", ms(late), f"limit {ms(limit)}, of {count(delay.count)} starts", tone)


def _generator(result: RunResult) -> Sign:
    worst = {
        name: max((w.worst.get(name, 0.0) for w in result.health), default=0.0)
        for name in ("cpu_percent", "lag_p99_ms")
    }
    seconds = sum(worker.limited_seconds for worker in result.health)
    limit, lag = limit_ms(judged(result.stores["load"]).percentile(50)), worst["lag_p99_ms"]
    note = f"p99 of its worst second, limit {ms(limit)}; CPU at most {percent(worst['cpu_percent'] / 100, 0)} of a core"
    note += f"; at its limit for {seconds:.0f} s" if seconds else ""
    return Sign("The generator's lag", ms(lag), note, "bad" if result.limited else "good" if lag <= limit else "warn")


def _samples(result: RunResult) -> Sign:
    number = judged(result.stores["load"]).count
    backed = next((name for least, name in SAMPLES.items() if number >= least), None)
    note = f"expected answers, enough for a {backed}" if backed else "expected answers, too few for a p90"
    return Sign(
        "Samples", count(number) if number else NONE, note, "good" if number >= 200 else "warn" if number else "bad"
    )
