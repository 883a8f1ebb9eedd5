"""`poll`: ask again and again until an answer says that the work is done.

The first request goes out at once, the others on its beat, at begin + n·every, never two to catch up. With `backoff`
the beat slows down: begin + every, + every·factor, + every·factor² and so on, by that schedule, whenever answers come.
Transport errors, 429 and 5xx are ridden out until the timeout, those of the token's request too, whatever `until` would
say of them, unless such a status is expected; any other unexpected answer that does not satisfy `until` ends the poll,
not ok. `fail_when` is asked of every answer. The timeout bounds the requests, too: each may take what is left of it at
most.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from loadspec.clock import monotonic
from loadspec.expr import Missing, compile_expression
from loadspec.plan.model import RunStep
from loadspec.plan.steps.context import Context, compile_exchange, compile_finish, names_of, unsent
from loadspec.protocols.http import Attempt
from loadspec.protocols.http.judge import forget
from loadspec.protocols.user import User
from loadspec.spec.model import Backoff, PollStep

_SHORTEST = 0.001
"""Seconds between two requests, however short `every` is."""


def compile_poll(step: PollStep, context: Context) -> RunStep:
    """→ a function that polls; its `record` runs only when `until` held."""
    attempt, judge = compile_exchange(step, context, poll=True)
    finish = compile_finish(step, context)
    when = context.expression(step.when)
    wait = _compile_wait(step, context, attempt)
    note, captured = context.phase.failures.note, names_of(step)

    def poll(user: User) -> None:
        try:
            if when is not None and not when(user):
                return
            expected, why = wait(user)
        except Missing as missing:
            unsent(user, step, context, missing)
            finish(user, False, False)
            return
        if why:
            user.trouble = _WHY[why]
            forget(user, captured)
            note((step.endpoint, why, "poll", user.answer.status), user.trouble, user)
            finish(user, False, False)
        else:
            finish(user, judge(user, expected), True)

    return poll


def _compile_wait(step: PollStep, context: Context, attempt: Attempt) -> Callable[[User], tuple[bool, str]]:
    """→ a function that asks until the end: (whether the last status was expected, "" or why it failed)."""
    judged = _compile_judged(step, context)
    timeout = step.timeout
    next_beat = _compile_beat(max(step.every, _SHORTEST), step.backoff)

    def wait(user: User) -> tuple[bool, str]:
        begin, count, due, passed = monotonic(), 0, 0.0, 0.0
        while True:
            lacking: Missing | None = None
            try:
                expected = attempt(user, timeout - passed)
            except Missing as missing:
                if not missing.passes:
                    raise
                lacking = missing
            else:
                over = judged(expected, user)
                if over is not None:
                    return expected, over
            passed = monotonic() - begin
            count, due = next_beat(count, passed)
            if due < timeout:
                user.host.sleep(user, due - passed)
                passed = monotonic() - begin
            if max(passed, due) >= timeout:  # none left: the next beat is too late, or the user woke late
                if lacking is not None:
                    raise lacking
                return expected, "poll_timeout"

    return wait


def _compile_judged(step: PollStep, context: Context) -> Callable[[bool, User], str | None]:
    """→ what an answer says, whose status was expected or not: None to go on; why the poll failed, "" if it did not."""
    until = compile_expression(step.until, context.scope)
    fail_when = context.expression(step.fail_when)

    def judged(expected: bool, user: User) -> str | None:
        user.ok = expected
        status = user.answer.status
        counts = expected or _is_final(status)
        if counts and _holds(until, user):
            return ""
        if fail_when is not None and status and _holds(fail_when, user):
            return "poll_failed"
        return "poll_refused" if counts and not expected else None

    return judged


def _compile_beat(every: float, backoff: Backoff | None) -> Callable[[int, float], tuple[int, float]]:
    """→ (last beat's number, seconds passed) → the next beat that is not over yet: its number, when it is due."""
    if backoff is None or backoff.factor == 1 or every >= backoff.longest:
        step = every if backoff is None else min(every, backoff.longest)

        def steady(count: int, passed: float) -> tuple[int, float]:
            count = max(count + 1, math.ceil(passed / step))
            return count, count * step

        return steady

    factor, longest = backoff.factor, backoff.longest
    growing = math.inf if longest == math.inf else math.ceil(math.log(longest / every, factor))
    """So many intervals are shorter than the longest."""

    def due(number: int) -> float:
        grown = min(number, growing)
        return float(
            every * (factor**grown - 1) / (factor - 1) + (0 if grown == number else (number - grown) * longest)
        )

    def slowing(count: int, passed: float) -> tuple[int, float]:
        count += 1
        while due(count) < passed:
            count += 1
        return count, due(count)

    return slowing


def _is_final(status: int) -> bool:
    """Whether asking again cannot mend an unexpected answer: it came, and is neither 429 nor 5xx."""
    return 0 < status < 500 and status != 429


def _holds(condition: Callable[[User], Any], user: User) -> bool:
    try:
        return bool(condition(user))
    except Missing:
        return False


_WHY = {
    "poll_failed": "`fail_when` held",
    "poll_refused": "an answer that polling again cannot mend",
    "poll_timeout": "`until` did not hold within the timeout",
}
