"""Open loads whose starts a test writes down, and steps of its own in place of a flow's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from loadspec.load.open_model import OpenModel
from loadspec.plan import Plan


@dataclass(frozen=True)
class Starts(OpenModel):
    """Starts at these seconds."""

    at: tuple[float, ...]
    duration: float = 0.5
    max_vus: int = field(default=10, kw_only=True)
    graceful_stop: float = field(default=5.0, kw_only=True)
    executor = "scripted"
    peak_rate = 0.0

    @property
    def end(self) -> float:
        return self.duration + self.graceful_stop

    @property
    def seats(self) -> int:
        return len(self.at)

    @property
    def planned(self) -> int:
        return len(self.at)

    def starts(self, _seed: int) -> Iterator[float]:
        return iter(self.at)

    def rate_at(self, _t: float) -> float:
        return 0.0

    def describe(self) -> str:
        return "scripted"


def every(seconds: float, count: int, **more: Any) -> Starts:
    """So many starts, so far apart."""
    return Starts(tuple(n * seconds for n in range(count)), **{"duration": seconds * count, **more})


def with_steps(plan: Plan, *steps: Any) -> Plan:
    """A plan whose only scenario runs these steps, which are functions of a user."""
    (scenario,) = plan.scenarios
    return replace(plan, scenarios=(replace(scenario, flow=replace(scenario.flow, steps=steps)),))


def replace_steps(bench: Any, *steps: Any) -> None:
    """`with_steps` of a bench's plan."""
    bench.engine._plan = with_steps(bench.plan, *steps)
