"""StatsD's and DogStatsD's lines, packed into datagrams. Pure.

    loadspec.http_reqs:14|c                        a counter: what came in this tick
    loadspec.http_req_duration.p95:20.3|g          a figure of a trend, of this tick; times in milliseconds
    loadspec.checks.rate:0.97|g                    a rate, beside .passes and .total, which are counters

StatsD has no tags, so that a metric is one, as with k6; DogStatsD's lines end in `|#endpoint:login,scenario:default`.
See https://github.com/statsd/statsd/blob/master/docs/metric_types.md, docs.datadoghq.com/developers/dogstatsd.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from math import isfinite

from loadspec.metrics import Counter, Gauge, Rate, Trend, Value
from loadspec.metrics.figures import Figures
from loadspec.metrics.store import Tags
from loadspec.metrics.values import merge_values
from loadspec.outputs.selected import SELECTOR
from loadspec.outputs.tick import Tick
from loadspec.thresholds.submetric import ENDING

_NOT_IN_NAME = re.compile(r"[^\w.-]", re.ASCII)
_NOT_IN_TAG = re.compile(r"[,|#\x00-\x20\x7f]")


def plain_lines(tick: Tick, figures: Figures, prefix: str) -> Iterator[str]:
    """StatsD's: each metric in all, and each sub-metric."""
    found: dict[str, list[Value]] = {}
    for (metric, tags), value in tick.delta.series.items():
        found.setdefault(_whole(metric, tags), []).append(value)
    for metric, values in sorted(found.items()):
        whole = merge_values(values)
        assert whole is not None
        for name, number, kind in _numbers(whole, figures):
            if kind == "g" and number < 0:  # a sign before a gauge's value would change it by so much
                yield f"{prefix}{_name(metric)}{name}:0|g"
            yield f"{prefix}{_name(metric)}{name}:{_written(number)}|{kind}"


def _whole(metric: str, tags: Tags) -> str:
    """What a series is a part of: its metric, or its sub-metric, whose selector has to be in the name."""
    if not metric.endswith(ENDING):
        return metric
    selector = dict(tags).get(SELECTOR, "")
    return f"{metric}.{selector.replace('!:', '_not_').replace('~', '_like_')}"


def tagged_lines(tick: Tick, figures: Figures, prefix: str) -> Iterator[str]:
    """DogStatsD's: each series by itself."""
    for (metric, tags), value in tick.delta.series.items():
        ending = _tags({**tick.tags, **dict(tags)})
        for name, number, kind in _numbers(value, figures):
            yield f"{prefix}{_name(metric)}{name}:{_written(number)}|{kind}{ending}"


def datagrams(lines: Iterable[str], most: int) -> Iterator[bytes]:
    """Lines joined by ends of lines, at most `most` bytes each; a line that is longer has one to itself."""
    waiting = b""
    for line in lines:
        data = line.encode()
        if waiting and len(waiting) + 1 + len(data) > most:
            yield waiting
            waiting = b""
        waiting = waiting + b"\n" + data if waiting else data
    if waiting:
        yield waiting


def _numbers(value: Value, figures: Figures) -> Iterator[tuple[str, float, str]]:
    """(end of the name, number, type)."""
    if isinstance(value, Counter):
        found: list[tuple[str, float, str]] = [("", value.value, "c")]
    elif isinstance(value, Gauge):
        found = [("", value.last, "g")]
    elif isinstance(value, Rate):
        found = [(".rate", value.rate, "g"), (".passes", value.passes, "c"), (".total", value.total, "c")]
    elif isinstance(value, Trend):
        found = [(".count", value.count, "c")]
        found += [(f".{name}", number, "g") for name, number in figures.of(value).items() if name != "count"]
    return (row for row in found if isfinite(row[1]))


def _tags(tags: Mapping[str, str]) -> str:
    written = ",".join(f"{_tag(name).replace(':', '_')}:{_tag(text)}" for name, text in sorted(tags.items()) if text)
    return f"|#{written}" if written else ""


@lru_cache(maxsize=1 << 12)
def _tag(text: str) -> str:
    return _NOT_IN_TAG.sub("_", text)


@lru_cache(maxsize=1 << 12)
def _name(metric: str) -> str:
    return _NOT_IN_NAME.sub("_", metric)


def _written(number: float) -> str:
    """Without an exponent, which not every server reads."""
    return str(int(number)) if float(number).is_integer() else f"{number:.6f}".rstrip("0").rstrip(".")
