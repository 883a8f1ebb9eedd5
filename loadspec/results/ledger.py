"""The books of a run: takes one record after another and says what is new. Pure; whoever drives the run does the I/O.

A record is what the workers said, or what was decided: a JSON value, but for a snapshot's `store`, which is a `Store`
that many read and nobody changes. The same records give the same books, so that a journal of them is all that it takes
to have a result again.

    {"is": "begin", "phase": "load"}                                      a phase begins
    {"is": "snapshot", "phase": ..., "t": ..., "store": ..., ...}         a second of all workers, merged
    {"is": "degraded", "worker": 2, "of": 4, "at": 12.3, "why": ...}      a worker was lost, others go on
    {"is": "lost", "why": ...}                                            nothing goes on
    {"is": "signal", "count": 1, "text": ..., "by": "a signal"}           somebody asked for the end
    {"is": "unwritten", "why": ..., "stops": false}                       the disk is full, which may end the load
    {"is": "note", "text": ...}                                           something worth a line
    {"is": "end", "phase": ..., "status": "done", "reason": "", "notes": []}
    {"is": "over"}                                                        all phases have ended
    {"is": "closed", "generator": {...}, "signals": 0, "warnings": []}    nothing more will come
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from loadspec.metrics import Store
from loadspec.results.collect import Collector
from loadspec.results.kept import Kept
from loadspec.results.losses import told
from loadspec.results.model import Event, Loss, PhaseName
from loadspec.thresholds import Threshold, Watch

Record = Mapping[str, Any]
_CROSSED = ("fail", "warn")


class Outcome(Struct):
    """How the phases ended; texts are sentences, empty where nothing happened."""

    setup_failed: str = ""
    setup_timed_out: bool = False
    aborted: str = ""
    worker_lost: str = ""
    losses: list[Loss] = field(default_factory=list)
    teardown_failed: str = ""
    teardown_timed_out: bool = False
    notes: list[str] = field(default_factory=list)
    cut_off: str = ""
    """That records of the run are missing: the last ones, or some before them."""
    grain: float = 1.0
    """Seconds of load that came as one snapshot, at most: more than one where a journal has folded them."""
    unwritten: str = ""
    """Why what was measured could be kept no longer, where that ended the load."""
    signals: int = 0
    """Signals that asked for the end."""
    stopped_by: str = "a signal"
    """What asked first."""


class Ledger:
    """Totals, thresholds, events and outcome of one run, as far as its records were taken."""

    def __init__(self, thresholds: Iterable[Threshold]) -> None:
        self.collector = Collector()
        self.watch = Watch(thresholds)
        self.outcome = Outcome()
        self.events = Kept()
        self.phase: PhaseName = "setup"
        self.fired: Sequence[Threshold] = ()
        """The thresholds that end the run with the newest record."""
        self.generator: Mapping[str, Any] | None = None
        """What the run has cost, once it is closed; None before."""
        self.warnings: Sequence[str] = ()
        """What was told when it was closed."""

    def take(self, record: Record) -> list[Event]:
        """Take the next record; returns what is new with it, in the order of time."""
        self.fired = ()
        new = list(_HEED[record["is"]](self, record))
        self.events.add(new)
        return new

    def _on_begin(self, record: Record) -> Iterator[Event]:
        self.phase = record["phase"]
        yield self._event(f"{self.phase} started")

    def _on_snapshot(self, record: Record) -> Iterator[Event]:
        notes = record.get("notes", ())
        self.outcome.notes += notes
        yield from self.collector.add(record)
        yield from map(self._event, notes)
        if self.phase == "load":
            self.outcome.grain = max(self.outcome.grain, record.get("folded", 1))
            yield from self._judge()
            for threshold in self.fired:
                yield self._event(f"threshold ends the run: {threshold.title}")

    def _on_degraded(self, record: Record) -> Iterator[Event]:
        loss = Loss(record["worker"], record["of"], record["at"], record["why"])
        self.outcome.losses.append(loss)
        yield self._event(told(loss))

    def _on_lost(self, record: Record) -> Iterator[Event]:
        self.outcome.worker_lost = record["why"]
        yield from ()

    def _on_signal(self, record: Record) -> Iterator[Event]:
        self.outcome.signals = record["count"]
        self.outcome.stopped_by = record.get("by", self.outcome.stopped_by)
        yield self._event(record["text"])

    def _on_unwritten(self, record: Record) -> Iterator[Event]:
        if record["stops"]:
            self.outcome.unwritten = record["why"]
        yield self._event(f"{'stopping: ' * record['stops']}{record['why']}")

    def _on_note(self, record: Record) -> Iterator[Event]:
        yield self._event(record["text"])

    def _on_end(self, record: Record) -> Iterator[Event]:
        yield from _ENDS[record["phase"]](self, record["status"], record["reason"], record.get("notes", ()))

    def _end_setup(self, status: str, reason: str, _notes: Sequence[str]) -> Iterator[Event]:
        if status in ("failed", "timeout"):
            self.outcome.setup_failed = reason
            self.outcome.setup_timed_out = status == "timeout"
        yield from ()

    def _end_load(self, status: str, reason: str, notes: Sequence[str]) -> Iterator[Event]:
        if status == "failed":
            self.outcome.aborted = reason
        self.outcome.notes += notes
        yield from map(self._event, notes)
        if status != "stopped":
            self.watch.withdraw()

    def _end_teardown(self, status: str, reason: str, _notes: Sequence[str]) -> Iterator[Event]:
        self.outcome.teardown_timed_out = status == "timeout"
        if status in ("failed", "stopped"):
            self.outcome.teardown_failed = reason
        yield from ()

    def _on_over(self, _record: Record) -> Iterator[Event]:
        yield from self._judge(ended=True)

    def _on_closed(self, record: Record) -> Iterator[Event]:
        self.generator = record["generator"]
        self.warnings = record["warnings"]
        self.outcome.signals = record["signals"]
        yield from ()

    def _judge(self, ended: bool = False) -> Iterator[Event]:
        """Judge the thresholds now. None ends a run that has `ended`."""
        delta = Store() if ended else self.collector.delta
        before = {r.threshold.title for r in self.watch.current() if r.status in _CROSSED}
        self.fired = self.watch.feed(self.collector.elapsed, delta, self.collector.stores["load"], ended)
        for result in self.watch.current():
            if result.status in _CROSSED and result.threshold.title not in before:
                yield self._event(f"threshold crossed: {result.threshold.title}")

    def _event(self, text: str) -> Event:
        return Event(self.collector.elapsed, text)


_HEED: Mapping[str, Callable[[Ledger, Record], Iterator[Event]]] = {
    "begin": Ledger._on_begin,
    "snapshot": Ledger._on_snapshot,
    "degraded": Ledger._on_degraded,
    "lost": Ledger._on_lost,
    "signal": Ledger._on_signal,
    "unwritten": Ledger._on_unwritten,
    "note": Ledger._on_note,
    "end": Ledger._on_end,
    "over": Ledger._on_over,
    "closed": Ledger._on_closed,
}

_ENDS: Mapping[str, Callable[[Ledger, str, str, Sequence[str]], Iterator[Event]]] = {
    "setup": Ledger._end_setup,
    "load": Ledger._end_load,
    "teardown": Ledger._end_teardown,
}
