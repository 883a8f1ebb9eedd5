"""per-vu-iterations: every user runs a number of iterations of its own."""

from __future__ import annotations

from typing import ClassVar

from loadspec.load.commands import Budget
from loadspec.load.iterations import Iterations


class PerVuIterations(Iterations, frozen=True):
    """Each of `vus` users runs `iterations` iterations."""

    executor: ClassVar[str] = "per-vu-iterations"

    def describe(self) -> str:
        """Such as `10 iterations for each of 3 VUs (maxDuration: 10m, gracefulStop: 30s)`."""
        return f"{self.iterations} iterations for each of {self.vus} VUs{self._limits()}"

    def budget(self) -> Budget | None:
        """A budget for each user."""
        return Budget(self.iterations, per_user=True)
