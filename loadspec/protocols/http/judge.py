"""Judging an answer: `ok` is that it came, that every check holds, and that nothing to capture was missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from loadspec.expr import Missing
from loadspec.metrics.meters import CheckMeter
from loadspec.protocols.failures import FailureLog
from loadspec.protocols.user import User

Judge = Callable[[User, bool], bool]
"""(user, whether the status was expected) → ok."""


def compile_judge(
    endpoint: str,
    checks: Sequence[tuple[str, Callable[[User], Any]]],
    capture: Callable[[User], str | None] | None,
    meter: CheckMeter,
    failures: FailureLog,
) -> Judge:
    """Without checks, an unexpected status is not ok; with checks, they alone judge it. A missing path is false."""
    rows = tuple((index, name, holds) for index, (name, holds) in enumerate(checks))
    fails = meter.fails

    def judge(user: User, expected: bool) -> bool:
        ok = expected
        trouble = ""
        status = user.answer.status
        if rows:
            ok = status != 0
            user.ok = expected  # what `ok` means to a check
            meter.total += 1
            for index, name, holds in rows:
                try:
                    if status and holds(user):  # without an answer no check holds, whatever it says
                        continue
                except Missing:
                    pass
                fails[index] += 1
                ok = False
                trouble = trouble or f"check failed: {name}"
                if expected:
                    failures.note((endpoint, "check", name, status), f"check failed: {name}", user)
        if capture is not None and status:
            lost = capture(user)
            if lost is not None:
                ok = False
                trouble = trouble or f"nothing to capture for {lost}"
                if expected:
                    failures.note((endpoint, "capture", lost, status), f"nothing to capture for {lost}", user)
        user.trouble = trouble
        return ok

    return judge
