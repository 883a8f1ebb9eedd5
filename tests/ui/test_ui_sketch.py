from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loadspec.load import ConstantVus, RampingVus, Stage, parse_stages
from loadspec.ui.sketch import sketch


def test_a_ramp() -> None:
    load = RampingVus(parse_stages("10s:5, 20s:10, 30s:10, 10s:0"))
    assert sketch(load.users_at, load.duration, width=30, height=4) == [
        " 10 ┤         ▂▂▅███████████████",
        "    │      ▃▆▆██████████████████▆",
        "  5 ┤  ▂▅█████████████████████████▂",
        "    │▃▆████████████████████████████",
        "  0 ┼───────────────┬─────────────┬",
        "     0s            35s        1m10s",
    ]


def test_in_ascii() -> None:
    assert sketch(ConstantVus(3, 60.0).users_at, 120.0, width=20, height=3, ascii_only=True) == [
        "   3 +##########",
        "     |##########",
        " 1.5 +##########",
        "   0 +----------+--------+",
        "      0s       1m       2m",
    ]


@given(
    st.lists(st.tuples(st.floats(0.0, 1e4), st.integers(0, 1000)), min_size=1, max_size=4),
    st.integers(24, 200),
    st.integers(1, 20),
)
def test_of_any_load(stages: list[tuple[float, int]], width: int, height: int) -> None:
    load = RampingVus(tuple(Stage(*stage) for stage in stages))
    lines = sketch(load.users_at, load.duration, width, height)
    assert len(lines) == height + 2
    margin = lines[-2].index("┼") + 1
    assert all(len(line) <= margin + width + 2 for line in lines)
    top = max(load.users_at(load.duration * i / (16 * width)) for i in range(16 * width))
    assert ("█" in lines[0]) == (top > 0)  # the highest level fills the picture


def test_a_spike_between_two_columns_is_seen() -> None:
    lines = sketch(lambda t: 100 if 50.0 <= t < 50.5 else 1, 100.0, width=20, height=4)
    assert "█" in lines[0]
    assert lines[3].count("▁") + lines[3].count("█") == 20  # one user still shows beside a hundred
