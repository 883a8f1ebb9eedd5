"""How large and how long a run may be: what was measured, held against what is asked. Pure: numbers in, text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from bench.page import number, table

MANY = 19_000
STARTED = 10_000
STARTED_CPU = 3.0
MILLION = 1_000_000
HOUR = 3_600
REPLAY_SECONDS = 600.0
PAGE_SECONDS = 2.0
PAGE_BYTES = 400_000
GROWTH = 0.05
SHARED = 1_000_000
"""Iterations that one worker makes, or two together."""
ROUNDS = 5
DEARER = 0.10
FIRST = 0.1
"""The part of a run in which memory may still grow to its size."""

INTRO = """\
Written by `make scale` and by nothing else: how large and how long a run may be. CPU and memory are those of all of
loadspec's processes; the server is nginx on another core, and its count of requests is the neutral one.

- *Growth* is how far resident memory rises above the highest of the first tenth of a run, at any time after it.
- CPU of a start-up is the worker's from its begin until all users run, and all that the parent takes in the whole run,
  its report included.
- One worker and two send the same requests in turn. Two share the core, so that loadspec is compared and not the
  machine: on two cores, one of which nginx needs, wrk itself takes a quarter more CPU per request by two threads than
  by one. CPU per request is that of all processes, start and report included.
- The hour is virtual: its samples go through the meters of two workers, the pipe, the merger, the thresholds, the
  collector and the journal, without sockets and without waiting. Its report is made in the process that kept it: the
  first time with Jinja and its templates, which compiled before lie beside them.
"""


class Row(NamedTuple):
    """One figure; `holds` is None where nothing is asked."""

    what: str
    measured: str
    asked: str = ""
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Crowd:
    """Many users in one worker: how many were there at once, what they sent by their own books and by the server's."""

    users: int
    counted: int
    served: int
    failed: int
    memory: int
    cpu: float

    def rows(self) -> list[Row]:
        """Held against `MANY`."""
        each = f"{number(self.memory / 1e6, 0)} MB, {number(self.memory / max(1, self.users) / 1e3, 1)} kB a user"
        return [
            Row("users at once in one worker", number(self.users, 0), f"≥ {number(MANY, 0)}", self.users >= MANY),
            *_books(self.counted, self.served),
            Row("failed requests", number(self.failed, 0), "0", self.failed == 0),
            Row("peak memory", each),
            Row("CPU in all", f"{number(self.cpu, 1)} s"),
        ]


@dataclass(frozen=True, slots=True)
class StartUp:
    """CPU seconds until all run: one user, many that only wait, many that send a request first."""

    users: int
    alone: float
    waiting: float
    sending: float

    def rows(self) -> list[Row]:
        """Held against `STARTED_CPU`: a user runs when its first iteration has begun."""
        first = self.sending - self.waiting
        return [
            Row("users", number(self.users, 0), f"≥ {number(STARTED, 0)}", self.users >= STARTED),
            Row("CPU with one user", f"{number(self.alone, 2)} s"),
            Row(
                "CPU until all run", f"{number(self.waiting, 2)} s", f"< {STARTED_CPU:g} s", self.waiting < STARTED_CPU
            ),
            Row("CPU that a connection and a first request of each add", f"{number(first, 2)} s"),
        ]


@dataclass(frozen=True, slots=True)
class Long:
    """Many iterations in one run; `memory` is the resident bytes of all processes, sampled evenly."""

    iterations: int
    counted: int
    served: int
    memory: Sequence[float]
    cpu: float

    def rows(self) -> list[Row]:
        """Held against `MILLION`."""
        done = Row("iterations", number(self.iterations, 0), f"≥ {number(MILLION, 0)}", self.iterations >= MILLION)
        return [done, *_books(self.counted, self.served), *_memory(self.memory), Row("CPU", f"{number(self.cpu, 1)} s")]


@dataclass(frozen=True, slots=True)
class Fleet:
    """The same load by one worker and by two: CPU seconds per request of each round, and all that nginx counted."""

    one: Sequence[float]
    two: Sequence[float]
    counted: int
    served: int

    @property
    def dearer(self) -> float:
        """How much more a request costs with two workers, as a share: the median of the rounds."""
        return median(two / one for one, two in zip(self.one, self.two, strict=True)) - 1

    def rows(self) -> list[Row]:
        """Held against `DEARER`."""
        asked = f"≤ {DEARER:.0%}"
        return [
            Row("CPU per request, one worker", _each(self.one)),
            Row("CPU per request, two workers", _each(self.two)),
            Row("dearer by two, median", f"{number(100 * self.dearer, 1)} %", asked, self.dearer <= DEARER),
            *_books(self.counted, self.served),
        ]


def _each(rounds: Sequence[float]) -> str:
    return f"{', '.join(number(1e6 * cost, 1) for cost in rounds)} µs"


@dataclass(frozen=True, slots=True)
class Hour:
    """A virtual hour: its samples, resident bytes at the end of each of its seconds, how long it took, its report."""

    samples: int
    memory: Sequence[float]
    """Of all processes."""
    parent: Sequence[float]
    took: float
    pages: Sequence[float]
    """Seconds that the report took, again and again."""
    page: int
    """Bytes of it."""

    def rows(self) -> list[Row]:
        """Held against `HOUR`, `REPLAY_SECONDS`, `PAGE_SECONDS`, `PAGE_BYTES`."""
        seconds = len(self.memory)
        took = f"{number(self.took, 0)} s"
        return [
            Row("seconds", number(seconds, 0), f"≥ {number(HOUR, 0)}", seconds >= HOUR),
            Row("requests", number(self.samples, 0)),
            Row("replayed in", took, f"≤ {number(REPLAY_SECONDS, 0)} s", self.took <= REPLAY_SECONDS),
            *_memory(self.memory),
            Row("growth of the parent alone", f"{number(100 * growth(self.parent), 1)} %"),
            Row("its report, the first time", *_within(self.pages[0])),
            Row("its report, median of the next ones", *_within(median(self.pages[1:]))),
            Row(
                "size of the report",
                f"{number(self.page / 1e3, 0)} kB",
                f"< {PAGE_BYTES // 1000} kB",
                self.page < PAGE_BYTES,
            ),
        ]


def _within(seconds: float) -> tuple[str, str, bool]:
    return f"{number(seconds, 2)} s", f"< {PAGE_SECONDS:g} s", seconds < PAGE_SECONDS


def growth(memory: Sequence[float]) -> float:
    """The highest value after the first tenth above the highest within it, as a share of that; never below 0.

    Raises ValueError for fewer than ten samples: they say nothing.
    """
    if len(memory) < round(1 / FIRST):
        raise ValueError(f"{len(memory)} samples of memory are too few")
    first = round(FIRST * len(memory))
    base = max(memory[:first])
    return max(0.0, max(memory[first:]) / base - 1)


def _books(counted: int, served: int) -> list[Row]:
    return [Row("requests by loadspec's books", number(counted, 0), f"{number(served, 0)}, nginx's", counted == served)]


def _memory(memory: Sequence[float]) -> list[Row]:
    grown = growth(memory)
    limit = f"< {GROWTH:.0%}"
    return [
        Row("highest memory", f"{number(max(memory) / 1e6, 1)} MB"),
        Row("growth after the first tenth", f"{number(100 * grown, 1)} %", limit, grown < GROWTH),
    ]


Part = Crowd | StartUp | Long | Fleet | Hour


def holds(parts: Sequence[Part]) -> bool:
    """Whether all that is asked was measured and met."""
    return all(row.holds is not False for part in parts for row in part.rows())


def page(parts: Mapping[str, Part | str], facts: Mapping[str, str]) -> str:
    """The whole page: title → what was measured, or why nothing was."""
    pieces = ["# How large, how long", INTRO, table(["", ""], list(facts.items()))]
    for title, part in parts.items():
        pieces += [f"## {title}", f"**Failed**: {part}" if isinstance(part, str) else rows_table(part.rows())]
    return "\n\n".join(piece.strip() for piece in pieces) + "\n"


def rows_table(rows: Sequence[Row]) -> str:
    """What was measured, what is asked, and whether it holds."""
    words = {True: "met", False: "**not met**", None: ""}
    return table(["", "measured", "asked", ""], [(r.what, r.measured, r.asked, words[r.holds]) for r in rows])
