"""Drives workers through setup, load and teardown; listens to them, to the thresholds and to signals meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from loadspec.clock import Clock, monotonic
from loadspec.errors import ExitCode, LoadspecError
from loadspec.load import crews_of, max_users, windows
from loadspec.results import Progress
from loadspec.results.ledger import Ledger, Record
from loadspec.results.model import PhaseName
from loadspec.results.now import generator_now
from loadspec.spec.model import Spec
from loadspec.ui import Live

_REFRESH = 0.25
GRACE = 5.0
"""Seconds for what is in flight after the first signal."""
TEARDOWN_BY = 7.5
"""Seconds after the first signal by which teardown ends: who sends signals often kills ten seconds after the first."""
_START_TIMEOUT = 60.0
_CUT_OFF = "it was not done in time after the signal"
_PATIENCE = 1.0
"""Seconds that a worker may take to end beyond its grace."""
_NEVER = float("inf")


class Worker(Protocol):
    """What the conductor needs of `fleet.Fleet`: it speaks as one worker, however many it has."""

    def send(self, do: str, **fields: Any) -> None:
        """Tell the worker something."""

    def receive(self, timeout: float) -> dict[str, Any] | None:
        """Its next message, if one comes in time."""


class WorkerLost(Exception):  # noqa: N818 - what happened
    """No worker is left that could go on; the text says how the last one ended."""


class Crash(Exception):  # noqa: N818 - what happened
    """A bug of ours in the worker; the text is its traceback."""


class Conductor:
    """One run. `signals()` says how many stop signals have come, `by()` from where; `record` keeps each record.

    It returns why it could not, which ends the load where the run is to be `kept`. `news` says what else is worth a
    line. Texts in records are masked by `mask`; what setup captured is in none.
    """

    def __init__(
        self,
        spec: Spec,
        worker: Worker,
        live: Live,
        signals: Callable[[], int],
        record: Callable[[Record], str] = lambda record: "",
        clock: Clock = monotonic,
        mask: Callable[[str], str] = str,
        kept: bool = False,
        news: Callable[[], Sequence[str]] = tuple,
        by: Callable[[], str] = lambda: "a signal",
    ) -> None:
        self.ledger = Ledger(spec.thresholds)
        self._spec = spec
        self._worker = worker
        self._live = live
        self._signals = signals
        self._record = record
        self._clock = clock
        self._mask = mask
        self._kept = kept
        self._unwritten = ""
        self._told_failure = False
        self._news = news
        self._by = by
        self._captures: Mapping[str, Any] = {}
        self._heeded = 0
        self._teardown_by = _NEVER
        self._deadline = _NEVER
        self._began = clock()
        crews = crews_of(spec.scenarios)
        self._total = max(window.finish for window in windows(crews).values())
        self._max_users = max_users(crews)

    @property
    def interrupted(self) -> bool:
        """Whether a signal asked for the end."""
        return self._signals() > 0

    @property
    def _may_load(self) -> bool:
        return not self.interrupted and not self.ledger.outcome.unwritten

    def run(self) -> None:
        """Setup, load, teardown; what happened is in the ledger afterwards.

        Raises LoadspecError where the worker refuses the spec, Crash for a bug.
        """
        try:
            if self._await_ready() and self._setup():
                if self._may_load:
                    self._load()
                self._teardown()
        except WorkerLost as lost:
            self.lose(str(lost))
        self._heeded = self._signals()  # one that comes later comes to a run that is over
        self._take({"is": "over"})

    def lose(self, why: str) -> None:
        """The run cannot go on."""
        self._take({"is": "lost", "why": self._mask(why)})

    def close(self, generator: Mapping[str, Any], warnings: Sequence[str] = ()) -> None:
        """Nothing more will come: what the run has cost, and what else there is to say."""
        told = [self._mask(text) for text in warnings]
        self._take({"is": "closed", "generator": generator, "signals": self._heeded, "warnings": told})

    def _await_ready(self) -> bool:
        """Whether the run can begin; not where a signal came before it did."""
        deadline = self._clock() + _START_TIMEOUT
        while self._clock() < deadline:
            message = self._next()
            if message is not None and message["is"] == "invalid":
                raise LoadspecError(self._mask(message["reason"]), self._mask(message["hint"]), ExitCode.INVALID_SPEC)
            if count := self._signals():
                self._signal(count, "stopping before anything was sent")
                return False
            if message is not None:
                return True
        raise WorkerLost(f"the worker did not start within {_START_TIMEOUT:g} s")

    def _setup(self) -> bool:
        """Whether a load may follow."""
        if not self._spec.setup:
            return True
        self._captures = self._phase("setup")["captures"]
        return not self.ledger.outcome.setup_failed

    def _load(self) -> None:
        self._phase("load", setup=self._captures)

    def _teardown(self) -> None:
        if not self._spec.teardown or self._signals() > 1:
            return
        try:
            self._phase("teardown", setup=self._captures)
        except WorkerLost as lost:  # with no load any more
            self._end("teardown", {"status": "failed", "reason": str(lost)})

    def _phase(self, phase: PhaseName, **fields: Any) -> Mapping[str, Any]:
        """Start a phase and follow it to its end. Raises Crash and WorkerLost."""
        self._began = self._clock()
        self._deadline = _NEVER
        self._take({"is": "begin", "phase": phase})
        self._worker.send(phase, **fields)
        if self._heeded:
            self._stop(max(0.0, self._teardown_by - self._clock()))
        while True:
            self._heed_signals()
            self._heed_failure()
            if self._clock() > self._deadline:
                raise WorkerLost("the worker did not end when it was told to")
            message = self._next()
            if message is not None and message["is"] == "end":
                self._end(phase, message)
                return message
            if message is not None and message["is"] in ("snapshot", "degraded"):
                self._take(self._masked(message))
                if self.ledger.fired:
                    self._worker.send("stop", grace=min(threshold.grace for threshold in self.ledger.fired))
            for text in self._news():
                self._take({"is": "note", "text": self._mask(text)})
            self._live.update(self._progress())

    def _end(self, phase: PhaseName, message: Mapping[str, Any]) -> None:
        if message["status"] == "crashed":
            raise Crash(self._mask(message["reason"]))
        reason = message["reason"] or (_CUT_OFF if message["status"] == "stopped" and phase == "teardown" else "")
        told = {"reason": self._mask(reason), "notes": [self._mask(n) for n in message.get("notes", ())]}
        self._take({"is": "end", "phase": phase, "status": message["status"], **told})

    def _next(self) -> dict[str, Any] | None:
        message = self._worker.receive(_REFRESH)
        if message is not None and message["is"] == "lost":
            raise WorkerLost(message["why"])
        return message

    def _masked(self, message: Mapping[str, Any]) -> Record:
        """What workers say of servers they have masked; here, what loadspec says itself."""
        changed: dict[str, Any] = {}
        if message.get("notes"):
            changed["notes"] = [self._mask(note) for note in message["notes"]]
        if "why" in message:
            changed["why"] = self._mask(message["why"])
        return {**message, **changed} if changed else message

    def _take(self, record: Record) -> None:
        self._unwritten = self._record(record) or self._unwritten
        for event in self.ledger.take(record):
            self._live.event(event.t, event.text)

    def _heed_signals(self) -> None:
        """The first one gives what is in flight its time, and teardown some more; the second gives none."""
        count = self._signals()
        if count <= self._heeded:
            return
        if not self._heeded:
            self._teardown_by = self._clock() + TEARDOWN_BY
        self._heeded = count
        grace, text = 0.0, "stopping now"
        if count == 1:
            grace, text = GRACE, f"stopping: {GRACE:g} s for what is in flight"
            if self.ledger.phase == "teardown":
                grace, text = TEARDOWN_BY, f"stopping after teardown, in {TEARDOWN_BY:g} s at the latest"
        self._signal(count, text)
        self._stop(grace)

    def _signal(self, count: int, text: str) -> None:
        self._take({"is": "signal", "count": count, "text": text, "by": self._by()})

    def _heed_failure(self) -> None:
        """What can be kept no longer is told once, and ends the load if that is wanted; teardown goes on."""
        if not self._unwritten or self._told_failure:
            return
        self._told_failure = True
        stops = self._kept and self.ledger.phase != "teardown"
        self._take({"is": "unwritten", "why": self._unwritten, "stops": stops})
        if stops:
            self._stop(GRACE)

    def _stop(self, grace: float) -> None:
        """The phase at hand ends within `grace` seconds, or its worker is given up."""
        self._worker.send("stop", grace=grace)
        self._deadline = self._clock() + grace + _PATIENCE

    def _progress(self) -> Progress:
        collector = self.ledger.collector
        newest = collector.course.newest
        return Progress(
            phase=self.ledger.phase,
            elapsed=self._clock() - self._began,
            total=self._total,
            users=newest.users if newest else 0,
            max_users=self._max_users,
            iterations=collector.iterations,
            point=newest,
            thresholds=self.ledger.watch.current(),
            errors=dict(collector.error_totals),
            requests=int(collector.stores["load"].total("http_reqs")),
            stopping=self._heeded > 0,
            scenarios=collector.scenarios,
            recent=collector.pulse.recent(),
            generator=generator_now(collector.workers.values()),
        )
