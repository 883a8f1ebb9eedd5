"""How often a live page is drawn."""

from __future__ import annotations

import pytest

from loadspec.dashboard.board import SHARE, pause


@pytest.mark.parametrize("cost", [0.0, 0.05, 0.1, 0.2, 1.0, 5.0])
def test_drawing_takes_a_tenth_of_a_core_at_most_and_is_done_once_a_second_at_most(cost: float) -> None:
    wait = pause(cost)
    assert wait >= 1.0
    assert cost / (cost + wait) <= SHARE + 1e-9
