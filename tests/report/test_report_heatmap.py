"""The heat map in the report: shades by number, cells where they belong, a table that adds up."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from support_results import make_result

from loadspec.report.axis import Chart, axis_of
from loadspec.report.charts import SHADES, heatmap
from loadspec.results.heat import Heat
from loadspec.results.model import Overview, RunResult


def chart_of(result: RunResult) -> Chart:
    return heatmap(result, axis_of(result))


def test_the_table_counts_every_answer() -> None:
    result = make_result()
    chart = chart_of(result)
    rows = [int(row[1].replace("\u2009", "").replace(" ", "")) for row in chart.rows]
    assert sum(rows) == sum(map(sum, result.heat.counts)) > 0


def test_more_answers_are_darker_and_neighbours_are_one_cell() -> None:
    heat = Heat(begin=[0, 30], end=[30, 60], edges=[1, 10, 100, 1000], counts=[[100, 100, 1], [0, 0, 10]])
    result = replace(make_result(), heat=heat)
    chart = chart_of(result)
    assert {layer.style: layer.path.count("M") for layer in chart.layers} == {"heat0": 1, "heat2": 1, "heat5": 1}
    assert chart.key[0] == ("1+", "heat0")
    assert len(chart.key) == SHADES
    assert [tick.label for tick in chart.y_ticks] == ["1ms", "10ms", "100ms", "1s"]


def test_a_column_is_as_wide_as_its_time() -> None:
    """Ten seconds, of which one was late and one is a rest of its own: neither changes the others."""
    times = [*range(8), 8, 11, 11.4]
    heat = Heat(begin=times[:-1], end=times[1:], edges=[1, 10], counts=[[1]] * 10)
    result = replace(make_result(), heat=heat, points=[], duration=11.4, overview=Overview())
    widths = {round(layer.width / chart_of(result).layers[0].width, 1) for layer in chart_of(result).layers}
    second = min((layer.width for layer in chart_of(result).layers), key=lambda width: abs(width - 1000 / 11.4))
    assert second == pytest.approx(1000 / 11.4, rel=0.01)
    assert len(widths) == 3


def test_nothing_answered_is_no_picture() -> None:
    chart = chart_of(replace(make_result(), heat=Heat()))
    assert not any(layer.path for layer in chart.layers)
    assert not chart.rows


@pytest.mark.parametrize(
    ("most", "key"),
    [
        (1, ["1+"]),
        (4, ["1+", "2+", "3+", "4+"]),
        (728, ["1+", "3+", "9+", "27+", "81+", "243+"]),
    ],
)
def test_the_key_says_where_each_shade_begins(most: int, key: list[str]) -> None:
    heat = Heat(begin=[0], end=[1], edges=[1, 10], counts=[[most]])
    assert [label for label, _ in chart_of(replace(make_result(), heat=heat)).key] == key
