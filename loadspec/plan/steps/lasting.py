"""`run: once_per_vu` and `run: {every: 10m}`: what a step captured outlives the iteration.

A user runs the step until it was ok, then leaves it out for so long. Where it is left out, its outcomes and captures
(those of all steps inside it) are put back, as if it had just run; cookies that it got stay in the user's jar. One
that fails is tried again in the next iteration: a login refused once must not leave its user without a token for ever.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from loadspec.clock import monotonic
from loadspec.expr import Missing
from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context, compile_fail
from loadspec.protocols.user import SKIPPED, Outcome, User
from loadspec.spec.model import CallStep, PollStep, Step, all_exchanges, all_steps


class _Kept(NamedTuple):
    """What the last time left: when it began, captures by name, an outcome for each slot."""

    began: float
    captures: dict[str, Any]
    outcomes: list[Outcome]


def compile_lasting(step: Step, run: RunStep, context: Context) -> RunStep:
    """→ the step, left out as long as its last time holds. `run` looks at the `when` of a call or poll only."""
    number, interval = next(context.numbers), step.run
    slots = sorted({context.slots[one.name] for one in all_steps((step,)) if one.name in context.slots})
    names = sorted({capture.name for one in all_exchanges((step,)) for capture in one.request.captures})
    must_run = isinstance(step, CallStep | PollStep)
    when = None if must_run else context.expression(step.when)
    fail = compile_fail(step, context)

    def lasting(user: User) -> None:
        kept: _Kept | None = user.memory.get(number)
        now, outcomes, captures = monotonic(), user.outcomes, user.captures
        if kept is not None:
            captures.update(kept.captures)
            if now - kept.began < interval:
                for slot, outcome in zip(slots, kept.outcomes, strict=True):
                    outcomes[slot] = outcome
                return
        try:
            if when is not None and not when(user):
                return
        except Missing as missing:
            fail(user, missing.kind, str(missing))
            return
        for slot in slots:
            outcomes[slot] = SKIPPED
        failed = _failed(run, user)
        new = [outcomes[slot] for slot in slots]
        if not failed and all(outcome.ok or (outcome is SKIPPED and not must_run) for outcome in new):
            user.memory[number] = _Kept(now, {name: captures[name] for name in names if name in captures}, new)
        elif kept is not None:  # what the answer did not bring is still there
            captures.update({**kept.captures, **captures})

    return lasting


def _failed(run: RunStep, user: User) -> bool:
    """Run it, keeping its cookies → whether a step that has no outcome failed in it. What lasts may hold what lasts."""
    outer, user.keeping = user.keeping, True
    before, user.failed = user.failed, False
    try:
        run(user)
    finally:
        failed = user.failed
        user.keeping, user.failed = outer, outer and (failed or before)
    return failed
