"""One worker's engine: setup, load, teardown; what it measured leaves once a second as a snapshot."""

from __future__ import annotations

import resource
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import gevent
from gevent.event import Event

from loadspec.clock import monotonic
from loadspec.engine.host import EngineHost
from loadspec.engine.lag import LagProbe
from loadspec.engine.phases import OnceRun, PhaseEnd
from loadspec.engine.scenario import ScenarioRun
from loadspec.load import Command
from loadspec.plan import Flow, Plan

Emit = Callable[[dict[str, Any]], None]
"""Takes a snapshot: a JSON value."""

_TICK = 1.0
_NEVER = float("inf")
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class Engine:
    """Runs the phases of a plan, one after the other, in the calling greenlet. `stop` comes from another one."""

    def __init__(self, plan: Plan, emit: Emit) -> None:
        self._plan = plan
        self._emit = emit
        self._host = EngineHost(plan)
        self._once: OnceRun | None = None
        self._runs: list[ScenarioRun] = []
        self._changed = Event()
        self._end = PhaseEnd()
        self._deadline = _NEVER  # when whoever is left is interrupted: once somebody has asked for the end

    def setup(self) -> PhaseEnd:
        """Run `setup` once; its captures go to the load and to teardown."""
        return self._run_once("setup", self._plan.setup, self._plan.setup_timeout, {})

    def teardown(self, setup: Mapping[str, Any]) -> PhaseEnd:
        """Run `teardown` once."""
        return self._run_once("teardown", self._plan.teardown, self._plan.teardown_timeout, setup)

    def load(self, setup: Mapping[str, Any]) -> PhaseEnd:
        """Run all scenarios to their end."""
        self._end = PhaseEnd("done" if self._deadline == _NEVER else "stopped")
        self._runs = [
            ScenarioRun(self._plan, scenario, self._host, setup, self._changed.set, self._abort, self._crash)
            for scenario in self._plan.scenarios
        ]
        epoch = monotonic()
        self._plan.phases["load"].failures.epoch = epoch
        helpers = [gevent.spawn(self._guard, self._drive, run, run.commands, epoch) for run in self._runs]
        helpers.append(gevent.spawn(self._guard, self._tick_forever, epoch))
        try:
            self._wait_for_end()
        finally:
            gevent.killall(helpers)
        for run in self._runs:
            if run.dropped():
                meters = self._plan.phases["load"].meters
                meters.value("counter", "dropped_iterations", scenario=run.scenario.name).add(run.dropped())
        self._snapshot("load", epoch)
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

    def _wait_for_end(self) -> None:
        stopping = killed = False
        while not all(run.over() for run in self._runs):
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
            self._changed.wait(left if 0 < left < _NEVER else None)
            self._changed.clear()

    def _guard(self, work: Callable[..., None], *args: Any) -> None:
        """Do a helper's work; a bug in it must not leave the load without its helper."""
        try:
            work(*args)
        except Exception:
            self._crash(traceback.format_exc())

    def _drive(self, run: ScenarioRun, commands: list[Command], epoch: float) -> None:
        for command in commands:
            while (delay := epoch + command.at - monotonic()) > 0:  # the loop's clock may wake us early
                gevent.sleep(delay)
            run.obey(command, monotonic() - epoch - command.at)
        self._changed.set()

    def _abort(self, reason: str) -> None:
        if self._end.status in ("done", "stopped"):
            self._end.status, self._end.reason = "failed", reason
        self._end_within(0.0)

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
            return self._once.run(flow, timeout, setup)
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

    def _snapshot(self, phase: str, epoch: float, lag_ms: float = 0.0) -> None:
        current = self._plan.phases[phase]
        store = current.meters.drain()
        users = sum(len(run.alive) for run in self._runs)
        if phase == "load":
            store.gauge("vus").add(users)
            store.gauge("vus_max").add(sum(run.scenario.load.max_vus for run in self._runs))
        usage = resource.getrusage(resource.RUSAGE_SELF)
        books = [run.books for run in self._runs]
        self._emit(
            {
                "phase": phase,
                "t": monotonic() - epoch,
                "store": store.to_wire(),
                "failures": current.failures.drain(),
                "users": users,
                "iterations": {
                    "started": sum(book.started for book in books),
                    "completed": sum(book.completed for book in books),
                    "interrupted": sum(book.interrupted for book in books),
                },
                "health": {
                    "lag_ms": lag_ms,
                    "cpu_s": usage.ru_utime + usage.ru_stime,
                    "peak_rss_bytes": usage.ru_maxrss * _RSS_UNIT,
                },
            }
        )
