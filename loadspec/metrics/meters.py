"""Where a worker's samples land first: plain lists and integers, folded into a `Store` once a second.

Everything on the hot path here is an append or an addition; histograms are filled in batches by `drain`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from loadspec.error_kinds import error_code
from loadspec.metrics.slowest import Slowest
from loadspec.metrics.store import Store, Tags, tags_of
from loadspec.metrics.tape import Tape
from loadspec.metrics.values import Counter, Gauge, Rate, new_value

M = TypeVar("M", bound="Meter")

TIMINGS = ("http_req_duration", "http_req_waiting", "http_req_sending", "http_req_receiving")
_FOLDED = 500
"""So many samples are worth a fold of their own: it costs some 50 µs beside 0.5 µs a request."""
CONNECTION_TIMINGS = ("http_req_blocked", "http_req_connecting", "http_req_tls_handshaking")


class Meter(Protocol):
    """Something that can empty itself into a store."""

    def drain(self, store: Store) -> None:
        """Move all samples into `store`."""

    def waiting(self) -> int:
        """How many samples `drain` would have to go through one by one."""


class Side:
    """Answered requests of one endpoint that were expected, or that were not. All times are ms.

    A reused connection adds nothing to the connection timings; `drain` counts it as zeros. `scheduled` are those of an
    open load.
    """

    __slots__ = (
        "blocked",
        "connecting",
        "durations",
        "receiving",
        "scheduled",
        "sending",
        "statuses",
        "tls",
        "waiting",
    )

    def __init__(self) -> None:
        self.durations: list[float] = []
        self.waiting: list[float] = []
        self.sending: list[float] = []
        self.receiving: list[float] = []
        self.blocked: list[float] = []
        self.connecting: list[float] = []
        self.tls: list[float] = []
        self.scheduled: list[float] = []
        self.statuses: defaultdict[int, int] = defaultdict(int)

    def drain(self, store: Store, tags: dict[str, str], expected: bool, slowest: Slowest) -> None:
        """Move all samples into `store`, tagged."""
        count = len(self.durations)
        if not count:
            return
        slowest.offer(self.durations, tags, expected, self.statuses)
        own = {**tags, "expected_response": "true" if expected else "false"}
        timing_tags = tags_of(**own)
        times = (self.durations, self.waiting, self.sending, self.receiving)
        for metric, values in zip(TIMINGS, times, strict=True):
            store.trend(metric, timing_tags).add_many(values)
            values.clear()
        for metric, values in zip(CONNECTION_TIMINGS, (self.blocked, self.connecting, self.tls), strict=True):
            trend = store.trend(metric, timing_tags)
            trend.add_many(values)
            trend.add(0.0, count - len(values))
            values.clear()
        if self.scheduled:
            store.trend("scheduled_latency", timing_tags).add_many(self.scheduled)
            self.scheduled.clear()
        for status, number in self.statuses.items():
            code = {"error_code": str(error_code("status", status=status))} if status >= 400 else {}
            store.counter("http_reqs", tags_of(**own, status=str(status), **code)).merge(Counter(number, number))
        self.statuses.clear()
        store.rate("http_req_failed", tags_of(**tags)).merge(Rate(0 if expected else count, count))


class RequestMeter:
    """All requests of one endpoint in one scenario: answered, failed, cut off; and bytes on the wire.

    `slowest` is told of each batch. `tape` is where each of them is kept, too, if it is asked for.
    """

    __slots__ = (
        "_slowest",
        "cut_off",
        "expected",
        "failures",
        "received",
        "retries",
        "sent",
        "tags",
        "tape",
        "unexpected",
    )

    def __init__(self, tags: dict[str, str], slowest: Slowest, tape: Tape | None = None) -> None:
        self.tags = tags
        self._slowest = slowest
        self.tape = tape
        self.expected = Side()
        self.unexpected = Side()
        self.failures: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.cut_off = 0
        self.retries = 0
        self.sent = 0
        self.received = 0

    def waiting(self) -> int:
        """See `Meter`."""
        return len(self.expected.durations) + len(self.unexpected.durations)

    def drain(self, store: Store) -> None:
        """See `Meter`."""
        self.expected.drain(store, self.tags, True, self._slowest)
        self.unexpected.drain(store, self.tags, False, self._slowest)
        own = tags_of(**self.tags)
        for (kind, phase), number in self.failures.items():
            own_kind = {"error": kind, "error_phase": phase, "error_code": str(error_code(kind, phase))}
            tags = tags_of(**self.tags, status="0", expected_response="false", **own_kind)
            store.counter("http_reqs", tags).merge(Counter(number, number))
            store.rate("http_req_failed", own).merge(Rate(number, number))
        self.failures.clear()
        for metric, name in (
            ("data_sent", "sent"),
            ("data_received", "received"),
            ("http_reqs_cut_off", "cut_off"),
            ("http_req_retries", "retries"),
        ):
            value = getattr(self, name)
            if value:
                store.counter(metric, own).merge(Counter(value, 1))
                setattr(self, name, 0)


class CheckMeter:
    """The checks of one step, always evaluated together: one total and the failures of each, kept on a `tape`, too."""

    __slots__ = ("fails", "names", "tags", "tape", "total")

    def __init__(self, names: Sequence[str], tags: dict[str, str], tape: Tape | None = None) -> None:
        self.names = tuple(names)
        self.tags = tags
        self.tape = tape
        self.total = 0
        self.fails = [0] * len(self.names)

    def waiting(self) -> int:
        """See `Meter`: they are counted already."""
        return 0

    def drain(self, store: Store) -> None:
        """See `Meter`."""
        if not self.total:
            return
        for index, name in enumerate(self.names):
            tags = tags_of(**self.tags, check=name)
            store.rate("checks", tags).merge(Rate(self.total - self.fails[index], self.total))
            self.fails[index] = 0
        self.total = 0


class ListMeter:
    """Samples that wait in a list, as that is the cheapest; `add` is its append."""

    __slots__ = ("add", "metric", "tags", "values")

    def __init__(self, metric: str, tags: Tags) -> None:
        self.metric = metric
        self.tags = tags
        self.values: list[Any] = []
        self.add = self.values.append

    def waiting(self) -> int:
        """See `Meter`."""
        return len(self.values)


class TrendMeter(ListMeter):
    """A trend's samples."""

    __slots__ = ()

    def drain(self, store: Store) -> None:
        """See `Meter`."""
        if self.values:
            store.trend(self.metric, self.tags).add_many(self.values)
            self.values.clear()


class IterationMeter(TrendMeter):
    """Iterations that were completed: how long each took, in ms, and their number."""

    __slots__ = ()

    def drain(self, store: Store) -> None:
        """See `Meter`."""
        if self.values:
            store.counter("iterations", self.tags).merge(Counter(len(self.values), len(self.values)))
            super().drain(store)


class RateMeter(ListMeter):
    """A rate's samples."""

    __slots__ = ()

    def drain(self, store: Store) -> None:
        """See `Meter`."""
        if self.values:
            store.rate(self.metric, self.tags).merge(Rate(sum(map(bool, self.values)), len(self.values)))
            self.values.clear()


class ValueMeter:
    """Samples of a counter or a gauge; `add` is the value's own."""

    __slots__ = ("add", "metric", "tags", "value")

    def __init__(self, kind: str, metric: str, tags: Tags) -> None:
        value = new_value(kind)
        assert isinstance(value, Counter | Gauge)
        self.metric = metric
        self.tags = tags
        self.value: Counter | Gauge = value
        self.add: Callable[[Any], None] = value.add

    def waiting(self) -> int:
        """See `Meter`."""
        return 0

    def drain(self, store: Store) -> None:
        """See `Meter`."""
        if self.value.samples:
            store.value(self.value.kind, self.metric, self.tags).merge(self.value)
            self.value.clear()


SampleMeter = ListMeter | ValueMeter

_SAMPLE_METERS: dict[str, type[TrendMeter] | type[RateMeter]] = {"trend": TrendMeter, "rate": RateMeter}
"""Kinds whose samples wait in a list; a counter or gauge is a few numbers in any case."""


class Meters:
    """All meters of one phase of one worker. With a `tape` each sample is kept, too, but for what the engine counts."""

    def __init__(self, tape: Tape | None = None) -> None:
        self.tape = tape
        self.slowest = Slowest()
        self._all: list[Meter] = []
        self._requests: dict[Tags, RequestMeter] = {}
        self._values: dict[tuple[str, Tags], SampleMeter] = {}
        self._folded = Store()

    def requests(self, /, **tags: str) -> RequestMeter:
        """The meter of an endpoint's requests with these tags, made on first use."""
        key = tags_of(**tags)
        if key not in self._requests:
            self._requests[key] = self.keep(RequestMeter(tags, self.slowest, self.tape))
        return self._requests[key]

    def checks(self, names: Sequence[str], tags: dict[str, str]) -> CheckMeter:
        """A new meter for a step's checks."""
        return self.keep(CheckMeter(names, tags, self.tape))

    def iterations(self, /, **tags: str) -> IterationMeter:
        """A new meter for a scenario's iterations."""
        return self.keep(IterationMeter("iteration_duration", tags_of(**tags)))

    def value(self, kind: str, metric: str, /, **tags: str) -> SampleMeter:
        """The meter of a metric with these tags, made on first use."""
        key = (metric, tags_of(**tags))
        if key not in self._values:
            make = _SAMPLE_METERS.get(kind)
            meter = self._values[key] = self.keep(make(*key) if make else ValueMeter(kind, *key))
            if self.tape is not None:
                meter.add = self.tape.beside(meter.add, metric, tags)
        return self._values[key]

    def fold(self, least: int = _FOLDED) -> None:
        """Do part of `drain`'s work before it is called: where `least` samples wait, or more.

        All of a busy second at once takes tens of milliseconds, in which no answer is read.
        """
        for meter in self._all:
            if meter.waiting() >= least:
                meter.drain(self._folded)

    def drain(self) -> Store:
        """Everything since the last call."""
        store, self._folded = self._folded, Store()
        for meter in self._all:
            meter.drain(store)
        return store

    def keep(self, meter: M) -> M:
        """Have a meter folded and drained with the others."""
        self._all.append(meter)
        return meter
