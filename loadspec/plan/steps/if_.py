"""`if`: the steps of the first branch whose condition holds."""

from __future__ import annotations

from loadspec.expr import Missing, compile_expression
from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context, compile_fail
from loadspec.protocols.user import User
from loadspec.spec.model import IfStep


def compile_if(step: IfStep, context: Context) -> RunStep:
    """→ a function that runs one branch, or none. A condition that lacks a value is a failure of the step."""
    if step.branches[0][0] == "true":
        return context.sequence(step.branches[0][1])
    rows = tuple(
        (compile_expression(condition, context.scope), context.sequence(steps)) for condition, steps in step.branches
    )
    otherwise = context.sequence(step.otherwise)
    fail = compile_fail(step, context)

    def if_(user: User) -> None:
        branch = otherwise
        try:
            for holds, run in rows:
                if holds(user):
                    branch = run
                    break
        except Missing as missing:
            fail(user, missing.kind, str(missing))
            return
        branch(user)

    return if_
