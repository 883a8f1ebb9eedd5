"""Outputs that send: those that live beside the load, and those that are told how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Thread
from time import time
from typing import Protocol

from loadspec.clock import Clock, monotonic
from loadspec.errors import LoadspecError, OutputError
from loadspec.metrics import Gauge
from loadspec.outputs import Target, code_of, known_output
from loadspec.outputs.pump import PATIENCE, LiveOutput, Pump, Pumps
from loadspec.outputs.selected import with_submetrics
from loadspec.outputs.settings import patience_of
from loadspec.outputs.tick import Second
from loadspec.results import RunResult
from loadspec.results.head import Head
from loadspec.results.ledger import Record
from loadspec.results.model import loads_of
from loadspec.run.targets import kept
from loadspec.thresholds.submetric import Submetric

_TELLING = 10.0
"""Seconds that all who are told of the end may take together."""
_LOOK = 0.05
_USERS, _MOST = ("vus", ()), ("vus_max", ())


class Follower(Protocol):
    """Looks on while a run goes. It neither raises nor waits."""

    def take(self, record: Record) -> None:
        """Take a record of the ledger, which nobody may change."""

    def news(self) -> list[str]:
        """What is worth a line since the last call."""


class Followers(list[Follower]):
    """Several as one."""

    def after(self, write: Callable[[Record], str]) -> Callable[[Record], str]:
        """What is done with each record of the ledger: `write`, which says why it could not, then they take it."""

        def each(record: Record) -> str:
            failure = write(record)
            for follower in self:
                follower.take(record)
            return failure

        return each

    def news(self) -> list[str]:
        """What is worth a line since the last call."""
        return [text for follower in self for text in follower.news()]


class LiveOutputs:
    """Hands each second of the load to the live outputs, with the users that run as gauge `vus`, and sub-metrics."""

    def __init__(
        self, pumps: Sequence[Pump], most: int = 0, now: Clock = time, submetrics: Sequence[Submetric] = ()
    ) -> None:
        self._pumps = Pumps(pumps) if pumps else None
        self._most = most
        self._now = now
        self._submetrics = submetrics
        self._began: float | None = None

    def take(self, record: Record) -> None:
        """Take a record of the ledger."""
        if self._pumps is None or record["is"] != "snapshot" or record["phase"] != "load":
            return
        delta = with_submetrics(record["store"], self._submetrics)
        delta.series |= {_USERS: _level(record["users"]), _MOST: _level(self._most)}
        if self._began is None:  # asked once: a clock that is set meanwhile moves no second
            self._began = self._now() - record["t"]
        self._pumps.offer(Second(record["t"], self._began + record["t"], record["users"], delta))

    def news(self) -> list[str]:
        """What is worth a line since the last call."""
        return self._pumps.news() if self._pumps else []

    def close(self, hurried: Callable[[], bool] = lambda: False) -> list[str]:
        """Send the rest → warnings about what was not sent."""
        return self._pumps.close(hurried) if self._pumps else []


def _level(value: float) -> Gauge:
    return Gauge(value, value, value, 1)


def live_outputs(targets: Iterable[Target], head: Head) -> LiveOutputs:
    """Those of `targets` that are live, started. Raises LoadspecError for a setting that cannot be."""
    made = [(target, _made(target, head)) for target in kept(targets, "live")]
    pumps = [
        Pump(target.name, output, head.tags, getattr(output, "period", 1), patience_of(target, PATIENCE))
        for target, output in made
    ]
    most = sum(load.max_users for load in loads_of(head.scenarios))
    return LiveOutputs(pumps, most, submetrics=head.submetrics)


def _made(target: Target, head: Head) -> LiveOutput:
    make = code_of(known_output(target.name))
    try:
        output: LiveOutput = make(target, head)
    except LoadspecError:
        raise
    except Exception as error:  # a package's own code, or a port that is taken
        raise OutputError(f"output {target.name} cannot be started: {error}") from error
    return output


def tell(targets: Iterable[Target], result: RunResult, hurried: Callable[[], bool] = lambda: False) -> list[str]:
    """Tell those that want to know how the run ended, all at once → warnings about those that could not be told."""
    threads = [_Telling(target, result) for target in kept(targets, "notify")]
    for thread in threads:
        thread.start()
    deadline = monotonic() + _TELLING
    for thread in threads:
        while thread.is_alive() and monotonic() < deadline and not hurried():
            thread.join(_LOOK)
    return [f"{thread.output} was not told of the verdict: {thread.failure}" for thread in threads if thread.failure]


class _Telling(Thread):
    """Tells one; `failure` is empty once it has been told."""

    def __init__(self, target: Target, result: RunResult) -> None:
        super().__init__(name=f"output {target.name}", daemon=True)
        self.output = target.name
        self.failure = "no answer in time"
        self._target = target
        self._result = result

    def run(self) -> None:
        """See the base class."""
        try:
            code_of(known_output(self.output))(self._result, self._target)
        except Exception as error:
            self.failure = str(error) or type(error).__name__
        else:
            self.failure = ""
