"""A store of series: metric name and tags → value. Snapshots are stores; merging stores adds them up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from loadspec.metrics.values import KINDS, Counter, Gauge, Rate, Trend, Value, merge_values, new_value

Tags = tuple[tuple[str, str], ...]
Key = tuple[str, Tags]
Matcher = Callable[[Mapping[str, str]], bool]


def tags_of(**tags: str) -> Tags:
    """Tags in their canonical order."""
    return tuple(sorted(tags.items()))


class Store:
    """Series by (metric, tags). Values of one metric are of one kind."""

    __slots__ = ("series",)

    def __init__(self) -> None:
        self.series: dict[Key, Value] = {}

    def value(self, kind: str, metric: str, tags: Tags) -> Any:
        """The series of this name and tags, made empty on first use."""
        key = (metric, tags)
        value = self.series.get(key)
        if value is None:
            value = self.series[key] = new_value(kind)
        return value

    def trend(self, metric: str, tags: Tags = ()) -> Trend:
        """The trend of this name and tags, made on first use; likewise the three below."""
        return self.value("trend", metric, tags)  # type: ignore[no-any-return]

    def rate(self, metric: str, tags: Tags = ()) -> Rate:
        """See `trend`."""
        return self.value("rate", metric, tags)  # type: ignore[no-any-return]

    def counter(self, metric: str, tags: Tags = ()) -> Counter:
        """See `trend`."""
        return self.value("counter", metric, tags)  # type: ignore[no-any-return]

    def gauge(self, metric: str, tags: Tags = ()) -> Gauge:
        """See `trend`."""
        return self.value("gauge", metric, tags)  # type: ignore[no-any-return]

    def merge(self, other: Store) -> None:
        """Add all of `other`'s series."""
        for (metric, tags), value in other.series.items():
            self.value(value.kind, metric, tags).merge(value)

    def metrics(self) -> list[str]:
        """The names that have a series, sorted."""
        return sorted({metric for metric, _ in self.series})

    def items(self, metric: str) -> Iterator[tuple[dict[str, str], Value]]:
        """(tags, value) of each series of a metric."""
        for (name, tags), value in self.series.items():
            if name == metric:
                yield dict(tags), value

    def select(self, metric: str, matches: Matcher | None = None) -> Value | None:
        """One merged value over all series whose tags match; None where no series does."""
        return merge_values([value for tags, value in self.items(metric) if matches is None or matches(tags)])

    def where(self, metric: str, /, **wanted: str) -> Value | None:
        """`select` with plain equalities."""
        return self.select(metric, lambda tags: all(tags.get(k) == v for k, v in wanted.items()))

    def total(self, metric: str, /, **wanted: str) -> float:
        """A counter's sum over all matching series; 0 where there is none."""
        value = self.where(metric, **wanted)
        return value.value if isinstance(value, Counter) else 0

    def to_wire(self) -> list[Any]:
        """A JSON value: [[metric, {tag: value}, kind, value], ...]."""
        return [[m, dict(tags), value.kind, value.to_wire()] for (m, tags), value in self.series.items()]

    @classmethod
    def from_wire(cls, wire: Iterable[Any]) -> Store:
        """The inverse of `to_wire`."""
        store = cls()
        for metric, tags, kind, value in wire:
            loaded: Any = KINDS[kind].from_wire(value)
            store.series[(metric, tuple(sorted(tags.items())))] = loaded
        return store
