"""Prometheus remote write 1.0: a tick as a `WriteRequest`. Pure.

Names are k6's with another prefix: counters `loadspec_http_reqs_total`, gauges `loadspec_vus`, rates
`loadspec_http_req_failed_rate`, trends `loadspec_http_req_duration_p95`, one for each figure, times in seconds.
Counters (and the count and sum of trends) are totals since the load began; rates and the other figures are those of
the tick alone. See https://prometheus.io/docs/specs/prw/remote_write_spec/ and prompb/types.proto.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from loadspec.metrics import Counter, Gauge, MetricInfo, Rate, Trend, Value
from loadspec.metrics.figures import Figures, in_seconds
from loadspec.metrics.store import Tags
from loadspec.outputs import protobuf
from loadspec.outputs.exponential import SCALE, exponential
from loadspec.outputs.tick import Tick

_TOTALS = ("count", "sum")
_STALE = 0x7FF0000000000002
"""The bits of the NaN that says that a series has ended."""
_ZERO_THRESHOLD = 2.0**-128
"""As Prometheus's client has it: what is nearer to zero counts as zero."""


class Naming(Struct, frozen=True):
    """How series are named, and what becomes of trends."""

    metrics: Mapping[str, MetricInfo]
    figures: Figures
    prefix: str = "loadspec_"
    histograms: bool = False
    """Trends as native histograms, in place of their figures."""


def write_request(tick: Tick, naming: Naming) -> bytes:
    """The message, not yet compressed."""
    stamp = protobuf.integer(2, round(tick.at * 1000))
    return _request(_series(tick, naming), lambda number: protobuf.double(1, number) + stamp, bytes)


def stale_request(last: Tick, naming: Naming) -> bytes:
    """The message that ends all series, behind the last that was sent.

    A sender must say so where a series goes on no longer (Remote write 1.0, "Stale Markers"), or readers take its last
    sample for the newest for five minutes more.
    """
    stamp = round(last.at * 1000) + 1
    sample = protobuf.fixed64(1, _STALE) + protobuf.integer(2, stamp)
    histogram = protobuf.fixed64(3, _STALE) + protobuf.integer(15, stamp)
    whole = replace(last, delta=last.total)
    return _request(_series(whole, naming), lambda _: sample, lambda _: histogram)


def _request(
    series: Iterable[tuple[bytes, float | bytes]],
    sample: Callable[[float], bytes],
    histogram: Callable[[bytes], bytes],
) -> bytes:
    """A `TimeSeries` for each of (labels, value), with what is told of its value."""
    found = []
    for labels, value in series:
        told = protobuf.message(4, histogram(value)) if isinstance(value, bytes) else protobuf.message(2, sample(value))
        found.append(protobuf.message(1, labels + told))
    return b"".join(found)


def _series(tick: Tick, naming: Naming) -> Iterator[tuple[bytes, float | bytes]]:
    """(labels, value) of each figure of each series that is new in this tick; of a native histogram its message."""
    run = {label(name): text for name, text in tick.tags.items() if text}
    for (metric, tags), new in tick.delta.series.items():
        labels, name = _labels(tags, run), naming.prefix + label(metric)
        total = tick.total.series[metric, tags]
        factor = in_seconds(naming.metrics.get(metric))
        if isinstance(total, Trend) and naming.histograms:
            yield _named(name + ("_seconds" if factor != 1 else ""), labels), _histogram(total, factor, tick.at)
            continue
        for suffix, number in _figures(new, total, naming.figures, factor):
            yield _named(name + suffix, labels), number


def _figures(new: Value, total: Value, figures: Figures, factor: float) -> Iterator[tuple[str, float]]:
    if isinstance(new, Counter) and isinstance(total, Counter):
        yield "_total", total.value
    elif isinstance(new, Gauge):
        yield "", new.last
    elif isinstance(new, Rate):
        yield "_rate", new.rate
    elif isinstance(new, Trend) and isinstance(total, Trend):
        for name, number in figures.of(new, factor).items():
            if name in _TOTALS:
                number = total.count if name == "count" else total.sum * factor
            yield f"_{name}", number


def _named(name: str, labels: Iterable[tuple[str, bytes]]) -> bytes:
    """The labels, sorted by name as the receiver wants them."""
    own = ("__name__", protobuf.message(1, protobuf.text(1, "__name__") + protobuf.text(2, name)))
    return b"".join(data for _, data in sorted([own, *labels]))


def _labels(tags: Tags, run: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """(name, encoded) of each label; a series' own tags win over the run's. An empty label is none."""
    values = {**run, **{label(name): text for name, text in tags if text}}
    return [(name, _label(name, value)) for name, value in values.items()]


@lru_cache(maxsize=1 << 12)
def _label(name: str, value: str) -> bytes:
    return protobuf.message(1, protobuf.text(1, name) + protobuf.text(2, value))


@lru_cache(maxsize=1 << 12)
def label(name: str) -> str:
    """A name that Prometheus takes: letters, digits and `_`, no digit first, and none of its own (`__…`)."""
    found = re.sub(r"[^A-Za-z0-9_]", "_", name)
    found = f"_{found}" if found[:1].isdigit() or not found else found
    return "_" + found.lstrip("_") if found.startswith("__") else found


def _histogram(trend: Trend, factor: float, at: float) -> bytes:
    """A native histogram of integers, its schema being the scale."""
    counts = exponential(trend, factor)
    return b"".join(
        (
            protobuf.integer(1, trend.count),
            protobuf.double(3, trend.sum * factor),
            protobuf.signed(4, SCALE),
            protobuf.double(5, _ZERO_THRESHOLD),
            protobuf.integer(6, counts.zeros),
            _side(8, counts.negative),
            _side(11, counts.positive),
            protobuf.integer(15, round(at * 1000)),
        )
    )


def _side(field: int, counts: Mapping[int, int]) -> bytes:
    """Spans of buckets in a row, each with the gap before it; then the counts, each as its difference to the last."""
    spans: list[list[int]] = []
    end = 0
    for index in counts:
        place = index + 1  # Prometheus numbers a bucket by its upper edge
        if spans and place == end:
            spans[-1][1] += 1
        else:
            spans.append([place - end, 1])
        end = place + 1
    values = list(counts.values())
    deltas = [value - before for value, before in zip(values, [0, *values], strict=False)]
    written = b"".join(
        protobuf.message(field, protobuf.signed(1, offset) + protobuf.integer(2, length)) for offset, length in spans
    )
    return written + (protobuf.packed_signed(field + 1, deltas) if deltas else b"")
