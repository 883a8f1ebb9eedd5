"""`think`: wait as a person would, evenly drawn from a range."""

from __future__ import annotations

from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context
from loadspec.protocols.user import User
from loadspec.spec.model import ThinkStep


def compile_think(step: ThinkStep, _context: Context) -> RunStep:
    """→ a function that sleeps."""
    low, width = step.low, step.high - step.low

    def think(user: User) -> None:
        user.host.sleep(user, low + width * user.host.random())

    return think
