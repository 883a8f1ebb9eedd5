"""One attempt: send a compiled request, and add what came back to the meters."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Protocol

from msgspec import Struct

from loadspec.metrics.catalog import UNSENT_PHASES
from loadspec.metrics.meters import RequestMeter
from loadspec.protocols.failures import FailureLog
from loadspec.protocols.http.cookies import Jar, target_in
from loadspec.protocols.http.measure import Measure, compile_lost, compile_measure
from loadspec.protocols.http.redirects import Follow, Redirects, Verdicts, verdicts
from loadspec.protocols.http.request import Compiled, Origins
from loadspec.protocols.user import User
from loadspec.transports.base import ABSENT, DISCARD, KEEP, Channel, Deadlines
from loadspec.wire.url import Origin


class Attempt(Protocol):
    """One request of a user."""

    def __call__(self, user: User, left: float | None = None) -> bool:
        """Whether the answer was expected. `left`: seconds it may take at most, if fewer than its own timeout.

        Raises Missing where a value lacks: then nothing was sent.
        """


_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})


class Wire(Struct, frozen=True):
    """What an attempt needs beside its request. `cookies`: iteration, user or off, how long a jar is kept."""

    endpoint: str
    deadlines: Deadlines
    expected_statuses: Collection[int] | None
    meter: RequestMeter
    failures: FailureLog
    origins: Origins
    cookies: str = "off"
    max_redirects: int = 0
    """How many are followed; 0: a redirect is an answer like any other."""
    discard: bool = False
    """Whether bodies are read and thrown away."""
    scheduled: bool = False
    """Whether the iterations that send it start by a schedule."""


def compile_attempt(compiled: Compiled, wire: Wire) -> Attempt:
    """One request with all that its credentials put around it. `user.answer` holds the answer afterwards."""
    redirects = Redirects(compiled, wire, _expected(wire), _compile_one, _counting(wire))
    attempt = _compile_one(compiled, wire, redirects.follow)
    wrap = compiled.credentials.wrap
    return attempt if wrap is None else wrap(attempt)


def _expected(wire: Wire) -> Verdicts:
    """By status: whether it is expected."""
    statuses = range(200, 400) if wire.expected_statuses is None else wire.expected_statuses
    return tuple(status in statuses for status in range(1000))


def _body_of(method: str, wire: Wire) -> int:
    """What becomes of the answer's body."""
    if method == "HEAD":
        return ABSENT
    return DISCARD if wire.discard else KEEP


def _measures(wire: Wire) -> tuple[Measure, Measure]:
    """What measures an expected answer, and one that is not."""
    return compile_measure(wire.meter, True, wire.scheduled), compile_measure(wire.meter, False, wire.scheduled)


def _counting(wire: Wire) -> Callable[[User, bool, bytes], None]:
    """What measures an answer that redirects, once it is known whether it is followed."""
    measure, measure_bad = _measures(wire)

    def count(user: User, expected: bool, request: bytes) -> None:
        channel: Any = user.answer
        status = channel.status
        (measure if expected else measure_bad)(channel, user, request)
        if not expected:
            key = (wire.endpoint, "status", "status", status)
            wire.failures.note(key, f"unexpected status {status}", user, request)

    return count


def _compile_one(compiled: Compiled, wire: Wire, follow: Follow) -> Attempt:
    """The hot path from a user to its recorded answer."""
    verdict = verdicts(_expected(wire), wire.max_redirects > 0)
    meter, deadlines, endpoint = wire.meter, wire.deadlines, wire.endpoint
    route, render, excuse = compiled.route, compiled.render, compiled.credentials.excuse
    idempotent, body = compiled.method in _IDEMPOTENT, _body_of(compiled.method, wire)
    note = wire.failures.note
    measure, measure_bad = _measures(wire)
    lose = _losing(wire)
    open_jar, keep, lasting = not compiled.own_cookies, wire.cookies != "off", wire.cookies == "user"
    known = wire.origins.known

    def attempt(user: User, left: float | None = None) -> bool:
        request = rendered = render(user)
        number = route(user)
        if user.cookies is not None and open_jar:
            request = user.cookies.attach(request, known[number])
        channel = user.channel(number)
        user.answer = channel
        try:
            limits = deadlines if left is None else deadlines.within(left)
            answered = channel.exchange(request, limits, idempotent, body)
        except BaseException:
            _cut_off(channel, request, meter)
            raise
        if channel.retries:
            _sent_again(channel, request, meter)
        if not answered:
            lose(user, channel, request)
            return False
        if channel.sets_cookies and keep:
            receive(user, request, channel.head, known[number], lasting)
        meter.sent += len(request)
        meter.received += channel.received
        status = channel.status
        expected = verdict[status]
        if expected is None:
            return follow(user, rendered, request, number, left)
        if excuse is not None and excuse(user):
            expected = True
        if expected:
            measure(channel, user, request)
            return True
        measure_bad(channel, user, request)
        note((endpoint, "status", "status", status), f"unexpected status {status}", user, request)
        return False

    return attempt


def _cut_off(channel: Channel, request: bytes, meter: RequestMeter) -> None:
    """The user was interrupted meanwhile."""
    if channel.in_flight:
        meter.cut_off += 1
        meter.sent += len(request)
    _sent_again(channel, request, meter)


def _sent_again(channel: Channel, request: bytes, meter: RequestMeter) -> None:
    """Take the channel's retries over: it may serve again, and must not tell of them twice."""
    meter.retries += channel.retries
    meter.sent += channel.retries * len(request)
    channel.retries = 0


def _losing(wire: Wire) -> Callable[[User, Channel, bytes], None]:
    """What counts a request to which no answer came."""
    meter, lost = wire.meter, compile_lost(wire.meter)

    def lose(user: User, channel: Channel, request: bytes) -> None:
        user.late = 0.0
        sent = 0 if channel.phase in UNSENT_PHASES else len(request)
        meter.sent += sent
        meter.received += channel.received
        lost(channel, user, sent)
        wire.failures.note((wire.endpoint, channel.error, channel.phase, 0), channel.message, user, request)

    return lose


def receive(user: User, request: bytes, head: bytes, origin: Origin, lasting: bool) -> None:
    """Put what an answer's head sets into the user's jar, made on first use, and into what it keeps for longer."""
    target = target_in(request)
    jar = open_jar(user, lasting) if user.cookies is None or user.keeping else user.cookies
    jar.store(head, origin, target)
    if user.keeping and user.kept_cookies is not None and not lasting:
        user.kept_cookies.store(head, origin, target)


def open_jar(user: User, lasting: bool, keeps: bool = False) -> Jar:
    """The user's jar, and the one that it keeps where something is to be kept; each is made where there is none.

    `keeps`: something will be, by a part of the user that could not give it a jar.
    """
    if user.cookies is None:
        user.cookies = Jar(lasting)
    if user.kept_cookies is None:
        if lasting:
            user.kept_cookies = user.cookies
        elif user.keeping or keeps:
            user.kept_cookies = Jar()
    return user.cookies
