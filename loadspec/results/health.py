"""Is it the server, or is it the generator? One worker's health, second by second, and the verdict *generator-limited*.

A second is late where its hub lag or its dispatch delay (both p99) is above `limit_ms`, or where less than 99 % of the
starts that were due were made although users were free. `SECONDS` late ones in a row are the verdict. What the process
used, and what others took from it, are named as causes and decide nothing. Pure: told the time by the records.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence

from loadspec.results.causes import causes_of
from loadspec.results.model import Span, WorkerHealth
from loadspec.units import format_duration, format_ms

SECONDS = 3.0
"""So many seconds in a row."""
_JITTER = 0.05
"""A tick comes a little late or early: so much of the last second may be missing."""
_PART = 0.5
"""What is shorter than so many seconds, the last part of a load, has no rates."""
FLOOR_MS = 5.0
SHARE = 0.10
ENOUGH = 0.99

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
"""What is kept of each second's record; keys end in their unit."""
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
    """Takes one worker's records in the order of time; constant memory but for the columns of numbers."""

    def __init__(self, worker: int) -> None:
        self.worker = worker
        self.spans: list[Span] = []
        """When the generator was limited, in seconds of load."""
        self._columns = {name: array("d") for name in ("t", *COLUMNS)}
        self._limits = array("d")
        self._median = 0.0
        self._before = 0.0
        self._since: float | None = None

    def add(self, record: Record) -> bool:
        """Take a second → whether with it the generator has become limited."""
        for name, column in self._columns.items():
            column.append(record.get(name, _MISSING))
        self._median = record.get("latency_p50_ms", self._median)  # no answer in this second: the last ones still say
        self._limits.append(limit_ms(self._median))
        before, self._before = self._before, record["t"]
        if not is_late(record, self._median):
            self._since = None
            return False
        if self._since is None:
            self._since = before
        if record["t"] - self._since < SECONDS - _JITTER:
            return False
        new = not self.spans or self.spans[-1].begin != self._since
        self.spans[len(self.spans) - (not new) :] = [Span(self._since, record["t"])]
        return new

    def told(self) -> WorkerHealth:
        """What there is to say, now or at the end."""
        times = self._columns["t"]
        rows = [i for i, t in enumerate(times) if any(span.begin < t <= span.end for span in self.spans)]
        whole = {i for i, t in enumerate(times) if t - (times[i - 1] if i else 0.0) >= _PART}
        limited = {name: self._values(name, [i for i in rows if i in whole]) for name in COLUMNS}
        return WorkerHealth(
            worker=self.worker,
            limited=tuple(self.spans),
            signs=tuple(self._signs(rows)),
            causes=tuple(causes_of(limited)) if rows else (),
            worst={name: max(known) for name in COLUMNS if (known := self._values(name, whole))},
            columns=self._columns,
        )

    def _values(self, name: str, rows: Iterable[int]) -> list[float]:
        """A column's figures in some seconds, as far as they are known."""
        column = self._columns[name]
        return [column[i] for i in rows if not math.isnan(column[i])]

    def _signs(self, rows: Sequence[int]) -> Iterator[str]:
        """What was late, by how much at worst, and what the limit then was."""
        for name, text in (("lag_p99_ms", "hub lag"), ("dispatch_p99_ms", "dispatch delay")):
            column = self._columns[name]
            over = [(column[i] / self._limits[i], i) for i in rows if column[i] > self._limits[i]]
            if over:
                worst = max(over)[1]
                yield f"{text} p99 {format_ms(column[worst])}, limit {format_ms(self._limits[worst])}"
        due, made, dropped = (sum(self._values(name, rows)) for name in ("due", "made", "dropped"))
        if made < ENOUGH * (due - dropped):
            yield f"{100 * made / (due - dropped):.1f}% of the starts that were due"


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
