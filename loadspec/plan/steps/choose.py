"""`choose`: one of several branches, drawn by weight.

The draw is a pure function of the seed, the step, the user and how often this user came here: the same on any number
of workers.
"""

from __future__ import annotations

from loadspec.plan.mix import weighted
from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context
from loadspec.plan.steps.group import compile_measured
from loadspec.protocols.user import User
from loadspec.spec.model import Branch, ChooseStep


def compile_choose(step: ChooseStep, context: Context) -> RunStep:
    """→ a function that draws a branch and runs it."""
    number = next(context.numbers)
    draw = weighted([branch.weight for branch in step.branches], context.seed, f"/choose/{number}")
    branches = tuple(_compile_branch(branch, context) for branch in step.branches)

    def choose(user: User) -> None:
        count = user.chances.get(number, 0)
        user.chances[number] = count + 1
        branches[draw(user.seat, count)](user)

    return choose


def _compile_branch(branch: Branch, context: Context) -> RunStep:
    return compile_measured(branch.name, branch.steps, context) if branch.name else context.sequence(branch.steps)
