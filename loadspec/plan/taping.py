"""Iterations kept one by one, where samples are asked for."""

from __future__ import annotations

from collections.abc import Mapping

from loadspec.clock import monotonic
from loadspec.metrics.tape import Tape
from loadspec.plan.model import Flow
from loadspec.protocols.user import EndIteration, StopUser, User


def taped(flow: Flow, tape: Tape, tags: Mapping[str, str]) -> Flow:
    """The flow as one step, whose completed iterations are kept on the tape: those that the engine counts."""
    source, add = tape.source("iteration", tags), tape.add

    def iteration(user: User) -> None:
        begin = monotonic()
        try:
            for step in flow.steps:
                step(user)
        except (EndIteration, StopUser):
            add((source, begin, monotonic(), user.index, user.iteration))
            raise
        add((source, begin, monotonic(), user.index, user.iteration))

    return Flow((iteration,), flow.slots, flow.noted)
