"""Is it the server, or is it the generator? One worker's health, second by second, and the verdict *generator-limited*.

A second is late where its hub lag or its dispatch delay (both p99) is above `limit_ms`, or where less than 99 % of the
starts that were due were made although users were free. `SECONDS` late ones in a row are the verdict. What the process
used, and what others took from it, are named as causes and decide nothing. Pure: told the time by the records.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence

from loadspec.results.causes import causes_of
from loadspec.results.coarse import Coarse
from loadspec.results.model import WorkerHealth
from loadspec.results.spans import Spans
from loadspec.results.stretch import ENOUGH, Stretch
from loadspec.units import format_duration

SECONDS = 3.0
"""So many seconds in a row."""
_JITTER = 0.05
"""A tick comes a little late or early: so much of the last second may be missing."""
_PART = 0.5
"""What is shorter than so many seconds, the last part of a load, has no rates."""
FLOOR_MS = 5.0
SHARE = 0.10
APART = 10.0
"""Seconds: what comes back within them is one span."""
SPANS = 100
ROWS = 300
"""So many seconds are kept one by one; of a longer run a row is 2, 4, 8, ... of them."""

COLUMNS = (
    "lag_ms",
    "lag_p99_ms",
    "dispatch_p99_ms",
    "latency_p50_ms",
    "due",
    "made",
    "dropped",
    "users_busy",
    "users_free",
    "cpu_percent",
    "waited_percent",
    "steal_percent",
    "gc_count",
    "gc_longest_ms",
    "gc_total_ms",
    "files",
    "files_max",
    "ports",
    "ports_max",
    "cpu_s",
    "peak_rss_bytes",
)
"""What is kept of each second's record, of several the greatest; keys end in their unit."""
_ALL = ("t", *COLUMNS)
_MISSING = math.nan

Record = Mapping[str, float]


def limit_ms(median: float) -> float:
    """How late a second may be: lateness below a tenth of the latency, or of 5 ms, spoils no figure."""
    return max(FLOOR_MS, SHARE * median)


def is_late(record: Record, median: float) -> bool:
    """Whether a second shows the generator's limit; `median` is the latency that it is held against, ms."""
    limit = limit_ms(median)
    if record.get("lag_p99_ms", 0.0) > limit or record.get("dispatch_p99_ms", 0.0) > limit:
        return True
    wanted = record.get("due", 0.0) - record.get("dropped", 0.0)
    return record.get("made", 0.0) < ENOUGH * wanted and record.get("users_free", 0.0) > 0


class HealthLog:
    """Takes one worker's records in the order of time; constant memory."""

    def __init__(self, worker: int) -> None:
        self.worker = worker
        self.spans = Spans(APART, SPANS)
        """When the generator was limited, in seconds of load, short pauses included."""
        self.limited_seconds = 0.0
        """For how long, pauses left out."""
        self._rows: Coarse[array[float]] = Coarse(ROWS, _greatest)
        self._worst: dict[str, float] = {}
        self._limited = Stretch()
        """The limited seconds."""
        self._late = Stretch()
        """Late ones in a row that are no span yet."""
        self.newest: Record = {}
        self.late = False
        """Whether the newest second was; likewise the median that it was held against, ms."""
        self.median = 0.0
        self._before = 0.0
        self._since: float | None = None
        self._until = -math.inf
        """The end of the last limited second."""

    def add(self, record: Record) -> bool:
        """Take a second → whether with it the generator has become limited."""
        t, before = record["t"], self._before
        self._before = t
        known = {name: record[name] for name in COLUMNS if name in record}
        whole = t - before >= _PART
        if whole:
            self._worst.update({name: max(value, self._worst.get(name, value)) for name, value in known.items()})
        self._rows.add(array("d", [t, *(record.get(name, _MISSING) for name in COLUMNS)]))
        self.median = record.get("latency_p50_ms", self.median)  # no answer in this second: the last ones still say
        self.newest, self.late = record, is_late(record, self.median)
        if not self.late:
            self._since = None
            self._late = Stretch()
            return False
        if self._since is None:
            self._since = before
        self._late.add(known, limit_ms(self.median), whole)
        if t - self._since < SECONDS - _JITTER:
            return False
        self._limited.merge(self._late)
        self._late = Stretch()
        new, begin = self._until <= self._since, max(self._since, self._until)
        self.spans.add(begin, t)
        self.limited_seconds += t - begin
        self._until = t
        return new

    def signs(self) -> Sequence[str]:
        """What was late in the limited seconds."""
        return tuple(self._limited.signs())

    def told(self) -> WorkerHealth:
        """What there is to say, now or at the end."""
        return WorkerHealth(
            worker=self.worker,
            limited=tuple(self.spans),
            limited_seconds=self.limited_seconds,
            signs=self.signs(),
            causes=tuple(causes_of(self._limited.figures)) if self.spans else (),
            worst={name: float(self._worst[name]) for name in COLUMNS if name in self._worst},
            columns={name: array("d", [row[i] for row in self._rows]) for i, name in enumerate(_ALL)},
        )


def _greatest(older: array[float], newer: array[float]) -> array[float]:
    """Column by column; what is not known counts nothing. Of times that is the newer one."""
    return array("d", [a if math.isnan(b) or a > b else b for a, b in zip(older, newer, strict=True)])


def limited_sentence(workers: Sequence[WorkerHealth], duration: float) -> str:
    """One sentence for all workers; empty where none was limited."""
    found = [worker for worker in workers if worker.limited]
    if not found:
        return ""
    worst = max(found, key=lambda worker: worker.limited_seconds)
    seconds = format_duration(round(min(worst.limited_seconds, duration), 1))
    who = "the generator" if len(workers) == 1 else f"{len(found)} of {len(workers)} workers"
    was = "was" if len(found) == 1 else "were"
    told = f"{', '.join(worst.signs)} ({', '.join(cause.name for cause in worst.causes)})"
    return f"{who} {was} at the limit for {seconds} of {format_duration(round(duration, 1))}: {told}"
