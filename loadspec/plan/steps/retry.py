"""`retry`: an attempt that failed in a way one may hope about is made again, after a delay that grows.

Every attempt is a request in the books; the step's outcome, checks and captures are those of the last one. All were due
when the first one was: whoever asked waits for the delays, too.
"""

from __future__ import annotations

from collections.abc import Callable

from loadspec.clock import monotonic
from loadspec.protocols.http import Attempt
from loadspec.protocols.http.captures import headers_of
from loadspec.protocols.user import User
from loadspec.spec.model import Retry
from loadspec.transports.base import Answer

_OURS = frozenset({"forbidden_target", "host_not_allowed", "blocked_host", "blocked_ip", "tls_settings"})
"""What this side refuses: to try again changes nothing."""

KINDS: dict[str, Callable[[Answer], bool]] = {
    "connect": lambda answer: answer.phase == "connect" and answer.error not in _OURS,
    "timeout": lambda answer: answer.error == "timeout",
    "reset": lambda answer: answer.error in ("reset", "closed", "incomplete", "tls_closed"),
    "tls": lambda answer: answer.phase == "tls" and answer.error not in _OURS,
    "dns": lambda answer: answer.phase == "dns" and answer.error not in _OURS,
}
"""The words of `on` → whether an exchange without an answer is meant."""


def compile_retry(attempt: Attempt, retry: Retry) -> Attempt:
    """→ the attempt, made again where it fails as `retry` says."""
    statuses = tuple(status in retry.statuses for status in range(1000))
    kinds = tuple(KINDS[word] for word in sorted(retry.kinds))

    def is_meant(answer: Answer) -> bool:
        return statuses[answer.status] if answer.status else any(kind(answer) for kind in kinds)

    def retrying(user: User, left: float | None = None) -> bool:
        due = monotonic() - user.late
        expected = attempt(user, left)
        for count in range(retry.times):
            if expected or not is_meant(user.answer):
                break
            user.host.sleep(user, delay(retry, count, user))
            user.late = monotonic() - due
            expected = attempt(user, left)
        return expected

    return retrying


def delay(retry: Retry, count: int, user: User) -> float:
    """Seconds to wait after failure number `count`, from 0."""
    seconds = min(retry.delay * retry.factor**count, retry.longest)
    if retry.jitter:
        seconds *= 1 - retry.jitter * user.host.random()
    if retry.retry_after and user.answer.status:
        seconds = max(seconds, min(_asked_for(user.answer), retry.longest))
    return seconds


def _asked_for(answer: Answer) -> float:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3), 0 where there is none. A date is held against
    the answer's own `Date`: the clocks of the two machines may differ."""
    headers = headers_of(answer)
    text = str(headers.get("retry-after", "")).strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    from email.utils import parsedate_to_datetime  # lazily: all of `email` comes with it, and dates are rare

    try:
        later, now = (parsedate_to_datetime(str(value)) for value in (text, headers.get("date", "")))
        return max(0.0, (later - now).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return 0.0
