"""How long an iteration may take: how many users an open model can need follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any

from loadspec.spec.model import (
    CallStep,
    ChooseStep,
    GroupStep,
    IfStep,
    PaceStep,
    ParallelStep,
    PollStep,
    RepeatStep,
    Step,
    ThinkStep,
    WaitUntilStep,
)


def longest(steps: Iterable[Step], timeout: float) -> float:
    """Seconds if each request takes as long as its timeout (the target's, where it has none); infinite if unbounded."""
    return sum(_LONGEST[type(step)](step, timeout) for step in steps)


def _call(step: CallStep, timeout: float) -> float:
    once = timeout if step.request.timeout is None else step.request.timeout.total
    return once if step.retry is None else once * (1 + step.retry.times) + step.retry.longest * step.retry.times


def _repeat(step: RepeatStep, timeout: float) -> float:
    most = step.times if isinstance(step.times, int) else step.at_most
    once = longest(step.steps, timeout)
    return once * (inf if most is None else most) if once else 0.0


def _either(branches: Iterable[Iterable[Step]], timeout: float) -> float:
    return max((longest(steps, timeout) for steps in branches), default=0.0)


_LONGEST: Mapping[type, Callable[[Any, float], float]] = {
    CallStep: _call,
    PollStep: lambda step, _: step.timeout,
    ThinkStep: lambda step, _: step.high,
    PaceStep: lambda step, _: step.high,
    WaitUntilStep: lambda step, _: step.timeout,
    RepeatStep: _repeat,
    IfStep: lambda step, timeout: _either((*(steps for _, steps in step.branches), step.otherwise), timeout),
    ChooseStep: lambda step, timeout: _either((branch.steps for branch in step.branches), timeout),
    ParallelStep: lambda step, timeout: _either(([inner] for inner in step.steps), timeout),
    GroupStep: lambda step, timeout: longest(step.steps, timeout),
}
"""Kind of step → its seconds."""
