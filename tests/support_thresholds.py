"""Stands in for `loadspec.thresholds` until that package is here."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Threshold:
    metric: str
    expression: str
    limit: float

    @property
    def source(self) -> str:
        return f"{self.metric}: {self.expression}"


@dataclass(frozen=True, slots=True)
class ThresholdResult:
    threshold: Any
    actual: float | None
    passed: bool
    samples: int
    margin: float | None
    status: str
    first_crossed: float | None = None
    failing_since: float | None = None
    worst_margin: float | None = None
    aborted: bool = False


def install() -> None:
    """Put the stand-in where `import loadspec.thresholds` finds it."""
    module = ModuleType("loadspec.thresholds")
    module.Threshold, module.ThresholdResult = Threshold, ThresholdResult  # type: ignore[attr-defined]
    module.format_actual = lambda threshold, actual: "none" if actual is None else f"{actual:g}"  # type: ignore[attr-defined]
    module.format_limit = lambda threshold: threshold.expression  # type: ignore[attr-defined]
    sys.modules["loadspec.thresholds"] = module
