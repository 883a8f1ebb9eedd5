"""`wait_until`: a rendezvous. Users wait until so many are here, then all go on at once.

It counts the users of one worker. Who has waited for the timeout goes on alone; then the step is not ok. So does who
is left with others that wait, too, when no iteration may begin any more; at the load's end its iteration ends there.
"""

from __future__ import annotations

from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context, compile_fail
from loadspec.protocols.user import Outcome, User
from loadspec.spec.model import WaitUntilStep


def compile_wait_until(step: WaitUntilStep, context: Context) -> RunStep:
    """→ a function that waits for the others."""
    slot, users, timeout = context.slots[step.name], step.users, step.timeout
    fail = compile_fail(step, context)
    waiting: dict[User, None] = {}  # in the order of their coming

    def wait_until(user: User) -> None:
        if len(waiting) + 1 >= users:
            here = list(waiting)
            waiting.clear()
            for other in here:
                other.host.wake(other)
        else:
            waiting[user] = None
            try:
                met = user.host.park(user, timeout)
            finally:
                waiting.pop(user, None)
            if not met:
                user.outcomes[slot] = Outcome(False)
                fail(user, "rendezvous_timeout", f"fewer than {users} users came within {timeout:g} s, or were left")
                return
        user.outcomes[slot] = Outcome(True)

    return wait_until
