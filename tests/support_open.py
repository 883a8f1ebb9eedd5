"""Open loads whose starts a test writes down, and steps of its own in place of a flow's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from loadspec.load.open_model import OpenModel
from loadspec.plan import Plan


class _Few(OpenModel, frozen=True, kw_only=True):
    max_vus: int = 10
    graceful_stop: float = 5.0


class Starts(_Few, frozen=True):
    """Starts at these seconds."""

    at: tuple[float, ...]
    duration: float = 0.5
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
