"""InfluxDB's line protocol: a line for each series that is new. Pure.

    http_req_duration,endpoint=login,scenario=default avg=12.1,count=14i,p95=20.3 1700000000000

The measurement is the metric, as k6 has it; values are those of the tick alone, times in milliseconds, stamps too.
See https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import isfinite

from loadspec.metrics import Counter, Gauge, Rate, Trend, Value
from loadspec.metrics.figures import Figures
from loadspec.outputs.tick import Tick

_NAME = str.maketrans({",": r"\,", " ": r"\ ", "\n": r"\ ", "\r": r"\ ", "\\": "/"})
_KEY = {**_NAME, ord("="): r"\="}


def lines(tick: Tick, figures: Figures, prefix: str = "") -> Iterator[str]:
    """The lines without their ends; a series that has no finite value has none."""
    stamp = round(tick.at * 1000)
    for (metric, tags), value in tick.delta.series.items():
        own = {**tick.tags, **dict(tags)}
        names = "".join(f",{key(name)}={key(text)}" for name, text in sorted(own.items()) if name and text)
        if found := ",".join(_fields(value, figures)):
            yield f"{_measurement(prefix + metric)}{names} {found} {stamp}"


def _fields(value: Value, figures: Figures) -> Iterator[str]:
    if isinstance(value, Trend):
        numbers: Mapping[str, float] = {**figures.of(value), "sum": value.sum}
        yield f"count={value.count}i"
    elif isinstance(value, Rate):
        numbers = {"value": value.rate}
        yield f"passes={value.passes}i,total={value.total}i"
    elif isinstance(value, Counter | Gauge):
        numbers = {"value": value.value if isinstance(value, Counter) else value.last}
    for name, number in numbers.items():
        if name != "count" and isfinite(number):
            yield f"{name}={float(number)!r}"


@lru_cache(maxsize=1 << 12)
def key(text: str) -> str:
    """A tag's name or value. Nothing escapes the end of a line nor a backslash: they become a blank and a slash."""
    return text.translate(_KEY)


def _measurement(name: str) -> str:
    return name.translate(_NAME)
