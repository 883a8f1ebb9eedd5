"""Branches of one user that run at the same time: a greenlet each, while the user's own waits for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from greenlet import greenlet

from loadspec.protocols.user import AbortRun, Branch, EndIteration, PoolEnd, StopUser, User
from loadspec.transports.base import Interrupted
from loadspec.transports.network import Network

Job = tuple[Branch, Callable[[User], None]]


def interrupt(network: Network, fiber: greenlet) -> None:
    """Throw `Interrupted` into a greenlet, wherever it waits, when the loop comes round."""
    network.loop.run_callback(_throw, fiber)


def _throw(fiber: greenlet) -> None:
    if fiber:
        fiber.throw(Interrupted)


def _weight(error: BaseException) -> int:
    """How much it ends: of two branches that end something at the same moment, the one that ends more is heard."""
    if isinstance(error, Interrupted):
        return 0
    return next((weight for weight, kind in enumerate(_ENDS, start=1) if isinstance(error, kind)), len(_ENDS) + 1)


_ENDS = (EndIteration, StopUser, PoolEnd, AbortRun)
"""From the one that ends least; a bug of ours weighs more than any."""


class Gathering:
    """One time that a user runs branches.

    The first branch that raises ends the others: they are interrupted, what they had sent counts as cut off, and what
    was raised goes on in the user once all are gone. Interrupting the user interrupts its branches first.
    `left` are the branches that have not ended; `on_end` is called when one ends before the others.
    """

    __slots__ = ("_error", "_fibers", "_jobs", "_network", "_on_end", "_user", "_wake", "left")

    def __init__(self, network: Network, user: User, jobs: Sequence[Job], on_end: Callable[[], Any]) -> None:
        self._network = network
        self._user = user
        self._jobs = jobs
        self.left = {branch for branch, _ in jobs}
        self._on_end = on_end
        self._fibers: list[greenlet] = []
        self._error: BaseException | None = None
        self._wake: Any = None

    def run(self) -> None:
        """Start all, and give way until all have ended.

        Raises what a branch raised or what was thrown in here, whichever ends more.
        """
        for branch, step in self._jobs:
            fiber = branch.fiber = greenlet(self._live, parent=self._network.hub)
            self._fibers.append(fiber)
            self._network.loop.run_callback(fiber.switch, branch, step)
        thrown: BaseException | None = None
        while self.left:
            try:
                self._network.switch()
            except BaseException as error:
                thrown = error
                self._end_all()
        if self._wake is not None:
            self._wake.stop()  # where an interrupt came between the last end and this
        raised = [error for error in (thrown, self._error) if error is not None]
        if raised:
            raise max(raised, key=_weight)

    def _live(self, branch: Branch, step: Callable[[User], None]) -> None:
        """A branch's life. Whatever leaves the step ends here, and goes on in the user."""
        try:
            step(branch)
        except BaseException as error:
            if self._error is None:
                self._error = error
                self._end_all()
            elif _weight(error) > _weight(self._error):  # it failed before it heard of the end
                self._error = error
        finally:
            self.left.discard(branch)
            if self.left:
                self._on_end()
            else:
                self._wake = self._network.loop.run_callback(self._user.resume)

    def _end_all(self) -> None:
        current = self._fibers
        for fiber in current:
            interrupt(self._network, fiber)
