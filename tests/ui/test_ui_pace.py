from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from support_ui import progress, scenario_info

from loadspec.results.model import Iterations, ScenarioInfo
from loadspec.results.progress import GeneratorNow, Progress, Recent
from loadspec.ui.health import generator_line
from loadspec.ui.pace import elapsed_of, pace
from loadspec.ui.text import Style

CROWD = replace(scenario_info("crowd", 10), duration=100.0, shape=[(0.0, 1), (100.0, 10)], stages=[])
"""1 to 10 users in 100 s."""
OPEN = replace(CROWD, name="open", shape=[], rates=[(0.0, 0.0), (100.0, 100.0)])
GENERATOR = GeneratorNow(23.4, 0.12, 0.08, 5.0, False, 0.0)


def at(elapsed: float = 50.0, **changes: Any) -> Progress:
    recent = Recent(elapsed - 10, elapsed, 80.0, 3.5, {"open": 44.0, "crowd": 3.0, "other": 1.0})
    fields: dict[str, Any] = {"recent": recent, "iterations": Iterations(30, 20, 3, 0), "users": 5}
    return progress(elapsed, **{**fields, **changes})


def row(**changes: Any) -> dict[str, Any]:
    return {"began": 0.0, "ended": None, "users": 4, "started": 9, "completed": 5, "interrupted": 0, **changes}


@pytest.mark.parametrize(
    ("state", "scenarios", "told"),
    [
        (at(), [CROWD], "5 of 6 planned VUs, 3.5 iters/s, 7 in flight"),
        (at(), [OPEN], "44.0 of 45.0 planned iters/s, 7 in flight"),
        (at(), [CROWD, OPEN], "5 of 6 planned VUs, 44.0 of 45.0 planned iters/s, 7 in flight"),
        (at(recent=None), [OPEN], "7 in flight"),
        (
            at(iterations=Iterations(30, 20, 3, 1234)),
            [OPEN],
            "44.0 of 45.0 planned iters/s, 7 in flight, 1 234 dropped",
        ),
        (
            at(scenarios={"crowd": row(), "open": row(users=9)}),
            [CROWD],
            "4 of 6 planned VUs, 3.5 iters/s, 7 in flight",
        ),
        (
            at(scenarios={"crowd": row(ended=40.0, users=0)}),
            [CROWD],
            "0 of 0 planned VUs, 3.5 iters/s, 7 in flight",
        ),
        (at(scenarios={"open": row(began=20.0)}), [OPEN], "44.0 of 25.0 planned iters/s, 7 in flight"),
    ],
    ids=["closed", "open", "both", "too early", "dropped", "users of its own", "ended", "begun later than planned"],
)
def test_what_is_planned_and_what_is_achieved(state: Progress, scenarios: list[ScenarioInfo], told: str) -> None:
    assert pace(state, scenarios) == told


def test_all_of_a_mix_start() -> None:
    mix = [replace(OPEN, name=name, weight=1.0) for name in ("open", "crowd")]
    assert pace(at(), mix).startswith("47.0 of 45.0 planned iters/s")


def test_behind_its_end_nothing_is_planned() -> None:
    assert pace(at(120.0), [CROWD, OPEN]).startswith("5 of 0 planned VUs, 44.0 of 0.0 planned")


def test_a_scenario_has_its_own_time() -> None:
    late = replace(CROWD, start=30.0)
    assert [elapsed_of(at(), one) for one in (CROWD, late)] == [50.0, 20.0]
    assert elapsed_of(at(scenarios={"crowd": row(began=None)}), late) == 0.0
    assert elapsed_of(at(scenarios={"crowd": row(began=45.0)}), late) == 5.0
    assert elapsed_of(at(scenarios={"crowd": row(began=45.0, ended=48.0)}), late) == 3.0


@pytest.mark.parametrize(
    ("now", "paint", "told"),
    [
        (GENERATOR, "", "CPU 23 %, hub lag 120µs, dispatch delay 80µs"),
        (
            replace(GENERATOR, late=True, lag_ms=40.0),
            "\x1b[33m",
            "CPU 23 %, hub lag 40ms, dispatch delay 80µs (limit 5ms)",
        ),
        (
            replace(GENERATOR, limited_seconds=7.04),
            "\x1b[31m",
            "at its limit for 7s, do not trust times: CPU 23 %, hub lag 120µs, dispatch delay 80µs",
        ),
    ],
    ids=["well", "late", "limited"],
)
def test_the_generator_turns_yellow_then_red(now: GeneratorNow, paint: str, told: str) -> None:
    assert generator_line(now, Style(False)) == told
    assert generator_line(now, Style(True)) == (f"{paint}{told}\x1b[0m" if paint else told)
