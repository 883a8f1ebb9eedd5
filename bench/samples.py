"""One measured run, the quantities drawn from it, and their spread and ratios over the rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from bench.measure import Usage
from bench.tools import Figures, Job


@dataclass(frozen=True, slots=True)
class Target:
    """What the issue asks of loadspec in a case: `quantity` of loadspec against a limit, or against a peer's.

    With `peer`, the median over the rounds of peer ÷ loadspec must be at least `limit`. Without, the worst round
    counts: at most `limit`, or at least where `at_least`.
    """

    text: str
    quantity: str
    limit: float
    peer: str = ""
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One table: the same job for each of `tools`, and the targets that it decides."""

    name: str
    title: str
    tools: Sequence[str]
    job: Job
    columns: Sequence[str]
    ratios: Sequence[str]
    targets: Sequence[Target] = ()

    def at(self, url: str, folder: Path) -> Job:
        """The job of one run."""
        return replace(self.job, url=url, folder=folder)


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of one tool. `requests` and `server_cpu` (seconds) are the server's, `seconds` the planned load.

    `figures` is what the tool says, None where it failed.
    """

    case: str
    tool: str
    round: int
    requests: int
    seconds: int
    server_cpu: float
    usage: Usage
    figures: Figures | None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A column: its heading and how a sample gives its value."""

    heading: str
    digits: int
    of: Callable[[Sample, Figures], float]


QUANTITIES: Mapping[str, Quantity] = {
    "cpu": Quantity("CPU per request, µs", 1, lambda s, f: s.usage.cpu / s.requests * 1e6),
    "rate": Quantity("requests/s", 0, lambda s, f: s.requests / s.seconds),
    "p50": Quantity("p50, ms", 2, lambda s, f: f.p50),
    "p99": Quantity("p99, ms", 2, lambda s, f: f.p99),
    "memory": Quantity("peak memory, MB", 0, lambda s, f: s.usage.peak_memory / 1e6),
    "cpu_total": Quantity("CPU in all, s", 1, lambda s, f: s.usage.cpu),
    "server": Quantity("nginx busy, %", 0, lambda s, f: s.server_cpu / s.seconds * 100),
}


@dataclass(frozen=True, slots=True)
class Spread:
    """The smallest, the median and the largest value over the rounds."""

    low: float
    median: float
    high: float


def value(quantity: str, sample: Sample) -> float:
    """One quantity of one sample that did not fail."""
    assert sample.figures is not None
    return QUANTITIES[quantity].of(sample, sample.figures)


def values(quantity: str, samples: Iterable[Sample], tool: str) -> dict[int, float]:
    """Round → value, of the runs of `tool` that did not fail."""
    return {s.round: value(quantity, s) for s in samples if s.tool == tool and s.figures is not None}


def spread(found: Iterable[float]) -> Spread | None:
    """The spread of some values; None of none."""
    ordered = sorted(found)
    return Spread(ordered[0], median(ordered), ordered[-1]) if ordered else None


def ratios(quantity: str, samples: Sequence[Sample], tool: str, base: str = "loadspec") -> Spread | None:
    """`tool` ÷ `base`, round by round, since what disturbs a round disturbs both; None if no round has both."""
    above, below = values(quantity, samples, tool), values(quantity, samples, base)
    return spread(above[n] / below[n] for n in above if below.get(n))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A target and what was measured; `met` is None where it could not be."""

    target: Target
    measured: float | None
    met: bool | None


def judge(target: Target, samples: Sequence[Sample]) -> Outcome:
    """Hold one target against the samples of its case."""
    if target.peer:
        found = ratios(target.quantity, samples, target.peer)
        measured = found.median if found else None
        at_least = True
    else:
        found = spread(values(target.quantity, samples, "loadspec").values())
        at_least = target.at_least
        measured = (found.low if at_least else found.high) if found else None
    if measured is None:
        return Outcome(target, None, None)
    return Outcome(target, measured, measured >= target.limit if at_least else measured <= target.limit)
