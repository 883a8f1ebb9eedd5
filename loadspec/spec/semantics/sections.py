"""Everything but the steps: load, target, variables, metrics, pools, thresholds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.metrics.catalog import BUILTIN, MetricInfo
from loadspec.spec import shapes
from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.places import Places
from loadspec.spec.semantics.durations import check_duration, check_timeout
from loadspec.spec.semantics.expressions import Expressions, Work
from loadspec.spec.semantics.files import check_ca_file
from loadspec.spec.semantics.names import Known, View
from loadspec.spec.semantics.requests import check_base_url, check_headers
from loadspec.spec.semantics.values import at, listing, mapping, mappings, texts
from loadspec.thresholds import ThresholdError, parse_thresholds

_DURATIONS = ("duration", "max_duration", "graceful_stop", "graceful_ramp_down", "setup_timeout", "teardown_timeout")

Found = Iterator[Diagnostic]


def check_load(document: Mapping[str, Any], places: Places) -> Found:
    """The load shape and its durations."""
    for problem in shapes.problems(document):
        if problem.offset is None:
            yield places.key(problem.path, problem.code, problem.message, help=problem.help)
        else:
            text = str(at(document, problem.path))
            yield places.text(problem.path, text, problem.offset, problem.code, problem.message, help=problem.help)
    for key in _DURATIONS:
        yield from check_duration(places, (key,), document.get(key), zero=key != "duration")
    for index, stage in enumerate(listing(document, "stages")):
        if isinstance(stage, Mapping):
            yield from check_duration(places, ("stages", index, "duration"), stage.get("duration"), zero=True)


def check_target(document: Mapping[str, Any], places: Places, known: Known, work: Work) -> Found:
    """The target: URL, headers, timeouts."""
    target = mapping(document, "target")
    expressions = Expressions(places, work)
    expressions.template(target.get("base_url"), ("target", "base_url"), View(known, constants=("env", "vars", "run")))
    yield from expressions.found
    yield from check_base_url(places, target.get("base_url"))
    yield from check_headers(places, ("target", "headers"), target)
    yield from check_timeout(places, ("target", "timeout"), target.get("timeout"))
    yield from check_ca_file(places, ("target", "tls", "ca_file"), mapping(target, "tls").get("ca_file"))


def check_vars(document: Mapping[str, Any], places: Places, known: Known, work: Work) -> Found:
    """A variable that is a text may be a template over what is known before the run; texts inside lists may not."""
    expressions = Expressions(places, work)
    for path, text in texts(mapping(document, "vars"), ("vars",)):
        if "{{" in text and len(path) > 2:
            help = "give the text a variable of its own, or write the template where it is used"
            message = "no template is expanded inside a list or mapping of `vars`"
            yield places.text(path, text, text.index("{{"), "LS043", message, 2, help=help)
        else:
            expressions.template(text, path, View(known, constants=("env", "run")))
    yield from expressions.found


def check_declarations(document: Mapping[str, Any], places: Places) -> Found:
    """Metrics and pools."""
    for name in mapping(document, "metrics"):
        if name in BUILTIN:
            message = f"`{name}` is a built-in metric"
            yield places.key(("metrics", name), "LS035", message, help="choose another name")
    for name, pool in mappings(document, "pools"):
        if "items" not in pool:
            yield places.key(
                ("pools", name), "LS014", f"pool `{name}` needs `items`", help="a list of texts or mappings"
            )


def check_thresholds(document: Mapping[str, Any], places: Places) -> Found:
    """Every threshold by itself, so that one bad one hides no other."""
    kinds = {**BUILTIN, **metric_infos(document)}
    values = {"endpoint": list(mapping(document, "endpoints")), "scenario": ["default"]}
    for key, value in mapping(document, "thresholds").items():
        path: Path = ("thresholds", key)
        each = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, item in each:
            place = path if index is None else (*path, index)
            if isinstance(item, Mapping):
                yield from check_duration(places, (*place, "after"), item.get("after"), zero=True)
                place, item = (*place, "that"), item.get("that")
            if not isinstance(item, str):
                continue  # the schema has said so
            try:
                parse_thresholds(key, item, kinds, values)
            except ThresholdError as error:
                yield _threshold(places, place, key, item, error)


def metric_infos(document: Mapping[str, Any]) -> dict[str, MetricInfo]:
    """Custom metrics as `metrics` sees them; malformed ones are left out."""
    infos: dict[str, MetricInfo] = {}
    for name, value in mapping(document, "metrics").items():
        if isinstance(value, Mapping) and value.get("trend") in ("time", "bytes", "count"):
            infos[name] = MetricInfo("trend", value["trend"])
        elif value in ("trend", "rate", "counter", "gauge"):
            infos[name] = MetricInfo(value, "time" if value == "trend" else "default")
    return infos


def _threshold(places: Places, path: Path, key: str, text: str, error: ThresholdError) -> Diagnostic:
    if error.part == "metric":
        return places.key_text(("thresholds", key), error.offset, "LS028", error.message, help=error.hint)
    return places.text(path, text, error.offset, "LS028", error.message, help=error.hint)
