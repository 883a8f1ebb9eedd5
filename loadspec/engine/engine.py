"""One worker's engine: setup, load, teardown; what it measured leaves once a second as a snapshot."""

from __future__ import annotations

import resource
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import gevent
from gevent.event import Event

from loadspec.clock import monotonic
from loadspec.engine.bounds import Bounds
from loadspec.engine.draws import Draws, pool_note
from loadspec.engine.host import EngineHost
from loadspec.engine.lag import LagProbe
from loadspec.engine.phases import OnceRun, PhaseEnd
from loadspec.engine.scenario import CrewRun, crew_tags
from loadspec.engine.snapshots import held_back, scenario_rows
from loadspec.load import WHOLE, Share, crews_of
from loadspec.plan import Flow, Plan
from loadspec.protocols.user import PoolEnd

Emit = Callable[[dict[str, Any]], None]
"""Takes a snapshot: a JSON value."""

_TICK = 1.0
_NEVER = float("inf")
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class Engine:
    """Runs the phases of a plan, one after the other, in the calling greenlet. `stop` comes from another one.

    Of the load it runs its share; setup and teardown are whole wherever they are asked for.
    """

    def __init__(self, plan: Plan, emit: Emit, bounds: Bounds | None = None, share: Share = WHOLE) -> None:
        self._plan = plan
        self._emit = emit
        self._bounds = bounds or Bounds()
        self._share = share
        self._host = EngineHost(plan, self._bounds, share)
        self._once: OnceRun | None = None
        self._runs: list[CrewRun] = []
        self._changed = Event()
        self._host.on_park = self._changed.set
        self._end = PhaseEnd()
        self._draws = Draws(plan.pools)
        self._pool_ends: Counter[tuple[str, bool]] = Counter()
        self._helpers: list[gevent.Greenlet] = []
        self._deadline = _NEVER  # when whoever is left is interrupted: once somebody has asked for the end

    def setup(self) -> PhaseEnd:
        """Run `setup` once; its captures go to the load and to teardown."""
        return self._run_once("setup", self._plan.setup, self._plan.setup_timeout, {})

    def teardown(self, setup: Mapping[str, Any]) -> PhaseEnd:
        """Run `teardown` once."""
        return self._run_once("teardown", self._plan.teardown, self._plan.teardown_timeout, setup)

    def load(self, setup: Mapping[str, Any], epoch: float | None = None) -> PhaseEnd:
        """Run this worker's share of all scenarios to their end.

        The load begins at `epoch`, a time of `clock.monotonic`, so that workers can begin together; else at once.
        """
        self._end = PhaseEnd("done" if self._deadline == _NEVER else "stopped")
        self._runs = [
            CrewRun(
                self._plan,
                crew,
                self._host,
                setup,
                self._changed.set,
                self._abort,
                self._crash,
                self._pool_end,
                self._share,
            )
            for crew in crews_of(self._plan.scenarios)
        ]
        self._draws.begin()
        epoch = monotonic() if epoch is None else epoch
        self._plan.phases["load"].failures.epoch = epoch
        self._helpers = [gevent.spawn(self._guard, self._drive, run, epoch) for run in self._runs]
        self._helpers.append(gevent.spawn(self._guard, self._tick_forever, epoch))
        if self._bounds.duration is not None:
            self._helpers.append(gevent.spawn_later(self._bounds.duration, self._end_within, 0.0))
        try:
            self._wait_for_end(epoch)
        finally:
            gevent.killall(self._helpers)
        for run in self._runs:
            if run.dropped():
                meters = self._plan.phases["load"].meters
                meters.value("counter", "dropped_iterations", **crew_tags(run.crew)).add(run.dropped())
        self._snapshot("load", epoch, ended=True)
        self._end.notes += [pool_note(text, whole, users) for (text, whole), users in self._pool_ends.items()]
        return self._end

    def stop(self, grace: float) -> None:
        """No new iteration; what is in flight after `grace` seconds is interrupted. Again: the shorter grace holds."""
        if self._once is not None:
            self._once.stop(grace)
        self._end.status = "stopped" if self._end.status == "done" else self._end.status
        self._end_within(grace)

    def _end_within(self, grace: float) -> None:
        self._deadline = min(self._deadline, monotonic() + grace)
        self._changed.set()

    def _wait_for_end(self, epoch: float) -> None:
        stopping = killed = False
        while not all([self._has_ended(run, epoch) for run in self._runs]):  # each is looked at: others wait for it
            left = self._deadline - monotonic()
            if left < _NEVER and not stopping:
                stopping = True
                for run in self._runs:
                    run.stop()
                continue
            if left <= 0 and not killed:
                killed = True
                for run in self._runs:
                    run.kill_all()
            for run in self._runs:
                run.release()
            self._changed.wait(left if 0 < left < _NEVER else None)
            self._changed.clear()

    @staticmethod
    def _has_ended(run: CrewRun, epoch: float) -> bool:
        """Whether a crew is through; who waits for it is told."""
        if run.ended is None and run.over():
            run.ended = max(0.0, monotonic() - epoch)
            run.is_over.set()
        return run.ended is not None

    def _guard(self, work: Callable[..., None], *args: Any) -> None:
        """Do a helper's work; a bug in it must not leave the load without its helper."""
        try:
            work(*args)
        except Exception:
            self._crash(traceback.format_exc())

    def _drive(self, run: CrewRun, epoch: float) -> None:
        begin = self._begin_of(run, epoch)
        for command in run.commands:
            while (delay := begin + command.at - monotonic()) > 0:  # the loop's clock may wake us early
                gevent.sleep(delay)
            if run.began is None and not run.stopped:
                run.began = begin - epoch
            run.obey(command, monotonic() - begin - command.at)
        self._changed.set()

    def _begin_of(self, run: CrewRun, epoch: float) -> float:
        """When a crew's time begins; waits for the one that it comes after."""
        if run.crew.after is None:
            return epoch + run.crew.start_at
        next(other for other in self._runs if other.crew.name == run.crew.after).is_over.wait()
        return monotonic()

    def _abort(self, reason: str) -> None:
        if self._end.status in ("done", "stopped"):
            self._end.status, self._end.reason = "failed", reason
        self._end_within(0.0)

    def _pool_end(self, end: PoolEnd) -> None:
        """A user found a pool used up; where that ends the load, what is in flight has the graceful stop to end."""
        self._pool_ends[str(end), end.whole] += 1
        if end.whole:
            for run in self._runs:
                if not run.stopped:
                    grace = run.crew.load.end - run.crew.load.duration
                    self._helpers.append(gevent.spawn_later(grace, self._guard, run.kill_all))
                run.stop()
            self._changed.set()

    def _crash(self, trace: str) -> None:
        self._end.status, self._end.reason = "crashed", trace
        self._end_within(0.0)

    def _run_once(self, name: str, flow: Flow, timeout: float, setup: Mapping[str, Any]) -> PhaseEnd:
        epoch = monotonic()
        self._plan.phases[name].failures.epoch = epoch
        if not flow.steps:
            return PhaseEnd()
        self._once = OnceRun(self._plan, self._host)
        try:
            return self._once.run(name, flow, timeout, setup)
        finally:
            self._once = None
            self._snapshot(name, epoch)

    def _tick_forever(self, epoch: float) -> None:
        probe = LagProbe()
        try:
            count = 0
            while True:
                count = max(count, int((monotonic() - epoch) / _TICK)) + 1  # a tick missed is not made up for
                gevent.sleep(max(0.0, epoch + count * _TICK - monotonic()))
                self._snapshot("load", epoch, probe.take())
        finally:
            probe.stop()

    def _snapshot(self, phase: str, epoch: float, lag_ms: float = 0.0, ended: bool = False) -> None:
        current = self._plan.phases[phase]
        store = current.meters.drain()
        users = sum(len(run.alive) for run in self._runs)
        if phase == "load":
            store.gauge("vus").add(users)
            store.gauge("vus_max").add(sum(run.max_vus for run in self._runs))
        usage = resource.getrusage(resource.RUSAGE_SELF)
        books = [book for run in self._runs for book in run.books]
        self._emit(
            {
                "phase": phase,
                "t": monotonic() - epoch,
                "store": store.to_wire(),
                "failures": current.failures.drain(),
                "check_samples": current.failures.drain_samples(),
                "notes": current.failures.drain_remarks(),
                "users": users,
                "iterations": {
                    "started": sum(book.started for book in books),
                    "completed": sum(book.completed for book in books),
                    "interrupted": sum(book.interrupted for book in books),
                },
                "scenarios": [row for run in self._runs for row in scenario_rows(run)],
                "pools": self._draws.rows((user for run in self._runs for user in run.users), ended)
                if phase == "load"
                else [],
                **held_back(self._host.network.limiter),
                "health": {
                    "lag_ms": lag_ms,
                    "cpu_s": usage.ru_utime + usage.ru_stime,
                    "peak_rss_bytes": usage.ru_maxrss * _RSS_UNIT,
                },
            }
        )
