"""`call`: send one request, or again as `retry` says."""

from __future__ import annotations

from loadspec.expr import Missing
from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context, compile_exchange, compile_finish, unsent
from loadspec.plan.steps.retry import compile_retry
from loadspec.protocols.user import User
from loadspec.spec.model import CallStep


def compile_call(step: CallStep, context: Context) -> RunStep:
    """→ a function that sends the request, judges it and keeps its outcome."""
    attempt, judge = compile_exchange(step, context, poll=False)
    if step.retry is not None:
        attempt = compile_retry(attempt, step.retry)
    finish = compile_finish(step, context)
    when = context.expression(step.when)

    def call(user: User) -> None:
        try:
            if when is not None and not when(user):
                return
            expected = attempt(user)
        except Missing as missing:
            unsent(user, step, context, missing)
            finish(user, False, True)
            return
        finish(user, judge(user, expected), True)

    return call
