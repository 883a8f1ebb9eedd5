"""`parallel`: steps at the same time, each on connections of its own.

Branches share the user's captures, cookies, outcomes and draws. All end before the next step begins. One that ends the
iteration, the user or the run ends the others at once: their requests in flight are cut off, and counted so.
"""

from __future__ import annotations

from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context
from loadspec.protocols.http.attempt import open_jar
from loadspec.protocols.user import User
from loadspec.spec.model import ParallelStep, all_steps


def compile_parallel(step: ParallelStep, context: Context) -> RunStep:
    """→ a function that runs all branches and waits for them."""
    number = next(context.numbers)
    branches = tuple(context.sequence((branch,)) for branch in step.steps)
    cookies = context.target.cookies
    keeps = any(one.run for one in all_steps(step.steps))

    def parallel(user: User) -> None:
        if cookies != "off":
            open_jar(user, cookies == "user", keeps)
        parts = user.fork(number, len(branches))
        user.host.gather(user, list(zip(parts, branches, strict=True)))
        user.failed = user.failed or any(part.failed for part in parts)

    return parallel
