"""Judging an answer: `ok` is that it came, that every check holds, and that nothing to capture was missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from loadspec.clock import monotonic
from loadspec.expr import Missing
from loadspec.metrics.meters import CheckMeter
from loadspec.protocols.failures import FailureLog
from loadspec.protocols.http.checks import Check
from loadspec.protocols.samples import SAMPLES
from loadspec.protocols.user import User

Judge = Callable[[User, bool], bool]
"""(user, whether the status was expected) → ok."""


def compile_judge(
    endpoint: str,
    checks: Sequence[tuple[str, Check]],
    capture: Callable[[User], str | None] | None,
    meter: CheckMeter,
    failures: FailureLog,
    sought: Mapping[str, str] | None = None,
) -> Judge:
    """Without checks, an unexpected status is not ok; with checks, they alone judge it. A missing path is false.

    `sought` says of every capture, by its name, where it was looked for, in words.
    """
    rows = tuple((index, check.holds) for index, (_name, check) in enumerate(checks))
    troubles = tuple(f"check failed: {name}" for name, _check in checks)
    fail = _compile_fail(endpoint, checks, troubles, meter, failures)
    sought = sought or {}
    lose = _compile_lose(endpoint, sought, failures)

    def judge(user: User, expected: bool) -> bool:
        ok = expected
        trouble = ""
        status = user.answer.status
        lost = None
        if capture is not None:  # first: a check may ask for what was captured
            if status:
                lost = capture(user)
            else:
                forget(user, sought)
        if rows:
            ok = status != 0
            user.ok = expected  # what `ok` means to a check
            meter.total += 1
            for index, holds in rows:
                try:
                    if status and holds(user):  # without an answer no check holds, whatever it says
                        continue
                except Missing:
                    pass
                ok = False
                trouble = trouble or troubles[index]
                fail(index, user, status, expected)
        if lost is not None:
            ok = False
            trouble = lose(lost, user, status, expected, trouble)
        user.trouble = trouble
        return ok

    return judge


def forget(user: User, names: Iterable[str]) -> None:
    """Where there is no answer to capture from, what an earlier one gave is no value either, as where one lacks it."""
    for name in names:
        user.captures.pop(name, None)


def _compile_fail(
    endpoint: str,
    checks: Sequence[tuple[str, Check]],
    troubles: Sequence[str],
    meter: CheckMeter,
    failures: FailureLog,
) -> Callable[[int, User, int, bool], None]:
    """What follows a check that did not hold: it is counted, and its first few answers are kept as samples."""
    left = [SAMPLES] * len(checks)
    fails = meter.fails

    keep = _compile_keep(checks, meter)

    def fail(index: int, user: User, status: int, expected: bool) -> None:
        fails[index] += 1
        if keep is not None:
            keep(index, user, status)
        name, check = checks[index]
        if status and left[index]:
            left[index] -= 1
            failures.sample(endpoint, name, check.expected, check.found, user)
        if expected:
            failures.note((endpoint, "check", name, status), troubles[index], user)

    return fail


def _compile_keep(checks: Sequence[tuple[str, Check]], meter: CheckMeter) -> Callable[[int, User, int], None] | None:
    """→ what keeps each failure by itself, if it is asked for: see `metrics.tape`."""
    tape = meter.tape
    if tape is None:
        return None
    add, sources = tape.add, [tape.source("check", meter.tags, name) for name, _check in checks]

    def keep(index: int, user: User, status: int) -> None:
        add((sources[index], monotonic(), status, user.index, user.iteration))

    return keep


def _compile_lose(
    endpoint: str, sought: Mapping[str, str], failures: FailureLog
) -> Callable[[str, User, int, bool, str], str]:
    def lose(name: str, user: User, status: int, expected: bool, trouble: str) -> str:
        message = f"nothing to capture for {name}"
        if name in sought:
            message += f": {sought[name]} found nothing"
        if expected:
            failures.note((endpoint, "capture", name, status), message, user)
        return trouble or message

    return lose
