"""What became of each service level objective: its parts, gathered from the thresholds that judged them. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from loadspec.thresholds import Status, ThresholdResult
from loadspec.thresholds.order import STATUSES


class Objective(Struct, frozen=True):
    """One promise: the share of requests that were good, against the target, and the error budget that is left."""

    found: ThresholdResult
    burn: ThresholdResult
    """The worst window; judged only where the spec gave a limit."""

    @property
    def text(self) -> str:
        """`availability 99.9%`, `95% within 2s`."""
        return self.found.threshold.slo.objective if self.found.threshold.slo else ""

    @property
    def target(self) -> float:
        """The share that was promised, 0..1."""
        return self.found.threshold.limit

    @property
    def budget_used(self) -> float | None:
        """The share of bad requests over what is allowed of them: 1 where the budget is used up; None unmeasured."""
        return None if self.found.margin is None else 1 - self.found.margin


class Slo(Struct):
    """One objective of the spec."""

    name: str
    scope: str
    """Whose requests, as a selector without braces; empty: all of the load."""
    objectives: list[Objective] = field(default_factory=list)
    apdex: ThresholdResult | None = None

    @property
    def status(self) -> Status:
        """The worst of what is judged."""
        parts = [part for each in self.objectives for part in (each.found, each.burn)]
        judged = [part.status for part in [*parts, *([self.apdex] if self.apdex else [])] if part.threshold.judged]
        return min(judged, key=STATUSES.index, default="pass")


def slos_of(results: Iterable[ThresholdResult]) -> list[Slo]:
    """All objectives, in the order of the spec; a burn rate comes right behind what it is of."""
    found: dict[str, Slo] = {}
    objective: ThresholdResult | None = None
    for result in results:
        part = result.threshold.slo
        if part is None:
            continue
        slo = found.setdefault(part.slo, Slo(part.slo, part.scope))
        if part.part == "apdex":
            slo.apdex = result
        elif part.part != "burn":
            objective = result
        elif objective is not None:
            slo.objectives.append(Objective(objective, result))
    return list(found.values())
