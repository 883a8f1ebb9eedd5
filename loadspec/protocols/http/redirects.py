"""Following redirects: each hop is a request of its own in all counts, and one that is followed counts as expected.

The answer of a step is that of the last hop. Its cookies are matched and kept hop by hop; `total` of the timeout holds
for the whole chain, the other parts for each hop. A hop that cannot be sent is an error of kind `redirect`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from loadspec.clock import monotonic
from loadspec.expr import Missing
from loadspec.protocols.http.auth import Credentials
from loadspec.protocols.http.measure import compile_lost
from loadspec.protocols.http.request import Compiled
from loadspec.protocols.user import User
from loadspec.transports.base import Answer
from loadspec.wire.redirects import STATUSES, location_of, onward, without_headers

if TYPE_CHECKING:
    from loadspec.protocols.http.attempt import Attempt, Wire

Follow = Callable[[User, bytes, bytes, int, "float | None"], bool]
"""(user, its request before cookies of the jar, as it was sent, number of its origin, seconds it may take at most):
called for an answer that redirects, which is not measured yet → whether the last answer was expected."""

Verdicts = tuple[bool | None, ...]
"""By status: whether it is expected, None where it redirects."""


class Hop:
    """What a user sends because of a redirect. `trusted`: its way never left the first origin."""

    __slots__ = ("method", "number", "redirected", "request", "sent", "trusted")

    def __init__(self, method: str, number: int, request: bytes, trusted: bool) -> None:
        self.method = method
        self.number = number
        self.request = self.sent = request
        self.trusted = trusted
        self.redirected = False


def verdicts(expected: Verdicts, follows: bool) -> Verdicts:
    """The statuses that are expected, and those that are followed."""
    return tuple(None if follows and status in STATUSES else one for status, one in enumerate(expected))


class Redirects:
    """Follows the redirects of one request of a plan; `send` makes an attempt of a hop, `count` measures an answer."""

    def __init__(
        self,
        compiled: Compiled,
        wire: Wire,
        expected: Verdicts,
        send: Callable[[Compiled, Wire, Follow], Attempt],
        count: Callable[[User, bool, bytes], None],
    ) -> None:
        self._compiled = compiled
        self._wire = wire
        self._expected = expected
        self._make = send
        self._count = count
        self._count_lost = compile_lost(wire.meter)
        self._sends: dict[tuple[str, bool], Attempt] = {}
        self._secrets = {name.encode() for name in compiled.credentials.names}

    def follow(self, user: User, rendered: bytes, sent: bytes, number: int, left: float | None) -> bool:
        """See `Follow`."""
        total = self._wire.deadlines.total
        left = total if left is None else min(left, total)
        hop = Hop(self._compiled.method, number, rendered, True)
        due = user.answer.started - user.late
        for _ in range(self._wire.max_redirects):
            location = location_of(user.answer.head)
            if not location:
                return self._end(user, sent)
            self._count(user, True, sent)
            left -= user.answer.ended - user.answer.started
            try:
                user.hop = hop = self._next(hop, user.answer, location)
            except (ValueError, Missing) as error:
                shown = location.partition("?")[0]  # a query may hold a secret
                return self._lost(user, f"{shown!r} cannot be followed: {error}")
            user.late = monotonic() - due
            expected = self._send(hop)(user, max(0.001, left))
            if not hop.redirected:
                return expected
            sent = hop.sent
        self._wire.failures.remark(
            f"{self._wire.endpoint} is redirected more than {self._wire.max_redirects} times (max_redirects): the "
            f"{user.answer.status} is taken for its answer"
        )
        return self._end(user, sent)

    def _next(self, hop: Hop, answer: Answer, location: str) -> Hop:
        """Raises ValueError for a Location that leads nowhere, Missing where requests go to too many hosts."""
        origins = self._wire.origins
        next = onward(hop.request, origins.known[hop.number], answer.status, location, self._secrets)
        number = origins.number(next.origin, origins.transports[hop.number])
        return Hop(next.method, number, self._unsigned(next.request), hop.trusted and not next.crossed)

    def _unsigned(self, request: bytes) -> bytes:
        """A signature fits the one request that it was made for."""
        return request if self._compiled.credentials.sign is None else without_headers(request, self._secrets)

    def _send(self, hop: Hop) -> Attempt:
        """What sends such a hop, made once: it renders what the user is about to send."""
        key = hop.method, hop.trusted
        attempt = self._sends.get(key)
        if attempt is None:
            credentials = self._compiled.credentials if hop.trusted else Credentials()
            sign = credentials.sign
            compiled = replace(
                self._compiled,
                method=hop.method,
                route=lambda user: user.hop.number,
                render=_bare if sign is None else lambda user: sign(user, user.hop.request),
                credentials=credentials,
                own_cookies=self._compiled.own_cookies and hop.trusted,  # else they went with the first origin
            )
            attempt = self._make(compiled, self._wire, _note)
            if credentials.wrap is not None and sign is not None:  # a challenge is met at the hop that it came for
                attempt = credentials.wrap(attempt)
            self._sends[key] = attempt
        return attempt

    def _end(self, user: User, sent: bytes) -> bool:
        """The redirect is the answer."""
        expected = bool(self._expected[user.answer.status])
        self._count(user, expected, sent)
        return expected

    def _lost(self, user: User, message: str) -> bool:
        answer = Answer()
        answer.started = answer.ready = answer.ended = user.answer.ended
        answer.error, answer.phase, answer.message = "redirect", "redirect", message
        user.answer = answer
        wire = self._wire
        self._count_lost(answer, user, 0)
        wire.failures.note((wire.endpoint, answer.error, answer.phase, 0), message, user)
        return False


def _bare(user: Any) -> bytes:
    request: bytes = user.hop.request
    return request


def _note(user: User, _rendered: bytes, sent: bytes, _number: int, _left: float | None) -> bool:
    """The answer of a hop redirects again; who follows goes on from there."""
    hop = user.hop
    assert hop is not None, "it is a hop's answer"
    hop.redirected = True
    hop.sent = sent
    return True
