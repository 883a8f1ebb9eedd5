from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.report import svg


@pytest.mark.parametrize(
    ("value", "place"), [(0, 100), (10, 0), (5, 50), (12, -20)], ids=["low", "high", "middle", "not clipped"]
)
def test_scale_is_linear(value: float, place: float) -> None:
    assert svg.Scale(0, 10, 100, 0)(value) == place


def test_scale_over_nothing_maps_to_its_start() -> None:
    assert svg.Scale(3, 3, 7, 9)(3) == 7


@pytest.mark.parametrize(
    ("high", "ticks"),
    [
        (0, [0, 1]),
        (10, [0, 5, 10]),
        (9.1, [0, 5, 10]),
        (3, [0, 1, 2, 3]),
        (0.08, [0, 0.02, 0.04, 0.06, 0.08]),
        (1430, [0, 500, 1000, 1500]),
    ],
)
def test_nice_ticks(high: float, ticks: list[float]) -> None:
    assert svg.nice_ticks(high) == ticks


@given(st.floats(min_value=1e-6, max_value=1e12), st.integers(2, 10))
def test_nice_ticks_cover_the_range_evenly_and_are_few(high: float, count: int) -> None:
    ticks = svg.nice_ticks(high, count)
    assert ticks[0] == 0
    assert ticks[-1] >= high * (1 - 1e-6)
    assert 2 <= len(ticks) <= count + 2
    assert len(set(ticks)) == len(ticks)


@pytest.mark.parametrize(
    ("seconds", "ticks"),
    [
        (1, [0, 1]),
        (0.4, [0]),
        (70, [0, 10, 20, 30, 40, 50, 60, 70]),
        (3600, [0, 600, 1200, 1800, 2400, 3000, 3600]),
    ],
)
def test_time_ticks(seconds: float, ticks: list[float]) -> None:
    assert svg.time_ticks(seconds) == ticks


@given(st.floats(min_value=0.01, max_value=3e7))
def test_time_ticks_are_few_and_inside(seconds: float) -> None:
    ticks = svg.time_ticks(seconds)
    assert len(ticks) <= 9
    assert ticks[-1] <= seconds * (1 + 1e-6)


@pytest.mark.parametrize(
    ("points", "path"),
    [
        ([], ""),
        ([(0, None)], ""),
        ([(0, 1), (1, 2.25), (2, 3)], "M0 1l1 1.2 1 .8"),
        ([(0, 1), (1, None), (2, 3), (3, 4)], "M0 1h0M2 3l1 1"),
        ([(0, None), (1, None), (2, 3)], "M2 3h0"),
    ],
    ids=["nothing", "only a gap", "line", "a gap breaks it", "a lone point is a dot"],
)
def test_line_path(points: list[tuple[float, float | None]], path: str) -> None:
    assert svg.line_path(points) == path


@pytest.mark.parametrize(
    ("points", "base", "path"),
    [
        ([(0, 1), (1, 2)], 9, "M0 1l1 1 0 7-1 0Z"),
        ([(0, 1), (1, 2)], [5, 6], "M0 1l1 1 0 4-1-1Z"),
        ([(0, 1), (1, None), (2, 2)], 9, "M0 1l0 8ZM2 2l0 7Z"),
        ([(0, 1), (1, 1), (2, 2)], [3, None, 4], "M0 1l0 2ZM2 2l0 2Z"),
    ],
    ids=["level base", "second line", "gap above", "gap below"],
)
def test_area_path(points: list[tuple[float, float | None]], base: object, path: str) -> None:
    assert svg.area_path(points, base) == path  # type: ignore[arg-type]


def test_step_path_is_level_within_each_step() -> None:
    assert svg.step_path([(0, 1, 5), (1, 2, 3)]) == "M0 5H1V3H2"
    assert svg.step_path([]) == ""


def test_bars_path_leaves_out_bars_without_height_or_width() -> None:
    assert svg.bars_path([(0, 1, 5, 9), (1, 2, 9, 9), (2, 2, 1, 9)]) == "M0 9v-4h1v4"


BARS = st.lists(st.tuples(*[st.floats(0, 1000)] * 4), max_size=60)


@given(BARS)
def test_bars_by_steps_lie_where_bars_one_by_one_do(bars: list[tuple[float, float, float, float]]) -> None:
    tenths = [[round(edge * 10) for edge in bar] for bar in bars]
    expected = [(left, right, top, bottom) for left, right, top, bottom in tenths if bottom > top and right > left]
    found, (x, y) = [], (0, 0)
    for piece in re.findall("[Mm][^Mm]+", svg.bars_path(bars)):
        dx, dy, up, wide, down = (round(10 * float(n)) for n in re.findall(r"-?(?:\d+(?:\.\d)?|\.\d)", piece))
        x, y = x + dx, y + dy
        found.append((x, x + wide, y + up, y))
        assert up == -down
        x += wide
    assert found == expected


@pytest.mark.parametrize(("value", "text"), [(1.04, "1"), (1.06, "1.1"), (100, "100"), (-0.25, "-0.2")])
def test_num(value: float, text: str) -> None:
    assert svg.num(value) == text


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 172)), min_size=2, max_size=300))
def test_steps_of_a_line_end_where_its_points_are(points: list[tuple[float, float]]) -> None:
    start, steps = svg.line_path(points)[1:].split("l")
    places = [float(text) for text in re.findall(r"-?\d*\.?\d+", start)]
    numbers = [float(text) for text in re.findall(r"-?(?:\d+(?:\.\d)?|\.\d)", steps)]
    assert len(numbers) == 2 * (len(points) - 1)
    for (x, y), dx, dy in zip(points[1:], numbers[::2], numbers[1::2], strict=True):
        places = [places[0] + dx, places[1] + dy]
        assert places == pytest.approx((x, y), abs=0.11)
