"""A load without problems → its executor."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Mapping
from math import inf, nextafter
from typing import Any, Protocol, TypeVar

from msgspec.structs import replace

from loadspec.load import (
    EVEN,
    ConstantArrivalRate,
    ConstantVus,
    LoadConfig,
    PerVuIterations,
    RampingArrivalRate,
    RampingVus,
    RateStage,
    SharedIterations,
    Stage,
    TraceReplay,
    parse_arrivals,
    parse_rate,
    parse_rate_stages,
    parse_stages,
    users_for,
)
from loadspec.spec.shapes.keys import OPEN
from loadspec.units import YEAR, parse_duration

MAX_STAGES = 10_000

_GRACE = 30.0
_MAX_DURATION = 600.0
_TIMEOUT = 60.0

S = TypeVar("S")


class Trace(Protocol):
    """See `building.traces`."""

    @property
    def pool(self) -> str:
        """Whose rows the starts have."""

    @property
    def times(self) -> array[float]:
        """Seconds, sorted."""

    @property
    def rows(self) -> array[int]:
        """The row of each."""


def build_load(document: Mapping[str, Any], lasting: float = _TIMEOUT, trace: Trace | None = None) -> LoadConfig:
    """The executor of a document without problems. `lasting` is how many seconds an iteration may take.

    Raises KeyError for a load that replays a trace where none is given.
    """
    if any(key in document for key in OPEN):
        load = _open(document, trace)
        enough = max(load.pre_allocated_vus, min(load.seats, users_for(load.peak_rate, lasting)))
        return replace(load, max_vus=document.get("max_vus", enough))
    stop = _seconds(document, "graceful_stop", _GRACE)
    vus = document.get("vus", 1)
    if "stages" in document:
        ramp_down = _seconds(document, "graceful_ramp_down", _GRACE)
        return RampingVus(read_stages(document["stages"]), document.get("start_vus", vus), ramp_down, stop)
    limit = _seconds(document, "max_duration", _seconds(document, "duration", _MAX_DURATION))
    if "iterations_per_vu" in document:
        return PerVuIterations(vus, document["iterations_per_vu"], limit, stop)
    if "iterations" in document or "duration" not in document:
        return SharedIterations(vus, document.get("iterations", vus), limit, stop)
    return ConstantVus(vus, _seconds(document, "duration", 0.0), stop)


def _open(document: Mapping[str, Any], trace: Trace | None) -> ConstantArrivalRate | RampingArrivalRate | TraceReplay:
    settings: dict[str, Any] = {
        "pre_allocated_vus": document.get("pre_allocated_vus", 0),
        "graceful_stop": _seconds(document, "graceful_stop", _GRACE),
    }
    if "trace" in document:
        return _replay(document, trace, settings)
    settings["arrivals"] = parse_arrivals(document["arrivals"]) if "arrivals" in document else EVEN
    if "rate" in document:
        return ConstantArrivalRate(parse_rate(document["rate"]), _length(document["duration"]), **settings)
    start = parse_rate(document.get("start_rate", "0"))
    return RampingArrivalRate(read_rate_stages(document["rate_stages"]), start, **settings)


def _replay(document: Mapping[str, Any], trace: Trace | None, settings: dict[str, Any]) -> TraceReplay:
    if trace is None:
        raise KeyError("trace")
    times, rows = trace.times, trace.rows
    duration = nextafter(times[-1], inf)
    if "duration" in document:
        duration = parse_duration(document["duration"])
        count = bisect_left(times, duration)
        times, rows = times[:count], rows[:count]
    return TraceReplay(trace.pool, times, rows, duration, **settings)


def read_stages(value: Any) -> tuple[Stage, ...]:
    """Stages as text, or a list of texts and {duration, target}. Raises StageError or ValueError."""
    return _read(value, parse_stages, lambda item: Stage(parse_duration(item["duration"]), item["target"]))


def read_rate_stages(value: Any) -> tuple[RateStage, ...]:
    """Stages of rates, likewise."""
    return _read(
        value,
        parse_rate_stages,
        lambda item: RateStage(_length(item["duration"]), parse_rate(item["target"])),
    )


def _read(value: Any, parse: Callable[[str], tuple[S, ...]], build: Callable[[Any], S]) -> tuple[S, ...]:
    if isinstance(value, str):
        if value.count(",") >= MAX_STAGES:
            raise ValueError("too many stages")
        return parse(value)
    stages: list[S] = []
    for item in value:
        stages += parse(item) if isinstance(item, str) else [build(item)]
    return tuple(stages)


def _length(text: str) -> float:
    """Seconds; what is longer than a year has been told, and is more than the area of a curve can take."""
    seconds = parse_duration(text)
    if seconds > YEAR:
        raise ValueError("longer than a year")
    return seconds


def _seconds(document: Mapping[str, Any], key: str, default: float) -> float:
    return parse_duration(document[key]) if key in document else default
