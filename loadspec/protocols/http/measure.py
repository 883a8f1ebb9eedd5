"""What an answered exchange adds to its side of an endpoint's meter; times in ms."""

from __future__ import annotations

from collections.abc import Callable

from loadspec.metrics.meters import Side
from loadspec.protocols.user import User
from loadspec.transports.base import Channel

Measure = Callable[[Channel, int, User], None]
"""(channel with an answer, its status, whose it is): append its times."""


def compile_measure(side: Side, scheduled: bool) -> Measure:
    """→ what appends to a side of a meter, whose lists are the same for good. `scheduled`: the load is an open one."""
    duration, sending, waiting = side.durations.append, side.sending.append, side.waiting.append
    receiving, statuses = side.receiving.append, side.statuses
    blocked, connecting, tls = side.blocked.append, side.connecting.append, side.tls.append

    def measure(channel: Channel, status: int, _user: User) -> None:
        ready, sent, first, ended = channel.ready, channel.sent, channel.first, channel.ended
        duration((ended - ready) * 1000)
        sending((sent - ready) * 1000)
        waiting((first - sent) * 1000)
        receiving((ended - first) * 1000)
        statuses[status] += 1
        if not channel.reused:
            blocked(channel.blocked * 1000)
            connecting(channel.connecting * 1000)
            tls(channel.tls * 1000)

    return _scheduled(measure, side) if scheduled else measure


def _scheduled(measure: Measure, side: Side) -> Measure:
    """`measure`, and how long after it was due the answer was there.

    The first request of a start is due with the start, so the start's lateness is its own; each other one is due when
    its user comes to it. What is sent for a request before its answer counts in: retries and their delays, redirects,
    rounds of authentication, and waiting for a turn, a token or a connection. guidellm's "response = end - due".
    """
    latency = side.scheduled.append

    def measure_scheduled(channel: Channel, status: int, user: User) -> None:
        measure(channel, status, user)
        latency((channel.ended - channel.started + user.late) * 1000)
        user.late = 0.0

    return measure_scheduled
