"""Drives workers through setup, load and teardown; listens to them, to the thresholds and to signals meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from loadspec.clock import Clock, monotonic
from loadspec.errors import ExitCode, LoadspecError
from loadspec.load import crews_of, max_users, windows
from loadspec.results import Collector, Progress
from loadspec.results.losses import told
from loadspec.results.model import Event, Loss, PhaseName
from loadspec.spec.model import Spec
from loadspec.thresholds import Threshold, Watch, value_in
from loadspec.ui import Live

_REFRESH = 0.25
GRACE = 5.0
"""Seconds for what is in flight after the first signal."""
_START_TIMEOUT = 60.0
_PATIENCE = 1.0
"""Seconds that a worker may take to end beyond its grace."""
_NEVER = float("inf")


class Worker(Protocol):
    """What the conductor needs of `fleet.Fleet`: it speaks as one worker, however many it has."""

    def send(self, do: str, **fields: Any) -> None:
        """Tell the worker something."""

    def receive(self, timeout: float) -> dict[str, Any] | None:
        """Its next message, if one comes in time."""


@dataclass(slots=True)
class Outcome:
    """How the phases ended; texts are sentences, empty where nothing happened."""

    setup_failed: str = ""
    setup_timed_out: bool = False
    aborted: str = ""
    worker_lost: str = ""
    losses: list[Loss] = field(default_factory=list)
    teardown_failed: str = ""
    teardown_timed_out: bool = False
    captures: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class WorkerLost(Exception):  # noqa: N818 - what happened
    """No worker is left that could go on; the text says how the last one ended."""


class Crash(Exception):  # noqa: N818 - what happened
    """A bug of ours in the worker; the text is its traceback."""


class Conductor:
    """One run. `signals()` says how many stop signals have come; `record` keeps each snapshot."""

    def __init__(
        self,
        spec: Spec,
        worker: Worker,
        live: Live,
        signals: Callable[[], int],
        record: Callable[[Mapping[str, Any]], None] = lambda snapshot: None,
        clock: Clock = monotonic,
    ) -> None:
        self.collector = Collector()
        self.watch = Watch(spec.thresholds)
        self.outcome = Outcome()
        self.events: list[Event] = []
        self._spec = spec
        self._worker = worker
        self._live = live
        self._signals = signals
        self._record = record
        self._clock = clock
        self._heeded = 0
        self._deadline = _NEVER
        self._phase: PhaseName = "setup"
        self._began = clock()
        crews = crews_of(spec.scenarios)
        self._total = max(window.finish for window in windows(crews).values())
        self._max_users = max_users(crews)

    @property
    def interrupted(self) -> bool:
        """Whether a signal asked for the end."""
        return self._signals() > 0

    def run(self) -> None:
        """Setup, load, teardown; what happened is in `outcome` and `collector` afterwards.

        Raises LoadspecError where the worker refuses the spec, Crash for a bug.
        """
        try:
            self._await_ready()
            if self._setup():
                if not self.interrupted:
                    self._load()
                self._teardown()
        except WorkerLost as lost:
            self.outcome.worker_lost = str(lost)
        self._feed(ended=True)

    def _await_ready(self) -> None:
        deadline = self._clock() + _START_TIMEOUT
        while self._clock() < deadline:
            message = self._next()
            if message is None:
                continue
            if message["is"] == "invalid":
                raise LoadspecError(message["reason"], message["hint"], ExitCode.INVALID_SPEC)
            return
        raise WorkerLost(f"the worker did not start within {_START_TIMEOUT:g} s")

    def _setup(self) -> bool:
        if not self._spec.setup:
            return True
        end = self._phase_end("setup")
        self.outcome.captures = end["captures"]
        if end["status"] in ("failed", "timeout"):
            self.outcome.setup_failed = end["reason"]
            self.outcome.setup_timed_out = end["status"] == "timeout"
        return not self.outcome.setup_failed

    def _load(self) -> None:
        self._event("load started")
        end = self._phase_end("load", setup=self.outcome.captures)
        if end["status"] == "failed":
            self.outcome.aborted = end["reason"]
        for note in end.get("notes", ()):
            self.outcome.notes.append(note)
            self._event(note)
        if end["status"] != "stopped":
            self.watch.withdraw()

    def _teardown(self) -> None:
        if not self._spec.teardown or self._signals() > 1:
            return
        end = self._phase_end("teardown", setup=self.outcome.captures)
        self.outcome.teardown_timed_out = end["status"] == "timeout"
        if end["status"] == "failed":
            self.outcome.teardown_failed = end["reason"]

    def _phase_end(self, phase: PhaseName, **fields: Any) -> Mapping[str, Any]:
        """Start a phase and follow it to its end. Raises Crash and WorkerLost."""
        self._phase = phase
        self._began = self._clock()
        self._deadline = _NEVER
        self._worker.send(phase, **fields)
        while True:
            self._heed_signals()
            if self._clock() > self._deadline:
                raise WorkerLost("the worker did not end when it was told to")
            message = self._next()
            if message is not None and message["is"] == "snapshot":
                self._take(message)
            elif message is not None and message["is"] == "degraded":
                self._record(message)
                self._lose(Loss(message["worker"], message["of"], message["at"], message["why"]))
            elif message is not None and message["is"] == "end":
                if message["status"] == "crashed":
                    raise Crash(message["reason"])
                return message
            self._live.update(self._progress())

    def _next(self) -> dict[str, Any] | None:
        message = self._worker.receive(_REFRESH)
        if message is not None and message["is"] == "lost":
            raise WorkerLost(message["why"])
        return message

    def _lose(self, loss: Loss) -> None:
        self.outcome.losses.append(loss)
        self._event(told(loss))

    def _take(self, snapshot: Mapping[str, Any]) -> None:
        self._record(snapshot)
        notes = snapshot.get("notes", ())
        self.outcome.notes += notes
        for event in self.collector.add(snapshot):
            self._tell(event)
        for note in notes:
            self._event(note)
        if self._phase == "load":
            for threshold in self._feed():
                self._event(f"threshold ends the run: {threshold.title}")
                self._worker.send("stop", grace=0)

    def _feed(self, ended: bool = False) -> Sequence[Threshold]:
        """Judge the thresholds now; returns those that end the run, none once it has `ended`."""
        store = self.collector.stores["load"]
        before = {r.threshold.title for r in self.watch.current() if r.status == "fail"}
        fired = self.watch.feed(self.collector.elapsed, lambda threshold: value_in(store, threshold), ended)
        for result in self.watch.current():
            if result.status == "fail" and result.threshold.title not in before:
                self._event(f"threshold crossed: {result.threshold.title}")
        return fired

    def _heed_signals(self) -> None:
        """The first one gives what is in flight its time, and leaves teardown alone; the second gives none."""
        count = self._signals()
        if count <= self._heeded:
            return
        self._heeded = count
        if count == 1 and self._phase == "teardown":
            self._event("stopping after teardown")
            return
        grace = GRACE if count == 1 else 0.0
        self._event(f"stopping: {GRACE:g} s for what is in flight" if grace else "stopping now")
        self._worker.send("stop", grace=grace)
        self._deadline = self._clock() + grace + _PATIENCE

    def _event(self, text: str) -> None:
        self._tell(Event(self.collector.elapsed, text))

    def _tell(self, event: Event) -> None:
        self.events.append(event)
        self._live.event(event.t, event.text)

    def _progress(self) -> Progress:
        points = self.collector.points
        return Progress(
            phase=self._phase,
            elapsed=self._clock() - self._began,
            total=self._total,
            users=points[-1].users if points else 0,
            max_users=self._max_users,
            iterations=self.collector.iterations,
            point=points[-1] if points else None,
            thresholds=self.watch.current(),
            errors=dict(self.collector.error_totals),
            requests=int(self.collector.stores["load"].total("http_reqs")),
            stopping=self._heeded > 0,
            scenarios=self.collector.scenarios,
        )
