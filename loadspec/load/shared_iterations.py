"""shared-iterations: users take iterations from one common budget until it is used up."""

from __future__ import annotations

from typing import ClassVar

from loadspec.load.commands import Budget
from loadspec.load.iterations import Iterations


class SharedIterations(Iterations, frozen=True):
    """`vus` users share `iterations` iterations: whoever is free takes the next."""

    executor: ClassVar[str] = "shared-iterations"

    def describe(self) -> str:
        """Such as `100 iterations shared among 10 VUs (maxDuration: 10m, gracefulStop: 30s)`."""
        return f"{self.iterations} iterations shared among {self.vus} VUs{self._limits()}"

    def budget(self) -> Budget | None:
        """One budget for all users."""
        return Budget(self.iterations, per_user=False)
