"""`when`, of steps that send nothing: a call and a poll look at theirs themselves, for its failure is theirs."""

from __future__ import annotations

from loadspec.expr import Missing
from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context, compile_fail
from loadspec.protocols.user import User
from loadspec.spec.model import Step


def compile_when(step: Step, run: RunStep, context: Context) -> RunStep:
    """→ the step, skipped unless its `when` holds; a missing value is a failure of the step."""
    when = context.expression(step.when)
    if when is None:
        return run
    fail = compile_fail(step, context)

    def guarded(user: User) -> None:
        try:
            holds = when(user)
        except Missing as missing:
            fail(user, missing.kind, str(missing))
            return
        if holds:
            run(user)

    return guarded
