"""`think`: wait as a person would, evenly drawn from a range."""

from __future__ import annotations

from loadspec.plan.items import note_rest
from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context
from loadspec.protocols.user import User
from loadspec.spec.model import ThinkStep


def compile_think(step: ThinkStep, context: Context) -> RunStep:
    """→ a function that sleeps."""
    low, width, noted = step.low, step.high - step.low, bool(context.scope.small)

    def think(user: User) -> None:
        seconds = low + width * user.host.random()
        user.host.sleep(user, seconds)
        if noted:
            note_rest(user, seconds)

    return think
