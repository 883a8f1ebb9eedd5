"""OpenMetrics text (1.0.0), which Prometheus and GitLab read: `metrics.txt`, and what a scrape endpoint answers.

A trend is a summary in base units (seconds, bytes), a counter a counter, a gauge a gauge; a rate is the share that held
as a gauge, and two counters of which PromQL makes shares over time. The tags of a series and of the run are its labels.
Source: https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import NamedTuple

from loadspec.metrics import Counter, Gauge, MetricInfo, Rate, Store, Trend, Value
from loadspec.outputs.remote_write import label
from loadspec.outputs.selected import with_infos, with_submetrics
from loadspec.report.text import visible
from loadspec.results.model import RunResult

PREFIX = "loadspec_"
CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
QUANTILES = {"0": 0, "0.5": 50, "0.9": 90, "0.95": 95, "0.99": 99, "1": 100}
"""Label of a quantile → percentile."""

Labels = Mapping[str, str]

_UNITS = {"time": ("seconds", 0.001), "bytes": ("bytes", 1.0)}
"""What a metric contains → its base unit, and what values are multiplied by."""


class Sample(NamedTuple):
    """One line: what follows the family's name, labels, value."""

    suffix: str
    labels: Labels
    value: float


class Family(NamedTuple):
    """Samples under one name."""

    name: str
    type: str
    help: str
    samples: list[Sample]
    unit: str = ""


def render(result: RunResult) -> str:
    """The metrics of the load and its sub-metrics, the thresholds and the verdict."""
    store = with_submetrics(result.stores["load"], result.submetrics)
    infos = with_infos(result.metrics, result.submetrics)
    return text([*_of_run(result), *families(store, infos, result.tags)])


def text(found: Iterable[Family]) -> str:
    """The exposition; a name that comes twice gets a number, for a family must be whole."""
    lines: list[str] = []
    names: set[str] = set()
    for family in found:
        name = family.name
        while name in names:
            name += "_"
        names.add(name)
        lines.append(f"# TYPE {name} {family.type}")
        if family.unit and name.endswith(f"_{family.unit}"):
            lines.append(f"# UNIT {name} {family.unit}")
        lines.append(f"# HELP {name} {_escaped(family.help)}")
        lines += [f"{name}{suffix}{_labels(labels)} {_number(value)}" for suffix, labels, value in family.samples]
    return "\n".join([*lines, "# EOF\n"])


def families(store: Store, infos: Mapping[str, MetricInfo], common: Labels | None = None) -> Iterator[Family]:
    """The metrics of a store that `infos` names, in order; `common` labels go to every series."""
    for metric in sorted(store.metrics()):
        if metric in infos:
            series = [({**(common or {}), **tags}, value) for tags, value in store.items(metric)]
            series.sort(key=lambda row: sorted(row[0].items()))
            yield from _metric(metric, infos[metric], series)


def _metric(metric: str, info: MetricInfo, series: list[tuple[dict[str, str], Value]]) -> Iterator[Family]:
    unit, scale = _UNITS.get(info.contains, ("", 1.0))
    name = PREFIX + metric + (f"_{unit}" if unit else "")
    about = f"loadspec's metric {metric}"
    match info.kind:
        case "trend":
            samples = [s for tags, value in series if isinstance(value, Trend) for s in _summary(tags, value, scale)]
            yield Family(name, "summary", f"{about}.", samples, unit)
        case "counter":
            counts = [
                Sample("_total", tags, value.value * scale) for tags, value in series if isinstance(value, Counter)
            ]
            yield Family(name, "counter", f"{about}.", counts, unit)
        case "gauge":
            levels = [Sample("", tags, value.last) for tags, value in series if isinstance(value, Gauge)]
            yield Family(name, "gauge", f"{about}, the last value.", levels)
        case "rate":
            rates = [(tags, value) for tags, value in series if isinstance(value, Rate)]
            held = [Sample("", tags, value.rate) for tags, value in rates if value.total]
            yield Family(f"{name}_ratio", "gauge", f"{about}, the share that held.", held, "ratio")
            passes = [Sample("_total", tags, value.passes) for tags, value in rates]
            yield Family(f"{name}_passes", "counter", f"{about}, samples that held.", passes)
            totals = [Sample("_total", tags, value.total) for tags, value in rates]
            yield Family(f"{name}_samples", "counter", f"{about}, all samples.", totals)


def _summary(tags: dict[str, str], value: Trend, scale: float) -> Iterator[Sample]:
    for quantile, figure in zip(QUANTILES, value.percentiles(tuple(QUANTILES.values())), strict=True):
        if value.count:
            yield Sample("", {**tags, "quantile": quantile}, figure * scale)
    yield Sample("_sum", tags, value.sum * scale)
    yield Sample("_count", tags, value.count)


def _of_run(result: RunResult) -> Iterator[Family]:
    about = {
        "run_id": result.run_id,
        "spec": result.spec_name,
        "profile": result.profile or "",
        "verdict": result.verdict,
        "version": result.version,
    }
    yield Family(f"{PREFIX}run", "info", "The run.", [Sample("_info", about, 1)])
    yield Family(f"{PREFIX}exit_code", "gauge", "How the run ended.", [Sample("", {}, int(result.exit_code))])
    duration = [Sample("", {}, result.duration)]
    yield Family(f"{PREFIX}load_duration_seconds", "gauge", "How long the load took.", duration, "seconds")
    states = [
        Sample("", {"threshold": found.threshold.title, f"{PREFIX}threshold": state}, found.status == state)
        for found in result.thresholds
        for state in ("pass", "fail", "warn", "inconclusive")
    ]
    yield Family(f"{PREFIX}threshold", "stateset", "Whether each threshold held.", states)
    margins = [
        Sample("", {"threshold": found.threshold.title}, found.margin)
        for found in result.thresholds
        if found.margin is not None
    ]
    yield Family(
        f"{PREFIX}threshold_margin_ratio",
        "gauge",
        "Distance to the limit, as a share of it; of an SLO, of its error budget.",
        margins,
        "ratio",
    )


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    rows: dict[str, str] = {}
    for name, value in labels.items():
        rows.setdefault(label(name), value)
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in rows.items()) + "}"


def _escaped(value: str) -> str:
    """As the specification asks; control characters written out, so that no line begins where none should."""
    return visible(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if not isfinite(value):
        return "NaN" if value != value else "+Inf" if value > 0 else "-Inf"
    return repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
