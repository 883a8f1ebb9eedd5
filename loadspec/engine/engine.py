"""One worker's engine: setup, load, teardown; what it measured leaves once a second as a snapshot."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import gevent
from gevent.event import Event

from loadspec.clock import monotonic
from loadspec.engine.agenda import NEVER
from loadspec.engine.bounds import Bounds
from loadspec.engine.crew import CrewRun, Site
from loadspec.engine.crews import crew_run
from loadspec.engine.draws import Draws
from loadspec.engine.health import HealthProbe, totals
from loadspec.engine.host import EngineHost
from loadspec.engine.pacing import Pacer
from loadspec.engine.phases import OnceRun, PhaseEnd
from loadspec.engine.snapshots import held_back, scenario_rows, stamped, work_of
from loadspec.load import WHOLE, Share, crews_of
from loadspec.plan import Flow, Plan
from loadspec.protocols.user import PoolEnd

Emit = Callable[[dict[str, Any]], None]
"""Takes a snapshot: a JSON value."""
Tell = Callable[..., None]
"""Takes what concerns other workers, and its fields: `used_up`, `crew_over` with the crew, `tagged` with values."""

_TICK = 1.0
_FOLD = 0.02


class Engine:
    """Runs the phases of a plan, one after the other, in the calling greenlet. `stop` comes from another one.

    Of the load it runs its share; setup and teardown are whole wherever they are asked for. Whoever runs several
    answers what they `tell`: the others `wind_down` when one is `used_up`; all have `crew_go` when each says
    `crew_over` of that crew; all `abort` when together they have `tagged` with too many values.
    """

    def __init__(
        self,
        plan: Plan,
        emit: Emit,
        bounds: Bounds | None = None,
        share: Share = WHOLE,
        tell: Tell = lambda what, **fields: None,
    ) -> None:
        self._plan = plan
        self._emit = emit
        self._tell = tell
        plan.tag_values.tell = lambda endpoint, tags: tell("tagged", endpoint=endpoint, tags=dict(tags))
        self._bounds = bounds or Bounds()
        self._share = share
        self._host = EngineHost(plan, self._bounds, share)
        self._once = {phase: OnceRun(plan, self._host) for phase in ("setup", "teardown")}
        self._runs: list[CrewRun] = []
        self._changed = Event()
        self._host.on_park = self._changed.set
        self._end = PhaseEnd()
        self._draws = Draws(plan.pools)
        self._pool_ends: Counter[tuple[str, bool]] = Counter()
        self._epoch = 0.0
        self._told = 0.0  # seconds of the phase that snapshots have told of
        self._pacer: Pacer | None = None  # while load runs
        self._deadline = NEVER  # when whoever is left is interrupted: once somebody has asked for the end

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
        self._end = PhaseEnd("done" if self._deadline == NEVER else "stopped")
        self._runs = self._crews(setup)
        self._draws.begin()
        self._host.share_rate(self._share)
        epoch = self._epoch = monotonic() if epoch is None else epoch
        self._told = 0.0
        self._plan.phases["load"].failures.epoch = epoch
        pacer = self._pacer = Pacer(self._host.network.loop, self._crash)
        for run in self._runs:
            if run.crew.after is None:
                self._begin(pacer, run, epoch + run.crew.start_at)
        if self._bounds.duration is not None:
            pacer.once(epoch + self._bounds.duration, lambda: self._end_within(0.0))
        with HealthProbe(self._plan.settings.route.local_ips) as probe:
            helpers = [
                gevent.spawn(self._guard, self._tick_forever, epoch, probe),
                gevent.spawn(self._guard, self._fold_forever),
            ]
            try:
                self._wait_for_end()
            finally:
                gevent.killall(helpers)
                pacer.close()
                self._pacer = None
                self._host.share_rate(WHOLE)  # teardown is one worker's, as setup was
            for run in self._runs:
                run.close_books()
            self._snapshot("load", epoch, probe, ended=True)
        self._end.pool_ends = [(text, whole, users) for (text, whole), users in self._pool_ends.items()]
        return self._end

    def stop(self, grace: float, phase: str = "load") -> None:
        """No new iteration; what is in flight after `grace` seconds is interrupted. Again: the shorter grace holds.

        It is for one phase, whether that has begun or not, and not for the one after it.
        """
        if phase in self._once:
            self._once[phase].stop(grace)
            return
        self._end.status = "stopped" if self._end.status == "done" else self._end.status
        self._end_within(grace)

    def abort(self, reason: str) -> None:
        """The load is over, by what all workers did together; what is in flight is interrupted."""
        self._abort(reason)

    def _end_within(self, grace: float) -> None:
        self._deadline = min(self._deadline, monotonic() + grace)
        self._changed.set()

    def _crews(self, setup: Mapping[str, Any]) -> list[CrewRun]:
        plan, changed = self._plan, self._changed.set
        calls = (changed, self._abort, self._crash, self._pool_end, self._wind_down)
        site = Site(plan, self._host, setup, self._share, *calls)
        return [crew_run(crew, site) for crew in crews_of(plan.scenarios)]

    def _begin(self, pacer: Pacer, run: CrewRun, at: float) -> None:
        """A crew's time begins at `at`, by the monotonic clock."""
        pacer.once(at, lambda: run.begin(at - self._epoch, self._epoch))
        pacer.add(at, run.events(), run.obey)

    def _wait_for_end(self) -> None:
        stopping = killed = False
        while not all([self._has_ended(run) for run in self._runs]):  # each is looked at: others wait for it
            left = self._deadline - monotonic()
            if left < NEVER and not stopping:
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
            self._changed.wait(left if 0 < left < NEVER else None)
            self._changed.clear()

    def _has_ended(self, run: CrewRun) -> bool:
        """Whether a crew is through; what comes after it is told, here or on all workers."""
        if run.ended is None and run.over():
            now = monotonic()
            run.ended = max(0.0, now - self._epoch)
            if self._share.n == 1:
                self.crew_go(run.crew.name, now)
            elif any(other.crew.after == run.crew.name for other in self._runs):
                self._tell("crew_over", crew=run.crew.name)
        return run.ended is not None

    def crew_go(self, crew: str, at: float) -> None:
        """A crew has ended on all workers: what comes after it begins at `at`, a time of `clock.monotonic`."""
        for run in self._runs:
            if run.crew.after == crew and self._pacer is not None:
                self._begin(self._pacer, run, at)

    def _guard(self, work: Callable[..., None], *args: Any) -> None:
        """Do a helper's work; a bug in it must not leave the load without its helper."""
        try:
            work(*args)
        except Exception:
            self._crash(traceback.format_exc())

    def _abort(self, reason: str) -> None:
        if self._end.status in ("done", "stopped"):
            self._end.status, self._end.reason = "failed", reason
        self._end_within(0.0)

    def _pool_end(self, end: PoolEnd) -> None:
        """A user found a pool used up; where that ends the load, what is in flight has the graceful stop to end."""
        self._pool_ends[str(end), end.whole] += 1
        if end.whole:
            if not all(run.stopped for run in self._runs):
                self._tell("used_up")
            self.wind_down()

    def wind_down(self) -> None:
        """No new iteration; what is in flight has the graceful stop of its load to end."""
        for run in self._runs:
            self._wind_down(run)

    def _wind_down(self, run: CrewRun) -> None:
        """The same for one crew."""
        if self._pacer is None:
            return
        if not run.stopped:
            self._pacer.once(monotonic() + run.crew.load.end - run.crew.load.duration, run.kill_all)
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
        try:
            return self._once[name].run(name, flow, timeout, setup)
        finally:
            self._snapshot(name, epoch)

    def _tick_forever(self, epoch: float, probe: HealthProbe) -> None:
        count = 0
        while True:
            count = max(count, int((monotonic() - epoch) / _TICK)) + 1  # a tick missed is not made up for
            gevent.sleep(max(0.0, epoch + count * _TICK - monotonic()))
            self._snapshot("load", epoch, probe)

    def _fold_forever(self) -> None:
        meters = self._plan.phases["load"].meters
        while True:
            gevent.sleep(_FOLD)
            meters.fold()

    def _snapshot(self, phase: str, epoch: float, probe: HealthProbe | None = None, ended: bool = False) -> None:
        current = self._plan.phases[phase]
        store = current.meters.drain()
        users = sum(len(run.alive) for run in self._runs)
        if phase == "load":
            store.gauge("vus").add(users)
            store.gauge("vus_max").add(sum(run.vus_max for run in self._runs))
        t = monotonic() - epoch
        since, self._told = self._told, t
        books = [book for run in self._runs for book in run.books]
        self._emit(
            {
                "phase": phase,
                "t": t,
                "store": store.to_wire(),
                "slowest": current.meters.slowest.take(since),
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
                "pools": self._draws.rows((drawn for run in self._runs for drawn in run.drawn()), ended)
                if phase == "load"
                else [],
                "pool_items": self._plan.items.take(t, ended) if phase == "load" and self._plan.items else [],
                **held_back(self._host.network.limiter),
                **stamped(self._host.network.stamping),
                "health": {"lag_ms": 0.0, **totals()}
                if probe is None
                else probe.take(t, work_of(self._runs, store, t)),
            }
        )
