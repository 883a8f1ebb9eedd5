"""Snapshots in, totals and a second-by-second series out. Pure: it is told the time by the snapshots."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from loadspec.metrics import Store
from loadspec.metrics.items import Row as ItemRow
from loadspec.metrics.items import unite_items
from loadspec.metrics.slowest import Row as SlowRow
from loadspec.metrics.slowest import slowest
from loadspec.pools import Usage
from loadspec.results.alarms import Alarms
from loadspec.results.failures import add_failures
from loadspec.results.health import HealthLog
from loadspec.results.model import PHASES, CheckSample, ErrorClass, Event, Iterations, PhaseName, WorkerHealth
from loadspec.results.now import Pulse
from loadspec.results.points import Course, class_of, errors_of
from loadspec.results.scenarios import turns

SAMPLES = 5
"""So many samples of each failed check."""


class Collector:
    """Adds up the snapshots of a run, phase by phase."""

    def __init__(self) -> None:
        self.stores: dict[PhaseName, Store] = {phase: Store() for phase in PHASES}
        self.course = Course()
        self.pulse = Pulse()
        self.iterations = Iterations()
        self.error_totals: Tally[str] = Tally()
        self.health: dict[str, float] = {}
        self.workers: dict[int, HealthLog] = {}
        self.scenarios: dict[str, Mapping[str, Any]] = {}
        self.pools: dict[str, Usage] = {}
        self.items: list[ItemRow] = []
        """What items of small pools cost."""
        self.slowest: list[SlowRow] = []
        """The ten requests of the load that took longest."""
        self.held_back = (0, 0.0)
        """Requests that `--max-rate` held back, and the seconds that they waited together."""
        self.stamped = 0
        """Answers that the kernel timed."""
        self.delta = Store()
        """What the newest snapshot brought: others read it, too, and nobody changes it."""
        self._failures: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._samples: dict[tuple[PhaseName, str, str], list[CheckSample]] = {}
        self._alarms = Alarms()

    @property
    def elapsed(self) -> float:
        """Seconds of load so far."""
        return self.course.elapsed

    def add(self, snapshot: Mapping[str, Any]) -> list[Event]:
        """Add one snapshot; returns what is new with it, in the order of time.

        That is the first failure of each class, and which scenarios began or ended.
        """
        phase: PhaseName = snapshot["phase"]
        self.delta = delta = snapshot["store"]
        self.stores[phase].merge(delta)
        new = [
            Event(failure["first"] if phase == "load" else self.elapsed, text)
            for failure in snapshot["failures"]
            if (text := self._add_failure(phase, failure))
        ]
        for sample in snapshot.get("check_samples", ()):
            self._add_sample(phase, sample)
        health = snapshot["health"]
        self.health = {
            "cpu_s": health["cpu_s"],
            "peak_rss_bytes": health["peak_rss_bytes"],
            "lag_max_ms": max(health["lag_ms"], self.health.get("lag_max_ms", 0.0)),
        }
        if held := snapshot.get("held_back"):
            self.held_back = (self.held_back[0] + held["requests"], self.held_back[1] + held["seconds"])
        self.stamped += snapshot.get("stamped", 0)
        for row in snapshot.get("pools", ()):
            self.pools.setdefault(row["name"], Usage(row["rows"])).add(row["drawn"], row["seen"])
        if phase == "load":
            rows = {row["name"]: row for row in snapshot.get("scenarios", ())}
            new += turns(self.scenarios, rows)
            self.scenarios = rows
            self.error_totals.update(errors_of(delta))
            self.slowest = slowest([*self.slowest, *snapshot.get("slowest", ())])
            self.items = unite_items([*self.items, *snapshot.get("pool_items", ())])
            self._add_second(snapshot, delta)
            new += self._add_health(snapshot.get("workers") or [{"worker": 0, **health}])
        return sorted(new, key=lambda event: event.t)

    def health_of_workers(self) -> list[WorkerHealth]:
        """Each worker's health, in the order of their numbers."""
        return [log.told() for _, log in sorted(self.workers.items())]

    def _add_health(self, records: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
        """Seconds of workers, each judged by itself. That one of them has become limited is an event, now and then."""
        for record in records:
            number = record["worker"] + 1
            log = self.workers.setdefault(number, HealthLog(number))
            if "t" in record and log.add(record) and (text := self._alarms.tell(record["t"], number)):
                yield Event(record["t"], f"{text}: {', '.join(log.signs())}")

    def _add_second(self, snapshot: Mapping[str, Any], delta: Store) -> None:
        dropped = int(self.stores["load"].total("dropped_iterations"))
        before, self.iterations = self.iterations, Iterations(**snapshot["iterations"], dropped=dropped)
        completed = self.iterations.completed - before.completed
        row = self.course.add(snapshot["t"], snapshot["users"], completed, delta, snapshot.get("folded", 1))
        self.pulse.add(row, {name: scenario["started"] for name, scenario in self.scenarios.items()})

    def _add_failure(self, phase: PhaseName, failure: Mapping[str, Any]) -> str:
        key = (phase, *failure["key"])
        known = self._failures.get(key)
        if known is None:
            self._failures[key] = dict(failure)
            endpoint, kind, step, status = failure["key"]
            return f"first {class_of(kind, status)} of {endpoint} ({step}): {failure.get('message', '')}"
        add_failures(known, failure)
        return ""

    def _add_sample(self, phase: PhaseName, sample: Mapping[str, Any]) -> None:
        """Each worker keeps a few of each check; of all workers the first few are kept."""
        kept = self._samples.setdefault((phase, sample["endpoint"], sample["check"]), [])
        if len(kept) < SAMPLES:
            kept.append(
                CheckSample(sample["at"], sample["status"], sample["expected"], sample["found"], sample["body"])
            )

    def check_samples(self, phase: PhaseName = "load") -> dict[tuple[str, str], list[CheckSample]]:
        """Samples of failed checks by (endpoint, check)."""
        return {(endpoint, check): kept for (at, endpoint, check), kept in self._samples.items() if at == phase}

    def errors(self) -> list[ErrorClass]:
        """The classes of failure, the most frequent first."""
        classes = [
            ErrorClass(
                endpoint=endpoint,
                phase=phase,
                kind=kind,
                step=step,
                status=status,
                count=failure["count"],
                first=failure["first"],
                last=failure["last"],
                message=failure.get("message", ""),
                sample=failure.get("sample", {}),
                later_samples=failure.get("later_samples", ()),
            )
            for (phase, endpoint, kind, step, status), failure in self._failures.items()
        ]
        return sorted(classes, key=lambda c: (-c.count, c.endpoint, c.kind))
