"""A spec cut down to be tried: one user, every step once, one scenario after the other, no thinking.

What a server decides stays as it is: conditions, captures, polls with their own beat. A repetition runs once, and
every branch of a choice runs, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from loadspec.load import PerVuIterations
from loadspec.spec.model import (
    CallStep,
    ChooseStep,
    GroupStep,
    IfStep,
    PaceStep,
    ParallelStep,
    PollStep,
    RepeatStep,
    Spec,
    Step,
    ThinkStep,
    WaitUntilStep,
)

LIMIT = 600.0
"""Seconds that a scenario may take."""


def rehearsed(spec: Spec) -> Spec:
    """The same spec for one pass: `setup`, each scenario, `teardown`."""
    load = PerVuIterations(vus=1, iterations=1, max_duration=LIMIT)
    before: list[str | None] = [None, *(scenario.name for scenario in spec.scenarios)]
    scenarios = tuple(
        replace(scenario, flow=once(scenario.flow), load=load, weight=None, start_at=0.0, after=name)
        for scenario, name in zip(spec.scenarios, before, strict=False)
    )
    return replace(spec, setup=once(spec.setup), teardown=once(spec.teardown), scenarios=scenarios, thresholds=())


def once(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps, each of them to be done once."""
    return tuple(kept for step in steps for kept in _ONCE[type(step)](step))


def _repeat(step: RepeatStep) -> tuple[Step, ...]:
    if isinstance(step.times, int):
        return (replace(step, times=min(step.times, 1), steps=once(step.steps)),)
    return (replace(step, at_most=1, steps=once(step.steps)),)


def _if(step: IfStep) -> tuple[Step, ...]:
    branches = tuple((condition, once(steps)) for condition, steps in step.branches)
    return (replace(step, branches=branches, otherwise=once(step.otherwise)),)


def _choose(step: ChooseStep) -> tuple[Step, ...]:
    """Each branch as a choice of its own that has no other."""
    return tuple(
        replace(step, name=f"{step.name}.{number}", branches=(replace(branch, weight=1, steps=once(branch.steps)),))
        for number, branch in enumerate(step.branches, start=1)
    )


def _inside(step: Any) -> tuple[Step, ...]:
    return (replace(step, steps=once(step.steps)),)


_ONCE: Mapping[type, Callable[[Any], tuple[Step, ...]]] = {
    CallStep: lambda step: (step,),
    PollStep: lambda step: (step,),
    ThinkStep: lambda step: (),
    PaceStep: lambda step: (),
    WaitUntilStep: lambda step: (replace(step, users=1),),
    RepeatStep: _repeat,
    IfStep: _if,
    ChooseStep: _choose,
    ParallelStep: _inside,
    GroupStep: _inside,
}
"""Kind of step → what is left of it."""
