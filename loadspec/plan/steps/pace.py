"""`pace`: let a user through once in so much time, Gatling's `pace`: the period of iterations is fixed, not the rest.

The first time it does not wait. After that it waits until the period since the user was let through is over. The next
period begins when this one was due, so that nothing adds up; a user that is late goes on at once, and its period
begins then: it does not hurry to catch up.
"""

from __future__ import annotations

from loadspec.clock import monotonic
from loadspec.plan.items import note_rest
from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context
from loadspec.protocols.user import User
from loadspec.spec.model import PaceStep


def compile_pace(step: PaceStep, context: Context) -> RunStep:
    """→ a function that sleeps for what is left of the period."""
    number = next(context.numbers)
    low, width, noted = step.low, step.high - step.low, bool(context.scope.small)

    def pace(user: User) -> None:
        now = begin = monotonic()
        last = user.memory.get(number)
        if last is not None:
            due = last + low + (width * user.host.random() if width else 0.0)
            if due > now:
                user.host.sleep(user, due - now)
                begin = due
                if noted:
                    note_rest(user, due - now)
        user.memory[number] = begin

    return pace
