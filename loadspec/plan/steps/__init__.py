"""The steps of a flow: each has one file and one row here, from its spec to its compiler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from loadspec.plan.model import RunStep
from loadspec.plan.steps.call import compile_call
from loadspec.plan.steps.choose import compile_choose
from loadspec.plan.steps.context import Context
from loadspec.plan.steps.group import compile_group
from loadspec.plan.steps.if_ import compile_if
from loadspec.plan.steps.lasting import compile_lasting
from loadspec.plan.steps.pace import compile_pace
from loadspec.plan.steps.parallel import compile_parallel
from loadspec.plan.steps.poll import compile_poll
from loadspec.plan.steps.repeat import compile_repeat
from loadspec.plan.steps.tagged import tagged
from loadspec.plan.steps.think import compile_think
from loadspec.plan.steps.wait_until import compile_wait_until
from loadspec.plan.steps.when import compile_when
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

STEPS: dict[type, Callable[[Any, Context], RunStep]] = {
    CallStep: tagged(compile_call),
    PollStep: tagged(compile_poll),
    ThinkStep: compile_think,
    PaceStep: compile_pace,
    WaitUntilStep: compile_wait_until,
    RepeatStep: compile_repeat,
    IfStep: compile_if,
    ChooseStep: compile_choose,
    ParallelStep: compile_parallel,
    GroupStep: compile_group,
}


def compile_step(step: Step, context: Context) -> RunStep:
    """A step of any kind, with its `when` and `run`."""
    run = STEPS[type(step)](step, context)
    if step.run:
        return compile_lasting(step, run, context)
    return run if isinstance(step, CallStep | PollStep) else compile_when(step, run, context)
