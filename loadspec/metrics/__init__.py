"""Metrics: values that merge, stored by name and tags. They do not know where the numbers came from."""

from loadspec.metrics.catalog import BUILTIN, MetricInfo
from loadspec.metrics.store import Store, tags_of
from loadspec.metrics.values import Counter, Gauge, Rate, Trend, Value

__all__ = ["BUILTIN", "Counter", "Gauge", "MetricInfo", "Rate", "Store", "Trend", "Value", "tags_of"]
