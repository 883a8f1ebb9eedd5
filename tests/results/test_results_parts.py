"""The parts of a load: stages of one scenario, or which scenarios are on."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loadspec.results.model import ScenarioInfo, StageInfo
from loadspec.results.parts import Part, part_at, parts_of
from loadspec.results.scenarios import begun


def staged(*levels: tuple[float, float], name: str = "a", **more: Any) -> ScenarioInfo:
    """A scenario that goes from corner to corner: (seconds, level)."""
    stages = [StageInfo(t, end, level, to) for (t, level), (end, to) in pairwise(levels)]
    duration = levels[-1][0] - levels[0][0]
    start = levels[0][0]
    return ScenarioInfo(name, "ramping-vus", "", 10, duration, duration + 30, [], stages=stages, start=start, **more)


RAMP = staged((0, 1), (10, 5), (30, 10), (30, 20), (60, 20), (70, 0))


def test_stages_are_numbered_as_the_spec_has_them() -> None:
    assert [(part.begin, part.end, part.where, part.steady) for part in parts_of([RAMP], 70)] == [
        (0, 10, "in stage 1 of 5 (ramp to 5 users)", False),
        (10, 30, "in stage 2 of 5 (ramp to 10 users)", False),
        (30, 60, "in stage 4 of 5 (hold 20 users)", True),
        (60, 70, "in stage 5 of 5 (ramp to 0 users)", False),
    ]


@pytest.mark.parametrize(("t", "number"), [(0.0, 1), (9.9, 1), (10.0, 2), (30.0, 4), (69.0, 5), (500.0, 5)], ids=str)
def test_a_moment_lies_in_a_part(t: float, number: int) -> None:
    part = part_at(parts_of([RAMP], 70), t)
    assert part is not None
    assert f"stage {number} of 5" in part.where


def test_rates_and_one_user() -> None:
    rate = staged((0, 0.0), (10, 2.5), rates=[(0.0, 0.0)])
    assert [part.label for part in parts_of([rate], 10)] == ["ramp to 2.5/s"]
    assert [part.label for part in parts_of([staged((0, 1), (10, 1))], 10)] == ["hold 1 user"]


def test_a_lone_stage_is_nothing_to_tell_apart() -> None:
    hold, rest = parts_of([staged((0, 3), (10, 3))], 14)
    assert (hold.label, hold.where) == ("hold 3 users", "")
    assert rest == Part(10, 14, "graceful stop", "in the graceful stop", steady=False)


def test_what_never_came_is_left_out() -> None:
    assert [part.end for part in parts_of([RAMP], 12)] == [10, 12]
    assert parts_of([RAMP], 0) == []
    assert parts_of([], 10) == []
    assert part_at([], 3) is None


def test_several_scenarios_are_told_apart_by_which_are_on() -> None:
    browse, buy = staged((0, 3), (20, 3), name="browse"), staged((10, 2), (30, 2), name="buy")
    late = staged((40, 1), (50, 1), name="late")
    assert [(part.begin, part.end, part.where) for part in parts_of([browse, buy, late], 50)] == [
        (0, 10, "during browse"),
        (10, 20, "during browse and buy"),
        (20, 30, "during buy"),
        (40, 50, "during late"),
    ]
    assert parts_of([browse, buy, staged((0, 3), (20, 3), name="c")], 15)[1].label == "browse + buy + c"


def test_a_mix_is_one_load() -> None:
    mixed = [replace(staged((0, 3), (20, 3), name=name), weight=1.0) for name in "ab"]
    assert [part.label for part in parts_of(mixed, 20)] == ["hold 3 users"]
    assert [part.label for part in parts_of([*mixed, staged((0, 3), (20, 3), name="c")], 20)] == ["mix + c"]


def test_stages_move_with_a_scenario_that_began_later() -> None:
    waiting = staged((10, 3), (20, 3))
    (stage,) = begun(waiting, 12.5).stages
    assert (stage.begin, stage.end) == (12.5, 22.5)
    assert begun(waiting, 10.0).stages == begun(waiting, None).stages == waiting.stages


def test_what_has_ended_is_planned_no_longer() -> None:
    """A scenario with a budget is through before its time: what comes then is not during it."""
    once = replace(staged((0, 1), (600, 1), name="once"), executor="per-vu-iterations", shape=[(0.0, 1), (600.0, 1)])
    over = begun(once, 0.0, 3.0)
    assert over.shape == [(0.0, 1), (3.0, 1)]
    assert [(part.begin, part.end, part.where) for part in parts_of([over, replace(RAMP, name="main")], 70)] == [
        (0, 3, "during once and main"),
        (3, 10, "during main, in stage 1 of 5 (ramp to 5 users)"),
        (10, 30, "during main, in stage 2 of 5 (ramp to 10 users)"),
        (30, 60, "during main, in stage 4 of 5 (hold 20 users)"),
        (60, 70, "during main, in stage 5 of 5 (ramp to 0 users)"),
    ]


def test_what_broke_off_stays_planned_as_it_was() -> None:
    """Else a scenario that died would have had all of its load."""
    planned = replace(RAMP, shape=[(0.0, 1), (10.0, 5), (30.0, 10)])
    assert (begun(planned, 0.0, 20.0).shape, begun(planned, 0.0, 20.0).stages) == (planned.shape, planned.stages)
    assert [part.where for part in parts_of([planned], 20)] == [
        "in stage 1 of 5 (ramp to 5 users)",
        "in stage 2 of 5 (ramp to 10 users)",
    ]


def test_the_last_snapshot_makes_no_part_of_its_own() -> None:
    over = begun(replace(staged((0, 2), (600, 2)), executor="shared-iterations"), 0.0, 0.3)
    assert [(part.begin, part.end) for part in parts_of([over], 0.3004)] == [(0.0, 0.3)]
    assert [part.label for part in parts_of([over], 2.0)] == ["hold 2 users", "graceful stop"]


CORNERS = st.lists(st.tuples(st.floats(0, 100), st.integers(0, 5)), min_size=1, max_size=6)


@given(st.lists(CORNERS, max_size=4), st.floats(0, 500))
def test_parts_lie_side_by_side_within_the_load(plans: list[list[tuple[float, int]]], end: float) -> None:
    scenarios = []
    for number, plan in enumerate(plans):
        at, corners = 0.0, [(0.0, 1.0)]
        for seconds, level in plan:
            at += seconds
            corners.append((at, float(level)))
        scenarios.append(staged(*corners, name=str(number)))
    parts = parts_of(scenarios, end)
    assert all(part.begin < part.end <= end for part in parts)
    assert all(one.end <= two.begin for one, two in pairwise(parts))
    if parts:
        assert parts[-1].end == end
