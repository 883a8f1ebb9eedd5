"""Who looks on while a plan runs: a dry run, or a log of the traffic. A plan that nobody watches pays nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from loadspec.plan.model import RunStep
from loadspec.protocols.user import User
from loadspec.spec.model import Step
from loadspec.transports.base import Answer
from loadspec.wire.url import Origin

if TYPE_CHECKING:
    from loadspec.plan.steps.context import Context

Compile = Callable[[Step, "Context"], RunStep]


class Watch(Protocol):
    """What is told; all of it in the greenlet of the user that it is about."""

    def exchanged(self, user: User, origin: Origin, request: bytes, answer: Answer) -> None:
        """A request of a user has been answered, or has failed."""

    def entered(self, user: User, step: Step) -> None:
        """A step begins."""

    def left(self, user: User, step: Step, cut: bool) -> None:
        """A step is over, however it ended; `cut`: it was interrupted, and its outcome means nothing."""


def watching(compile: Compile, watch: Watch) -> Compile:
    """A compiler whose steps tell `watch` when they begin and end."""

    def compile_watched(step: Step, context: Context) -> RunStep:
        run = compile(step, context)

        def told(user: User) -> None:
            watch.entered(user, step)
            cut = True
            try:
                run(user)
                cut = False
            except Exception:  # the end of an iteration, say: the step's own doing
                cut = False
                raise
            finally:
                watch.left(user, step, cut)

        return told

    return compile_watched
