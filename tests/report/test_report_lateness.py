"""The generator's own chart: of several workers the worst, and the limit that the latency sets."""

from __future__ import annotations

from msgspec.structs import replace
from support_results import make_health, make_result

from loadspec.report.axis import axis_of
from loadspec.report.lateness import lateness, worst_rows
from loadspec.report.series import LISTED


def test_of_several_workers_the_worst_of_each_second() -> None:
    quiet, late = make_health(worker=1), make_health(late=3, worker=2)
    times, rows = worst_rows([quiet, late])
    assert list(times) == [float(t) for t in range(1, 21)]
    assert [row["lag"] for row in rows] == [42.0] * 3 + [1.1] * 17
    assert {row["dispatch"] for row in rows} == {0.3}


def test_a_worker_that_told_less_often_counts_where_it_told() -> None:
    long, short = make_health(seconds=20), make_health(late=9, seconds=4, worker=2)
    _, rows = worst_rows([short, long])
    assert [row["lag"] for row in rows] == [42.0] * 4 + [1.1] * 16


def test_the_limit_is_a_tenth_of_the_latency() -> None:
    result = make_result(health=[make_health()])
    chart = lateness(result, axis_of(result))
    assert {row[3] for row in chart.rows} == {"8ms"}
    assert chart.rows[0] == ("00:01", "1.1ms", "300µs", "8ms", "7%")
    assert len(chart.y_ticks) == len(chart.right_ticks)


def test_of_several_workers_the_least_limit_counts() -> None:
    quick, slow = make_health(latency_p50_ms=60.0), make_health(latency_p50_ms=400.0, worker=2)
    result = make_result(health=[slow, quick])
    assert {row[3] for row in lateness(result, axis_of(result)).rows} == {"6ms"}
    assert {row["limit"] for row in worst_rows([slow, quick])[1]} == {6.0}


def test_times_at_the_limit_are_shaded() -> None:
    for late, shaded in ((0, False), (7, True)):
        result = make_result(health=[make_health(late=late)])
        areas = [layer.path for layer in lateness(result, axis_of(result)).layers if layer.kind == "area"]
        assert [bool(path) for path in areas] == [shaded]


def test_nothing_recorded_is_no_picture() -> None:
    result = make_result(health=[])
    chart = lateness(result, axis_of(result))
    assert not any(layer.path for layer in chart.layers)
    assert (chart.rows, chart.note) == ([], "Its health was not recorded.")


def test_a_long_run_lists_and_points_at_few() -> None:
    result = replace(make_result(), duration=600.0, health=[make_health(seconds=300)])
    chart = lateness(result, axis_of(result))
    assert len(chart.rows) <= LISTED
