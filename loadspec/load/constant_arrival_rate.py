"""constant-arrival-rate: iterations start at a fixed rate, the first at once; start n, from 0, at n/rate."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import ClassVar

from loadspec.load.arrival_rate import ArrivalRate
from loadspec.load.commands import level_corners
from loadspec.load.curve import RateCurve
from loadspec.units import format_duration


class ConstantArrivalRate(ArrivalRate, frozen=True):
    """`rate` iterations start each second, for `duration` seconds."""

    rate: Fraction
    duration: float

    executor: ClassVar[str] = "constant-arrival-rate"
    _first: ClassVar[int] = 0

    @cached_property
    def _curve(self) -> RateCurve:
        return RateCurve(self.rate, [(self.duration, self.rate)])

    @property
    def peak_rate(self) -> float:
        """Starts a second."""
        return float(self.rate)

    def corners(self) -> list[tuple[float, float]]:
        """Level."""
        return level_corners(self.peak_rate, self.duration)

    def describe(self) -> str:
        """Such as `200.00 iterations/s for 1m (maxVUs: 10-50, gracefulStop: 30s)`."""
        return f"{self.peak_rate:.2f} iterations/s for {format_duration(self.duration)}{self._bracket()}"
