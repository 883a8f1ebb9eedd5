"""Why a generator was late: what its process and its machine had to do in those seconds. Causes, never the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from loadspec.results.model import Cause
from loadspec.results.stretch import Figure
from loadspec.units import format_count, format_ms

Seconds = Mapping[str, Figure]
"""Column → its values in the seconds in question; see `results.health.COLUMNS`."""
_NONE = Figure()


class Rule(NamedTuple):
    """`reads` gives the figure to be shown where it is a cause, else None; `what` says it, `way_out` what to do."""

    reads: Callable[[Seconds], float | None]
    what: Callable[[float], str]
    way_out: str


def _mean_above(name: str, least: float) -> Callable[[Seconds], float | None]:
    """The mean of a column, where it is at least that."""

    def read(seconds: Seconds) -> float | None:
        figure = seconds.get(name, _NONE)
        return figure.mean if figure.count and figure.mean >= least else None

    return read


def _most_above(name: str, least: float) -> Callable[[Seconds], float | None]:
    """The greatest of a column, where it is at least that."""

    def read(seconds: Seconds) -> float | None:
        most = seconds.get(name, _NONE).most
        return most if most >= least else None

    return read


def _used_up(name: str, least: float) -> Callable[[Seconds], float | None]:
    """The greatest of a column, where it comes that near to its `_max`."""

    def read(seconds: Seconds) -> float | None:
        most, limit = (seconds.get(key, _NONE).most for key in (name, f"{name}_max"))
        return most if limit and most >= least * limit else None

    return read


RULES: Mapping[str, Rule] = {
    "cpu": Rule(
        _mean_above("cpu_percent", 85.0),
        lambda value: f"the process took {value:.0f} % of a core, and has one",
        "more --workers, or less to do for each request",
    ),
    "steal": Rule(
        _mean_above("steal_percent", 5.0),
        lambda value: f"the hypervisor took {value:.0f} % of the time (steal)",
        "a machine whose cores are its own",
    ),
    "waiting": Rule(
        _mean_above("waited_percent", 5.0),
        lambda value: f"other processes had the core for {value:.0f} % of the time",
        "run the server and whatever else elsewhere",
    ),
    "gc": Rule(
        _most_above("gc_longest_ms", 20.0),
        lambda value: f"garbage collection paused it for {format_ms(value)}",
        "parse and capture less of large JSON bodies",
    ),
    "files": Rule(
        _used_up("files", 0.95),
        lambda value: f"{format_count(value)} files were open, all that it may have",
        "a higher limit: ulimit -n",
    ),
    "ports": Rule(
        _used_up("ports", 0.9),
        lambda value: f"{format_count(value)} ports were in use, nearly all that there are",
        "keep connections open, or name several network.local_ips",
    ),
}
"""In the order in which they are told."""

_UNKNOWN = Cause(
    "unknown",
    "nothing that was recorded says why; it may have been stopped",
    "see what else the machine did then",
)


def causes_of(seconds: Seconds) -> Iterator[Cause]:
    """The causes that hold, or that none is known."""
    found = False
    for name, rule in RULES.items():
        value = rule.reads(seconds)
        if value is not None:
            found = True
            yield Cause(name, rule.what(value), rule.way_out)
    if not found:
        yield _UNKNOWN
