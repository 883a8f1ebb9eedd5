"""How a phase ended, and the steps that run once: setup and teardown."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from gevent.event import Event
from msgspec import Struct, field

from loadspec.clock import monotonic
from loadspec.engine.agenda import NEVER
from loadspec.engine.host import EngineHost
from loadspec.plan import Flow, Plan
from loadspec.protocols.user import EndIteration, Stop, StopUser, User
from loadspec.transports.base import Interrupted


class PhaseEnd(Struct):
    """`status`: done, failed (a step ended it), timeout, stopped (from outside), crashed (a bug).

    `reason` is a sentence, or the trace of the bug; `captures` is what the steps captured.
    """

    status: str = "done"
    reason: str = ""
    captures: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """Sentences about how it came to its end, where that is no failure."""
    pool_ends: list[tuple[str, bool, int]] = field(default_factory=list)
    """Pools that were used up: (what it says, whether that ended the load, users who found it so)."""


class OnceRun:
    """Runs a flow once, as one user, within a timeout. A `stop` that comes before it holds, too."""

    def __init__(self, plan: Plan, host: EngineHost) -> None:
        self._plan = plan
        self._host = host
        self._changed = Event()
        self._deadline = NEVER
        self._stopped = False

    def stop(self, grace: float) -> None:
        """End it within `grace` seconds."""
        self._stopped = True
        self._deadline = min(self._deadline, monotonic() + grace)
        self._changed.set()

    def run(self, name: str, flow: Flow, timeout: float, setup: Mapping[str, Any]) -> PhaseEnd:
        """→ how it ended, with what it captured."""
        end = PhaseEnd()
        self._deadline = min(self._deadline, monotonic() + timeout)
        if self._stopped and self._deadline <= monotonic():
            return PhaseEnd("stopped")
        pools = self._plan.pools_apart.get(name, self._plan.pools)
        user = User(0, self._host, pools, len(self._plan.origins.known), setup)
        finished = Event()

        def live(user: User) -> None:
            user.begin(flow.slots)
            try:
                for step in flow.steps:
                    step(user)
            except Stop as stop:
                ended = isinstance(stop, EndIteration | StopUser)
                end.status, end.reason = "failed", f"{stop} failed" if ended else str(stop)
            except Interrupted:
                end.status = "stopped"
            except Exception:
                end.status, end.reason = "crashed", traceback.format_exc()
            finally:
                with suppress(Exception):  # whatever is wrong, its end must be heard of
                    end.reason = self._plan.phases[name].failures.masker(user)(end.reason)
                user.close()
                finished.set()
                self._changed.set()

        fiber = self._host.start(user, live)
        while not finished.is_set() and (left := self._deadline - monotonic()) > 0:
            self._changed.wait(left)
            self._changed.clear()
        if not finished.is_set():
            self._host.interrupt(fiber)
            finished.wait()
            if end.status == "stopped" and not self._stopped:
                end.status, end.reason = "timeout", f"not done within {timeout:g} s"
        end.captures = dict(user.captures)
        return end
