"""The trace that a load replays: a pool, and the column that says when its rows were recorded."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from loadspec.pools.reading import Reading, locate
from loadspec.spec.building.pools import build_reading
from loadspec.spec.datafile import parse_yaml

FIELD = "timestamp"


class Trace(NamedTuple):
    """When starts come, in seconds and sorted, and which row of `pool` each of them has."""

    pool: str
    times: array[float]
    rows: array[int]


def trace_pool(raw: Any) -> Any:
    """The name of the pool that `trace` names."""
    return raw.get("pool") if isinstance(raw, Mapping) else raw


def build_trace(raw: Any, pools: Mapping[str, Any], folder: str) -> Trace:
    """Read the times. Raises DataError, OSError, SpecError; KeyError, ValueError and others for what is malformed."""
    settings = raw if isinstance(raw, Mapping) else {}
    pool = trace_pool(raw)
    field, unit, speed = settings.get("field", FIELD), settings.get("unit", "s"), float(settings.get("speed", 1))
    reading = build_reading(pool, pools[pool], folder)
    if reading is None or not reading.path:
        from loadspec.pools.moments import read_moments
        from loadspec.pools.readers import rows_of

        times, rows = read_moments(rows_of(reading or Reading(pool), pools[pool]["items"]), field, unit)
    else:
        stat = locate(reading).stat()
        times, rows = _read(reading, field, unit, (stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return Trace(pool, times if speed == 1 else array("d", (t / speed for t in times)), rows)


@lru_cache(maxsize=8)
def _read(reading: Reading, field: str, unit: str, _version: tuple[int, ...]) -> tuple[array[float], array[int]]:
    """Every profile has the same trace: once is enough, as long as the file does not change."""
    from loadspec.pools.moments import read_moments
    from loadspec.pools.readers import open_rows

    return read_moments(open_rows(reading, parse_yaml), field, unit)
