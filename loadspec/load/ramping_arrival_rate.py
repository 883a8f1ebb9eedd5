"""ramping-arrival-rate: the rate at which iterations start follows straight ramps from stage to stage.

Start n, from 1, lies where the area under the rate curve reaches n: see `curve`. So there is none at 0 seconds.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import ClassVar

from loadspec.load.arrival_rate import ArrivalRate
from loadspec.load.curve import RateCurve
from loadspec.load.stages import RateStage, stage_corners
from loadspec.units import format_duration


class RampingArrivalRate(ArrivalRate, frozen=True):
    """Start at `start_rate` iterations a second, then ramp through `stages`."""

    stages: tuple[RateStage, ...]
    start_rate: Fraction = Fraction(0)

    executor: ClassVar[str] = "ramping-arrival-rate"
    _first: ClassVar[int] = 1

    @cached_property
    def _curve(self) -> RateCurve:
        return RateCurve(self.start_rate, [(stage.duration, stage.target) for stage in self.stages])

    @property
    def duration(self) -> float:
        """Seconds of all stages together."""
        return self._curve.duration

    @property
    def peak_rate(self) -> float:
        """The highest rate that is named, in starts a second."""
        return float(max((self.start_rate, *(stage.target for stage in self.stages))))

    def corners(self) -> list[tuple[float, float]]:
        """Straight from stage to stage."""
        return stage_corners(float(self.start_rate), self.stages)

    def describe(self) -> str:
        """Such as `Up to 100.00 iterations/s for 3m over 2 stages (maxVUs: 50, gracefulStop: 30s)`."""
        return (
            f"Up to {self.peak_rate:.2f} iterations/s for {format_duration(self.duration)}"
            f" over {len(self.stages)} stages{self._bracket()}"
        )
