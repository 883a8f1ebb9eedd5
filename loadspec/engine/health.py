"""How a worker feels: once a second a flat record of numbers, so that a result can say whose limit it shows.

Keys end in their unit. What the system does not tell is left out.
"""

from __future__ import annotations

import gc
import math
import os
import resource
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from loadspec.clock import Clock, monotonic
from loadspec.engine.lag import LagProbe
from loadspec.machine import used
from loadspec.metrics import Store, Trend
from loadspec.wire.addresses import parse_block


class Usage(Struct, frozen=True):
    """What has been used since the process or the machine began. Seconds; `ticks` are those of /proc/stat."""

    at: float
    cpu: float
    waited: float | None = None
    """For a core that others had."""
    stolen: float | None = None
    ticks: float | None = None


class Pauses(Struct):
    """Collections of garbage since the last look; seconds."""

    count: int = 0
    longest: float = 0.0
    total: float = 0.0


class GcWatch:
    """Times the collector's pauses from `start` to `stop`."""

    def __init__(self, clock: Clock = monotonic) -> None:
        self._clock = clock
        self._began = 0.0
        self._seen = Pauses()

    def start(self) -> None:
        """Listen."""
        gc.callbacks.append(self._heard)

    def stop(self) -> None:
        """Listen no more."""
        gc.callbacks.remove(self._heard)

    def take(self) -> Pauses:
        """What was heard since the last call."""
        seen, self._seen = self._seen, Pauses()
        return seen

    def _heard(self, phase: str, info: Mapping[str, int]) -> None:
        if phase == "start":
            self._began = self._clock()
            return
        took = self._clock() - self._began
        self._seen.count += 1
        self._seen.longest = max(self._seen.longest, took)
        self._seen.total += took


class Work(Struct):
    """What a worker had to do in a second; counts of this second, but for the users."""

    due: int = 0
    """Starts whose time had come."""
    made: int = 0
    dropped: int = 0
    """Starts for which no user was free."""
    busy: int = 0
    free: int = 0
    store: Store = field(default_factory=Store)


class HealthProbe:
    """Watches this process while load runs; a context. `take` once a second. `local_ips` are those of the spec."""

    def __init__(self, local_ips: Iterable[str] = ()) -> None:
        addresses = sum(count for _, count in map(parse_block, local_ips)) or 1
        self._gc = GcWatch()
        self._limits = {"files_max": file_limit(), "ports_max": port_range(addresses)}

    def __enter__(self) -> HealthProbe:
        self._lag = LagProbe()
        self._gc.start()
        self._before = usage()
        return self

    def __exit__(self, *_: Any) -> None:
        self._lag.stop()
        self._gc.stop()

    def take(self, t: float, work: Work) -> dict[str, float]:
        """The record of the time since the last call, `t` seconds into the load."""
        now, before = usage(), self._before
        self._before = now
        files = open_files()
        known = {"files": files, "ports": ports_in_use(files), **self._limits}
        found = record(now, before, self._lag.take(), self._gc.take(), work)
        return {"t": t, **found, **{name: value for name, value in known.items() if value is not None}, **totals()}


def record(now: Usage, before: Usage, lags: Sequence[float], pauses: Pauses, work: Work) -> dict[str, float]:
    """What two looks at the clocks, and what happened between them, say."""
    wall = max(now.at - before.at, 1e-9)
    found = {
        "lag_ms": 1000 * max(lags, default=0.0),
        "lag_p99_ms": 1000 * percentile(lags, 99),
        "dispatch_p99_ms": _percentile(work.store, "dispatch_delay", 99),
        "latency_p50_ms": _percentile(work.store, "http_req_duration", 50, poll="false"),
        "due": work.due,
        "made": work.made,
        "dropped": work.dropped,
        "users_busy": work.busy,
        "users_free": work.free,
        "cpu_percent": 100 * (now.cpu - before.cpu) / wall,
        "waited_percent": _share(now.waited, before.waited, wall),
        "gc_count": pauses.count,
        "gc_longest_ms": 1000 * pauses.longest,
        "gc_total_ms": 1000 * pauses.total,
        "steal_percent": _share(now.stolen, before.stolen, (now.ticks or 0.0) - (before.ticks or 0.0)),
    }
    return {name: value for name, value in found.items() if value is not None}


def percentile(values: Sequence[float], percent: float) -> float:
    """By nearest rank; 0 without values."""
    return sorted(values)[max(0, math.ceil(percent / 100 * len(values)) - 1)] if values else 0.0


def _percentile(store: Store, metric: str, percent: float, **tags: str) -> float | None:
    trend = store.where(metric, **tags)
    return trend.percentiles((percent,))[0] if isinstance(trend, Trend) and trend.samples else None


def _share(now: float | None, before: float | None, whole: float) -> float | None:
    return None if now is None or before is None or whole <= 0 else 100 * (now - before) / whole


def totals() -> dict[str, float]:
    """CPU and memory of this process since it began."""
    cpu, memory = used()
    return {"cpu_s": cpu, "peak_rss_bytes": memory}


def usage() -> Usage:
    """A look at the clocks. Waiting for a core is told by Linux's schedstat, steal by /proc/stat (see proc(5))."""
    cpu, _ = used()
    waited = _words("/proc/self/schedstat")
    ticks = [float(word) for word in _words("/proc/stat")[1:9]]  # of the first line: all cores; guests are in `user`
    return Usage(
        monotonic(),
        cpu,
        float(waited[1]) / 1e9 if len(waited) > 1 else None,
        ticks[7] if len(ticks) > 7 else None,
        sum(ticks) if len(ticks) > 7 else None,
    )


def open_files() -> float | None:
    """Open files of this process. Linux tells it as a size, from 6.2 on; to list thousands would hold up the loop."""
    try:
        return float(os.stat("/proc/self/fd").st_size) or None
    except OSError:
        return None


def ports_in_use(files: float | None) -> float | None:
    """Ports that connections hold: those of this process, and this machine's that are closed and in TIME_WAIT."""
    words = _words("/proc/net/sockstat", "TCP:")
    waiting = dict(zip(words[1::2], words[2::2], strict=False)).get("tw")
    return None if files is None or waiting is None else files + float(waiting)


def file_limit() -> float | None:
    """How many files this process may open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else float(soft)


def port_range(addresses: int = 1) -> float | None:
    """How many ports there are for connections from so many addresses to one other."""
    words = _words("/proc/sys/net/ipv4/ip_local_port_range")
    return addresses * (float(words[1]) - float(words[0]) + 1) if len(words) > 1 else None


def _words(path: str, first: str = "") -> list[str]:
    """The words of the line of a file that begins with `first`; none where there is no such file."""
    try:
        with open(path, encoding="ascii") as lines:
            return next((line.split() for line in lines if line.startswith(first)), [])
    except OSError:
        return []
