"""What no other test reaches of durations, sizes and numbers."""

from __future__ import annotations

from loadspec.units import format_clock


def test_moments_on_a_runs_clock() -> None:
    assert [format_clock(t) for t in (-0.2, 0, 5.9, 65, 3665)] == ["00:00", "00:00", "00:05", "01:05", "1:01:05"]
