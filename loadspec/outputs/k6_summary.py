"""k6's `--summary-export`: `load-performance.json` for GitLab's widget, and for whatever else reads k6's file.

The keys are those of k6 1.1.0: trends `avg min med max p(90) p(95)`, counters `count rate`, rates `passes fails value`,
gauges `value min max`. Mind k6's `thresholds`: there `true` says that the threshold was crossed.
"""

from __future__ import annotations

from hashlib import md5
from typing import Any

from loadspec.metrics import Gauge, Rate, Trend, Value
from loadspec.metrics.values import new_value
from loadspec.outputs.json_text import json_text
from loadspec.outputs.selected import selected
from loadspec.results.model import RunResult
from loadspec.thresholds import Threshold

_PERCENTILES = {"med": 50, "p(90)": 90, "p(95)": 95}
_EXPECTED = "http_req_duration{expected_response:true}"


def render(result: RunResult) -> str:
    """The JSON text."""
    return json_text({"root_group": _groups(result), "metrics": _metrics(result)})


def _metrics(result: RunResult) -> dict[str, Any]:
    """Each metric that was measured, and its parts: sub-metrics, and what thresholds name. Without checks there is no
    `checks`."""
    store, seconds = result.stores["load"], result.duration
    found: dict[str, Any] = {}
    for name in sorted(store.metrics()):
        value = store.select(name)
        if name in result.metrics and value is not None and value.samples:
            found[name] = _figures(value, seconds)
    expected = store.where("http_req_duration", expected_response="true")
    if expected is not None and expected.samples:
        found[_EXPECTED] = _figures(expected, seconds)
    for part in result.submetrics:
        found[part.key] = _figures(part.value(store) or new_value(result.metrics[part.metric].kind), seconds)
    for judged in result.thresholds:
        term = judged.threshold.terms[0]
        if term.metric not in result.metrics or not _of_one(judged.threshold):
            continue
        key, source = _key(judged.threshold)
        if key not in found:
            value = selected(store, term.metric, term.selector)
            found[key] = _figures(value or new_value(result.metrics[term.metric].kind), seconds)
        found[key].setdefault("thresholds", {})[source] = judged.status in ("fail", "warn")
    return dict(sorted(found.items()))


def _of_one(threshold: Threshold) -> bool:
    """Whether it judges one metric, as an SLO's part does, or an expression whose left side is one term.

    What compares several has no place: k6 knows none of that kind.
    """
    return threshold.plain or threshold.slo is not None or threshold.left == ("$0",)


def _key(threshold: Threshold) -> tuple[str, str]:
    """(metric with its selector, what must hold of it)."""
    if threshold.plain:
        return threshold.key, threshold.text
    term = threshold.terms[0]
    selector = ",".join(str(clause) for clause in term.selector)
    return f"{term.metric}{{{selector}}}" if selector else term.metric, threshold.title


def _figures(value: Value, seconds: float) -> dict[str, Any]:
    match value:
        case Trend():
            percentiles = value.percentiles(tuple(_PERCENTILES.values()))
            empty = not value.count
            return {
                "avg": value.avg,
                "min": 0 if empty else value.min,
                "max": 0 if empty else value.max,
                **dict(zip(_PERCENTILES, percentiles, strict=True)),
            }
        case Rate():
            return {"passes": value.passes, "fails": value.total - value.passes, "value": value.rate}
        case Gauge():
            return {"value": value.last, "min": value.min, "max": value.max}
    return {"count": value.value, "rate": value.value / seconds if seconds > 0 else 0}


def _groups(result: RunResult) -> dict[str, Any]:
    """k6's tree of groups, with the checks of each; paths are `::outer::inner`, ids their MD5."""
    root = _group("")
    for tags, value in result.stores["load"].items("checks"):
        if isinstance(value, Rate):
            group = _at(root, tags.get("group", ""))
            _count(group, tags.get("check", ""), value)
    for tags, _ in result.stores["load"].items("group_duration"):
        _at(root, tags.get("group", ""))
    return root


def _at(root: dict[str, Any], path: str) -> dict[str, Any]:
    group = root
    for name in filter(None, path.split("::")):
        group = group["groups"].setdefault(name, _group(f"{group['path']}::{name}"))
    return group


def _group(path: str) -> dict[str, Any]:
    return {"name": path.rpartition("::")[2], "path": path, "id": _id(path), "groups": {}, "checks": {}}


def _count(group: dict[str, Any], name: str, value: Rate) -> None:
    path = f"{group['path']}::{name}"
    check = group["checks"].setdefault(name, {"name": name, "path": path, "id": _id(path), "passes": 0, "fails": 0})
    check["passes"] += value.passes
    check["fails"] += value.total - value.passes


def _id(path: str) -> str:
    return md5(path.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
