"""The trust strip: what was planned and came, how late the generator was, how many samples there are."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from support_results import make_health, make_result, with_points

from loadspec.load import MIX
from loadspec.metrics import Store, tags_of
from loadspec.report.sections.trust import Sign, figures
from loadspec.results.health import limited_sentence
from loadspec.results.model import Iterations, Loss, RunResult, ScenarioInfo, ScenarioStats, StageInfo


def signs(result: RunResult) -> dict[str, Sign]:
    return {sign.label: sign for sign in figures(result)["signs"]}


OPEN = ScenarioInfo(
    "a",
    "constant-arrival-rate",
    "",
    9,
    10.0,
    40.0,
    [],
    rates=[(0.0, 10.0), (10.0, 10.0)],
    stages=[StageInfo(0.0, 10.0, 10.0, 10.0)],
)
"""10/s for 10 s."""


def opened(started: int, dropped: int, scenario: ScenarioInfo = OPEN) -> RunResult:
    its = Iterations(started, started, 0, dropped)
    stats = [ScenarioStats("a", iterations=its)]
    return make_result(10, scenarios=[scenario], iterations=its, duration=10.0, scenario_stats=stats)


def test_a_closed_load_has_its_users() -> None:
    sign = signs(make_result())["Users, of those planned"]
    assert (sign.value, sign.tone) == ("10 of 10", "good")
    few = make_result()
    few = with_points(few, [replace(point, users=min(point.users, 7)) for point in few.points])
    sign = signs(few)["Users, of those planned"]
    assert (sign.value, sign.tone) == ("7 of 10", "warn")


@pytest.mark.parametrize(("dropped", "value", "tone"), [(0, "100%", "good"), (1, "99%", "good"), (20, "80%", "warn")])
def test_an_open_load_has_its_starts(dropped: int, value: str, tone: str) -> None:
    sign = signs(opened(100 - dropped, dropped))["Load, of what was planned"]
    assert (sign.value, sign.tone) == (value, tone)
    assert f"{100 - dropped} of 100 planned iterations began" in sign.note
    assert "of 10/s" in sign.note


def load_of(result: RunResult) -> Sign:
    return signs(result)["Load, of what was planned"]


def test_iterations_of_closed_loads_are_none_of_the_open_ones() -> None:
    closed = ScenarioInfo("b", "constant-vus", "", 5, 10.0, 40.0, [(0.0, 5), (10.0, 5)])
    stats = ScenarioStats("b", iterations=Iterations(100_000, 100_000))
    alone = opened(50, 50)
    both = replace(
        alone,
        scenarios=[OPEN, closed],
        scenario_stats=[*alone.scenario_stats, stats],
        iterations=Iterations(100_050, 100_050, 0, 50),
    )
    assert load_of(both) == load_of(alone)
    assert (load_of(both).value, load_of(both).tone) == ("50%", "warn")


def test_what_was_due_and_never_made_counts() -> None:
    sign = load_of(opened(80, 0))
    assert (sign.value, sign.tone) == ("80%", "warn")
    assert "80 of 100 planned iterations began, 8 of 10/s" in sign.note


@pytest.mark.parametrize("changes", [{"by_chance": True}, {"stages": ()}], ids=["chance", "trace"])
def test_a_rate_that_is_a_mean_says_not_how_many_were_due(changes: dict[str, Any]) -> None:
    assert load_of(opened(80, 0, replace(OPEN, **changes))).tone == "good"


def test_an_open_mix_has_the_starts_of_its_members_and_what_was_dropped_before_one_was_drawn() -> None:
    members = [replace(OPEN, name=name, weight=1.0) for name in ("a", "b")]
    stats = [ScenarioStats(name, iterations=Iterations(45, 45)) for name in ("a", "b")]
    stats.append(ScenarioStats(MIX, iterations=Iterations(dropped=10)))
    sign = load_of(replace(opened(0, 0), scenarios=members, scenario_stats=stats))
    assert "90 of 100 planned iterations began" in sign.note


def late(ms: float) -> RunResult:
    result = make_result()
    delays = Store()
    for _ in range(100):
        delays.trend("dispatch_delay", tags_of(scenario="default")).add(ms)
    delays.merge(result.stores["load"])
    return replace(result, stores={**result.stores, "load": delays})


@pytest.mark.parametrize(("ms", "limited", "tone"), [(1.0, "", "good"), (50.0, "", "warn"), (50.0, "late", "bad")])
def test_starts_that_were_late(ms: float, limited: str, tone: str) -> None:
    sign = signs(replace(late(ms), limited=limited))["Starts were late by, p99"]
    assert (sign.value, sign.tone) == (f"{ms:g}ms", tone)
    assert "of 100 starts" in sign.note
    assert "Starts were late by, p99" not in signs(make_result())


def test_a_lag_beyond_its_limit_is_not_good() -> None:
    sign = signs(make_result(health=[make_health(lag_p99_ms=4.0)]))["The generator's lag"]
    assert sign.tone == "good"
    assert ", limit " in sign.note
    sign = signs(make_result(health=[make_health(late=1)]))["The generator's lag"]
    assert (sign.value, sign.tone) == ("42ms", "warn")


def test_a_generator_at_its_limit_is_not_good() -> None:
    health = [make_health(worker=1), make_health(late=7, worker=2)]
    spoiled = make_result(health=health, limited=limited_sentence(health, 20.0))
    sign = signs(spoiled)["The generator's lag"]
    assert (sign.value, sign.tone) == ("42ms", "bad")
    assert "99% of a core" in sign.note
    assert "for 7 s" in sign.note
    assert signs(make_result())["The generator's lag"].tone == "good"
    assert "The generator's lag" not in signs(make_result(health=[]))


@pytest.mark.parametrize(
    ("seconds", "words", "tone"), [(70, "enough for a", "good"), (3, "too few for a p90", "warn")], ids=["many", "few"]
)
def test_samples_back_a_percentile_or_do_not(seconds: int, words: str, tone: str) -> None:
    sign = signs(make_result(seconds))["Samples"]
    assert words in sign.note
    assert sign.tone == tone


def test_no_sample_at_all_is_no_trust() -> None:
    nothing: dict[str, Any] = {"stores": {"setup": Store(), "load": Store(), "teardown": Store()}, "points": []}
    assert signs(make_result(1, **nothing))["Samples"].tone == "bad"


def test_lost_workers_are_told() -> None:
    sign = signs(make_result(losses=[Loss(1, 2, 35.0, "ended with code -9")]))["Load that was lost"]
    assert (sign.value, sign.tone) == ("25%", "bad")
