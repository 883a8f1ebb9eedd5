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
    """What the issue asks of loadspec in a case: at most `limit`, or at least where `at_least`; `aim` is beyond it.

    With `peer` the median over the rounds of a ratio counts: loadspec ÷ peer, or peer ÷ loadspec where `at_least`, so
    that the direction of better is the limit's. Without, loadspec's own `quantity` in the worst round.
    """

    text: str
    quantity: str
    limit: float
    aim: float | None = None
    peer: str = ""
    at_least: bool = False

    def holds(self, measured: float, limit: float) -> bool:
        """Whether `measured` is on the right side of `limit`."""
        return measured >= limit if self.at_least else measured <= limit


@dataclass(frozen=True, slots=True)
class Case:
    """One table: the same job for each of `tools`, and the targets that it decides.

    `lacks` says why it cannot be run here; "" where it can.
    """

    name: str
    title: str
    tools: Sequence[str]
    job: Job
    columns: Sequence[str]
    ratios: Sequence[str]
    targets: Sequence[Target] = ()
    lacks: str = ""

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
    """A target and what was measured, and whether limit and aim were met; None where nothing was measured.

    `aimed` is None as well where the target has no aim.
    """

    target: Target
    measured: float | None
    met: bool | None
    aimed: bool | None = None


def judge(target: Target, samples: Sequence[Sample]) -> Outcome:
    """Hold one target against the samples of its case."""
    measured = _measured(target, samples)
    if measured is None:
        return Outcome(target, None, None)
    aimed = None if target.aim is None else target.holds(measured, target.aim)
    return Outcome(target, measured, target.holds(measured, target.limit), aimed)


def _measured(target: Target, samples: Sequence[Sample]) -> float | None:
    if target.peer:
        pair = (target.peer, "loadspec") if target.at_least else ("loadspec", target.peer)
        found = ratios(target.quantity, samples, *pair)
        return found.median if found else None
    found = spread(values(target.quantity, samples, "loadspec").values())
    if found is None:
        return None
    return found.low if target.at_least else found.high
