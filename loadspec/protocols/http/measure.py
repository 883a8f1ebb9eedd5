"""What an answered exchange adds to its side of an endpoint's meter; times in ms."""

from __future__ import annotations

from collections.abc import Callable

from loadspec.metrics.meters import RequestMeter, Side
from loadspec.metrics.tape import Tape
from loadspec.protocols.user import User
from loadspec.transports.base import Answer, Channel

Measure = Callable[[Channel, User, bytes], None]
"""(channel with an answer, whose it is, the request as it was sent): append its times."""


def compile_measure(meter: RequestMeter, expected: bool, scheduled: bool) -> Measure:
    """→ what appends to a side of a meter, whose lists are the same for good. `scheduled`: the load is an open one."""
    side = meter.expected if expected else meter.unexpected
    measure = _plain(side)
    if scheduled:
        measure = _scheduled(measure, side)
    return measure if meter.tape is None else _kept(measure, meter, meter.tape, expected, scheduled)


def _plain(side: Side) -> Measure:
    duration, sending, waiting = side.durations.append, side.sending.append, side.waiting.append
    receiving, statuses = side.receiving.append, side.statuses
    blocked, connecting, tls = side.blocked.append, side.connecting.append, side.tls.append

    def measure(channel: Channel, _user: User, _request: bytes) -> None:
        ready, sent, first, ended = channel.ready, channel.sent, channel.first, channel.ended
        duration((ended - ready) * 1000)
        sending((sent - ready) * 1000)
        waiting((first - sent) * 1000)
        receiving((ended - first) * 1000)
        statuses[channel.status] += 1
        if not channel.reused:
            blocked(channel.blocked * 1000)
            connecting(channel.connecting * 1000)
            tls(channel.tls * 1000)

    return measure


def _scheduled(measure: Measure, side: Side) -> Measure:
    """`measure`, and how long after it was due the answer was there.

    The first request of a start is due with the start, so the start's lateness is its own; each other one is due when
    its user comes to it. What is sent for a request before its answer counts in: retries and their delays, redirects,
    rounds of authentication, and waiting for a turn, a token or a connection. guidellm's "response = end - due".
    """
    latency = side.scheduled.append

    def measure_scheduled(channel: Channel, user: User, request: bytes) -> None:
        measure(channel, user, request)
        latency((channel.ended - channel.started + user.late) * 1000)
        user.late = 0.0

    return measure_scheduled


def _kept(measure: Measure, meter: RequestMeter, tape: Tape, expected: bool, scheduled: bool) -> Measure:
    """`measure`, and the request by itself: see `metrics.tape`."""
    source, add = tape.source("answered", meter.tags, expected=expected), tape.add

    def measure_kept(channel: Channel, user: User, request: bytes) -> None:
        late = user.late if scheduled else None
        measure(channel, user, request)
        reused = channel.reused
        add(
            (
                source,
                channel.started,
                channel.ready,
                channel.sent,
                channel.first,
                channel.ended,
                0.0 if reused else channel.blocked,
                0.0 if reused else channel.connecting,
                0.0 if reused else channel.tls,
                late,
                channel.status,
                len(request),
                channel.received,
                user.index,
                user.iteration,
            )
        )

    return measure_kept


def compile_lost(meter: RequestMeter) -> Callable[[Answer, User, int], None]:
    """→ what counts a request that brought no answer: (why, whose it is, bytes sent)."""
    failures, tape = meter.failures, meter.tape

    def lost(answer: Answer, _user: User, _sent: int) -> None:
        failures[answer.error, answer.phase] += 1

    if tape is None:
        return lost
    source, add = tape.source("lost", meter.tags, expected=False), tape.add

    def lost_kept(answer: Answer, user: User, sent: int) -> None:
        lost(answer, user, sent)
        add((source, answer.started, answer.error, answer.phase, sent, user.index, user.iteration))

    return lost_kept
