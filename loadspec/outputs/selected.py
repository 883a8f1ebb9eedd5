"""Parts of a metric, selected as thresholds select them: for figures of them, and as series where series are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from loadspec.metrics import MetricInfo, Store, Value
from loadspec.thresholds.selector import Clause, effective, matcher
from loadspec.thresholds.submetric import ENDING, Submetric

SELECTOR = "selector"
"""The tag that says which sub-metric a series is."""


def selected(store: Store, metric: str, clauses: tuple[Clause, ...] = ()) -> Value | None:
    """All series of a metric that a threshold with this selector judges, merged; None where there is none.

    Of request timings these are the expected answers, unless the selector says otherwise.
    """
    return store.select(metric, matcher(effective(metric, clauses)))


def with_submetrics(store: Store, parts: Iterable[Submetric]) -> Store:
    """The same series, and one for each sub-metric that has a sample: `http_reqs_submetric`, tagged with its selector.

    The store is another one, its values are the same.
    """
    wider = Store()
    wider.series = dict(store.series)
    for part in parts:
        value = part.value(store)
        if value is not None:
            wider.series[part.metric + ENDING, ((SELECTOR, part.label),)] = value
    return wider


def with_infos(metrics: Mapping[str, MetricInfo], parts: Iterable[Submetric]) -> dict[str, MetricInfo]:
    """What metrics hold, and what the series of sub-metrics do."""
    return {**metrics, **{part.metric + ENDING: metrics[part.metric] for part in parts if part.metric in metrics}}
