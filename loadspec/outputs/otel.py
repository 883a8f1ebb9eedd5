"""`otel`: live figures to an OpenTelemetry collector, by OTLP over HTTP. Needs `loadspec[otel]`.

The official SDK's data model, encoded by its own exporter's encoder: counters and rates (`.occurred` of `.total`, as
with k6) are sums, trends exponential histograms, times in seconds. Posting is ours: errors are told like others'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Buckets,
    ExponentialHistogram,
    ExponentialHistogramDataPoint,
    Gauge,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from loadspec.metrics import Counter, MetricInfo, Rate, Trend, Value
from loadspec.metrics import Gauge as OwnGauge
from loadspec.metrics.figures import in_seconds
from loadspec.outputs.exponential import SCALE, exponential
from loadspec.outputs.posting import Poster
from loadspec.outputs.settings import metrics_of, period_of, wrong
from loadspec.outputs.target import Target
from loadspec.outputs.tick import Tick
from loadspec.results.head import Head

_UNITS = {"time": "s", "bytes": "By"}
_TEMPORALITIES = {"cumulative": AggregationTemporality.CUMULATIVE, "delta": AggregationTemporality.DELTA}


class OpenTelemetry:
    """Posts each tick as an `ExportMetricsServiceRequest`."""

    def __init__(self, target: Target, head: Head) -> None:
        self.period = period_of(target, 5)
        self._metrics = metrics_of(head)
        self._prefix = str(target.options.get("prefix", "loadspec."))
        name = str(target.options.get("temporality", "cumulative"))
        if name not in _TEMPORALITIES:
            raise wrong(target, "temporality", f"`{name}` is neither cumulative nor delta")
        self._temporality = _TEMPORALITIES[name]
        service = {"service.name": "loadspec", "service.version": head.version, "service.instance.id": head.run_id}
        self._resource = Resource(service)
        self._scope = InstrumentationScope("loadspec", head.version)
        self._poster = Poster(_with_path(target), content_type="application/x-protobuf")

    def send(self, tick: Tick) -> None:
        """See `pump.LiveOutput`."""
        scope = ScopeMetrics(self._scope, list(self._told(tick)), "")
        data = MetricsData([ResourceMetrics(self._resource, [scope], "")])
        self._poster.post(encode_metrics(data).SerializeToString())

    def close(self) -> None:
        """Hang up."""
        self._poster.close()

    def _told(self, tick: Tick) -> Iterator[Metric]:
        delta = self._temporality is AggregationTemporality.DELTA
        store = tick.delta if delta else tick.total
        at = round(tick.at * 1e9)
        span = {"start_time_unix_nano": at - round((tick.count if delta else tick.t) * 1e9), "time_unix_nano": at}
        points: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
        for metric, tags in tick.delta.series:
            own = {"attributes": {**tick.tags, **dict(tags)}, **span}
            for ending, point in _points(store.series[metric, tags], self._metrics.get(metric), own):
                points[metric, ending].append(point)
        for (metric, ending), found in points.items():
            yield self._metric(metric, ending, found)

    def _metric(self, metric: str, ending: str, points: list[Any]) -> Metric:
        info = self._metrics.get(metric, MetricInfo("gauge"))
        data: Any
        if info.kind == "trend":
            data = ExponentialHistogram(points, self._temporality)
        elif info.kind == "gauge":
            data = Gauge(points)
        else:
            data = Sum(points, self._temporality, is_monotonic=True)
        unit = _UNITS.get(info.contains, "1") if info.kind in ("trend", "counter") else "1"
        return Metric(f"{self._prefix}{metric}{ending}", "", unit, data)


def _points(value: Value, info: MetricInfo | None, own: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(end of the name, data point)."""
    if isinstance(value, Trend):
        yield "", _histogram(value, in_seconds(info), own)
    elif isinstance(value, Rate):
        yield ".occurred", NumberDataPoint(**own, value=value.passes)
        yield ".total", NumberDataPoint(**own, value=value.total)
    elif isinstance(value, Counter):
        yield "", NumberDataPoint(**own, value=value.value)
    elif isinstance(value, OwnGauge):
        yield "", NumberDataPoint(**own, value=value.last)


def _histogram(trend: Trend, factor: float, own: Mapping[str, Any]) -> ExponentialHistogramDataPoint:
    counts = exponential(trend, factor)
    return ExponentialHistogramDataPoint(
        **own,
        count=trend.count,
        sum=trend.sum * factor,
        scale=SCALE,
        zero_count=counts.zeros,
        positive=_buckets(counts.positive),
        negative=_buckets(counts.negative),
        flags=0,
        min=trend.min * factor,
        max=trend.max * factor,
    )


def _buckets(counts: Mapping[int, int]) -> Buckets:
    """All from the first that is used to the last; they are in order."""
    if not counts:
        return Buckets(0, [])
    first, last = next(iter(counts)), next(reversed(counts))
    return Buckets(first, [counts.get(index, 0) for index in range(first, last + 1)])


def _with_path(target: Target) -> Target:
    parts = urlsplit(target.text)
    path = parts.path if parts.path.strip("/") else "/v1/metrics"
    return replace(target, text=parts._replace(path=path).geturl())
