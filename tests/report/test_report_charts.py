from __future__ import annotations

import pytest
from msgspec.structs import replace
from support_results import make_result

from loadspec.report.axis import axis_of
from loadspec.report.charts import failures, latency, throughput
from loadspec.report.planned import area, highest, most_users, planned_rates, planned_users
from loadspec.report.series import LISTED, merge_points
from loadspec.results.model import Point, ScenarioInfo


def point(t: float, **changes: object) -> Point:
    return replace(Point(t, 1.0, 3, 10, 2, 4, 1.0, 2.0, 3.0, 4.0, 5.0, {"timeout": 2}), **changes)


def test_merged_points_add_counts_and_keep_peaks() -> None:
    merged = merge_points(
        [point(1), point(2, users=9, p95=30.0, errors={"reset": 1}), point(2.5, seconds=0.5, p95=None)]
    )
    assert (merged.t, merged.seconds, merged.users) == (2.5, 2.5, 9)
    assert (merged.requests, merged.failed, merged.iterations) == (30, 6, 12)
    assert (merged.p95, merged.max) == (30.0, 5.0)
    assert merged.errors == {"timeout": 4, "reset": 1}


def test_merging_gaps_leaves_a_gap() -> None:
    gap = point(1, p50=None, p90=None, p95=None, p99=None, max=None)
    assert merge_points([gap, gap]).p50 is None


def test_planned_users_of_two_scenarios_add_up_until_each_ends() -> None:
    ramp = ScenarioInfo("a", "ramping-vus", "", 10, 20, 50, [(0.0, 0), (20.0, 10)])
    flat = ScenarioInfo("b", "constant-vus", "", 4, 10, 40, [(0.0, 4), (10.0, 4)])
    assert planned_users([ramp, flat], 20.0) == [(0.0, 4), (10.0, 9), (10.0, 5), (20.0, 10)]
    assert planned_users([ramp, flat], 15.0) == [(0.0, 4), (10.0, 9), (10.0, 5), (15.0, 7.5)]
    assert planned_users([ramp, flat], 30.0)[-3:] == [(20.0, 10), (20.0, 0), (30.0, 0)]


def test_scenarios_one_after_the_other_never_add_up() -> None:
    first = ScenarioInfo("a", "constant-vus", "", 5, 10, 40, [(0.0, 5), (10.0, 5)])
    second = ScenarioInfo("b", "constant-vus", "", 20, 10, 40, [(10.0, 20), (20.0, 20)], start=10.0)
    rate = ScenarioInfo("c", "constant-arrival-rate", "", 9, 5, 40, [], start=12.0, rates=[(12.0, 2.0), (17.0, 2.0)])
    assert planned_users([first, second], 20.0) == [(0.0, 5), (10.0, 5), (10.0, 20), (20.0, 20)]
    assert highest(planned_users([first, second], 20.0)) == most_users([first, second]) == 20
    assert most_users([first, second, rate]) == 29
    assert most_users([first, rate]) == 9
    assert most_users([]) == 0


def test_the_area_of_rates_is_how_many_start() -> None:
    rate = ScenarioInfo(
        "c", "ramping-arrival-rate", "", 9, 5, 40, [], rates=[(2.0, 0.0), (6.0, 4.0), (6.0, 1.0), (9.0, 1.0)]
    )
    assert area(planned_rates([rate], 20.0)) == pytest.approx(8.0 + 3.0)
    assert area(planned_rates([rate], 4.0)) == pytest.approx(2.0)


def test_an_open_model_has_the_rate_it_planned_and_no_users() -> None:
    looping = ScenarioInfo("a", "ramping-vus", "", 10, 20, 50, [(0.0, 4), (20.0, 4)])
    rate = ScenarioInfo("b", "ramping-arrival-rate", "", 9, 10, 40, [], rates=[(0.0, 0.0), (10.0, 8.0)])
    later = ScenarioInfo("c", "constant-arrival-rate", "", 9, 5, 40, [], rates=[(5.0, 2.0), (10.0, 2.0)])
    assert planned_users([looping, rate], 20.0) == [(0.0, 4), (20.0, 4)]
    assert planned_users([rate, later], 20.0) == []
    assert planned_rates([looping], 20.0) == []
    found = planned_rates([looping, rate, later], 20.0)
    assert found == [(0.0, 0), (5.0, 4), (5.0, 6), (10.0, 10), (10.0, 0), (20.0, 0)]
    result = make_result()
    opened = replace(result, scenarios=[rate])
    keys = [[label for label, _ in throughput(of, axis_of(of)).key] for of in (result, opened)]
    assert keys == [
        ["requests/s", "users", "users planned"],
        ["requests/s", "iterations/s planned", "users"],
    ]


def test_charts_share_one_axis_and_mark_when_a_threshold_began_to_fail() -> None:
    result = make_result()
    axis = axis_of(result)
    charts = [make(result, axis) for make in (throughput, latency, failures)]
    assert len({tuple(c.x_ticks) for c in charts}) == 1
    assert [m.label for m in charts[0].moments] == ["failing since 00:38"]
    assert charts[0].moments[0].at == pytest.approx(38 / 70 * 100)


@pytest.mark.parametrize(
    ("since", "labels"),
    [((10.0, 11.0, 60.0), ["failing since 00:10", "", "failing since 01:00"]), ((60.0,), ["failing since 01:00"])],
)
def test_labels_of_moments_side_by_side_do_not_lie_upon_each_other(since: tuple[float, ...], labels: list[str]) -> None:
    result = make_result()
    thresholds = [replace(found, failing_since=t) for t, found in zip(since, result.thresholds, strict=False)]
    assert [mark.label for mark in axis_of(replace(result, thresholds=thresholds)).moments] == labels


def test_limits_in_reach_are_drawn_and_the_others_named() -> None:
    result = make_result()
    chart = latency(result, axis_of(result))
    assert [m.label for m in chart.limits] == ["{endpoint:generate}: p(95) < 800ms"]
    assert chart.note == "Above this chart: p(95) < 30s, p(99) < 60s."


def test_many_classes_of_failures_become_six_and_the_rest() -> None:
    points = [point(1.0, failed=36, errors={f"class {i}": i + 1 for i in range(8)})]
    result = make_result(points=points, thresholds=[])
    chart = failures(result, axis_of(result))
    labels = [label for label, _ in chart.key]
    assert (labels[0], labels[-1], len(labels)) == ("class 7 (8)", "other (3)", 7)
    assert chart.rows == [("00:00", "36", "8", "7", "6", "5", "4", "3", "3")]


def test_tables_behind_charts_hold_the_points() -> None:
    result = make_result()
    chart = throughput(result, axis_of(result))
    assert len(chart.rows) == len(result.points) <= LISTED
    assert [int(row[2]) for row in chart.rows] == [p.requests for p in result.points]


@pytest.mark.parametrize("users", [0, 1, 3, 7, 99, 10_000])
@pytest.mark.parametrize("requests", [0, 1, 7, 4321])
def test_both_scales_of_throughput_hold_their_peak_inside(users: int, requests: int) -> None:
    result = make_result(points=[point(1.0, users=users, requests=requests)], thresholds=[], scenarios=[])
    chart = throughput(result, axis_of(result))
    assert len(chart.y_ticks) == len(chart.right_ticks)
    assert "-" not in "".join(layer.path for layer in chart.layers)
