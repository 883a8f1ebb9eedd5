"""`think`: wait as a person would, evenly drawn from a range."""

from __future__ import annotations

from loadspec.expr import Missing
from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context
from loadspec.protocols.user import User
from loadspec.spec.model import ThinkStep


def compile_think(step: ThinkStep, context: Context) -> RunStep:
    """→ a function that sleeps."""
    low, width = step.low, step.high - step.low
    when = context.expression(step.when)

    def think(user: User) -> None:
        if when is not None:
            try:
                if not when(user):
                    return
            except Missing:
                return
        user.host.sleep(user, low + width * user.host.random())

    return think
