"""The steps of a flow: each has one file and one row here, from its spec to its compiler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from loadspec.plan.model import RunStep
from loadspec.plan.steps.call import compile_call
from loadspec.plan.steps.context import Context
from loadspec.plan.steps.poll import compile_poll
from loadspec.plan.steps.think import compile_think
from loadspec.spec.model import CallStep, PollStep, ThinkStep

STEPS: dict[type, Callable[[Any, Context], RunStep]] = {
    CallStep: compile_call,
    PollStep: compile_poll,
    ThinkStep: compile_think,
}
