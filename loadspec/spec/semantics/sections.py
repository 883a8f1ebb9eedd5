"""Everything but the steps: load, target, variables, metrics, pools, thresholds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from loadspec.error_kinds import KINDS
from loadspec.load import MIX
from loadspec.metrics.catalog import BUILTIN, MetricInfo
from loadspec.spec import shapes
from loadspec.spec.building.scenarios import DEFAULT
from loadspec.spec.building.tags import Values, own_tags
from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.places import Places
from loadspec.spec.semantics.auth import check_auth, token_names
from loadspec.spec.semantics.carriers import check_transport
from loadspec.spec.semantics.durations import check_duration, check_timeout
from loadspec.spec.semantics.expressions import Expressions, Work
from loadspec.spec.semantics.names import Known, View
from loadspec.spec.semantics.nested import group_tags
from loadspec.spec.semantics.requests import check_base_url, check_header_value, check_headers
from loadspec.spec.semantics.tls import check_tls
from loadspec.spec.semantics.values import at, listing, mapping, texts
from loadspec.thresholds import ThresholdError, entries
from loadspec.thresholds.model import EACH_ENDPOINT
from loadspec.thresholds.section import Entry
from loadspec.thresholds.submetric import ENDING, Submetric, parse_submetric

_DURATIONS = (
    "duration",
    "max_duration",
    "min_iteration_duration",
    "graceful_stop",
    "graceful_ramp_down",
    "setup_timeout",
    "teardown_timeout",
)

_OF_CREWS = ("dispatch_delay", "dropped_iterations")
"""Metrics of those whom one load drives, whichever scenario they would draw."""

Found = Iterator[Diagnostic]


def check_load(load: Mapping[str, Any], places: Places, path: Path = ()) -> Found:
    """The load shape of a document, or of the scenario at `path`, and its durations."""
    for problem in shapes.problems(load):
        place = (*path, *problem.path)
        if problem.offset is None:
            yield places.key(place, problem.code, problem.message, help=problem.help)
        else:
            text = str(at(load, problem.path))
            yield places.text(place, text, problem.offset, problem.code, problem.message, help=problem.help)
    for key in _DURATIONS:
        yield from check_duration(places, (*path, key), load.get(key), zero=key != "duration")
    for key in ("stages", "rate_stages"):
        for index, stage in enumerate(listing(load, key)):
            if isinstance(stage, Mapping):
                place = (*path, key, index, "duration")
                yield from check_duration(places, place, stage.get("duration"), zero=True)


def check_target(document: Mapping[str, Any], places: Places, known: Known, work: Work) -> Found:
    """The target: URL, headers, timeouts, TLS."""
    target = mapping(document, "target")
    expressions = Expressions(places, work)
    expressions.template(target.get("base_url"), ("target", "base_url"), View(known, constants=("env", "vars", "run")))
    yield from expressions.found
    yield from check_base_url(places, target.get("base_url"))
    yield from check_headers(places, ("target", "headers"), target)
    yield from check_auth(places, ("target",), target, document)
    yield from check_transport(places, ("target",), target)
    yield from check_timeout(places, ("target", "timeout"), target.get("timeout"))
    yield from check_header_value(places, ("http", "user_agent"), mapping(document, "http").get("user_agent"))
    yield from check_tls(document, places, known, work)


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
    """Metrics."""
    for name in mapping(document, "metrics"):
        if name in BUILTIN or name.endswith(ENDING):
            what = "a built-in metric" if name in BUILTIN else "what outputs call sub-metrics"
            message = f"`{name}` is {what}"
            yield places.key(("metrics", name), "LS035", message, help="choose another name")


def check_thresholds(document: Mapping[str, Any], places: Places) -> Found:
    """Every threshold by itself, so that one bad one hides no other."""
    kinds = {**BUILTIN, **metric_infos(document)}
    endpoints = [*mapping(document, "endpoints"), *token_names(document)]
    groups = group_tags(document)
    yield from _empty_thresholds(places, ("thresholds",), mapping(document, "thresholds"))
    for entry in entries(mapping(document, "thresholds")):
        values = {"endpoint": endpoints, "group": groups, "error": [*KINDS], **scenario_values(document, entry.key)}
        yield from _check_threshold(places, entry, partial(entry.parse, kinds, values))


def _empty_thresholds(places: Places, path: Path, section: Mapping[str, Any]) -> Found:
    for key, value in section.items():
        if value == []:
            what = f"`{key}` has no threshold: the list is empty"
            yield places.key((*path, key), "LS016", what, help="for example [p(95) < 1s]")
        elif key == EACH_ENDPOINT and len(path) == 1 and isinstance(value, Mapping):
            yield from _empty_thresholds(places, (*path, key), value)


def _check_threshold(places: Places, entry: Entry, parse: Callable[[Any], Any]) -> Found:
    """First the comparison, then what its options make of it; the form of these is the schema's to judge."""
    path, item = entry.path, entry.item
    if isinstance(item, Mapping):
        for option in ("after", "grace", "window"):
            yield from check_duration(places, (*path, option), item.get(option), zero=option != "window")
    text, place = (item.get("that"), (*path, "that")) if isinstance(item, Mapping) else (item, path)
    if not isinstance(text, str):
        return  # the schema has said so
    try:
        parse(text)
    except ThresholdError as error:
        yield _threshold(places, entry.owner, place, text, error)
        return
    try:
        parse(item)
    except ThresholdError as error:
        if error.part == "conflict":
            yield places.key((*path, *error.path), "LS028", error.message, help=error.hint)


def check_submetrics(document: Mapping[str, Any], places: Places) -> Found:
    """Each names a metric and some of its series."""
    for path, key in submetrics(document):
        try:
            read_submetric(document, key)
        except ThresholdError as error:
            yield places.text(path, key, error.offset, "LS028", error.message, help=error.hint)


def submetrics(document: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Each that is a text, with its path; the schema tells of any other."""
    keys = enumerate(listing(document, "submetrics"))
    return ((("submetrics", index), key) for index, key in keys if isinstance(key, str))


def read_submetric(document: Mapping[str, Any], key: str) -> Submetric:
    """With all that a document says of its tags. Raises ThresholdError."""
    endpoints = [*mapping(document, "endpoints"), *token_names(document)]
    known = {"endpoint": endpoints, "group": group_tags(document), "error": [*KINDS]}
    kinds = {**BUILTIN, **metric_infos(document)}
    return parse_submetric(key, kinds, {**known, **scenario_values(document, key)})


def scenario_values(document: Mapping[str, Any], key: str) -> Values:
    """The values that `scenario` and the spec's own tags can have for the metric that a threshold's key begins with.

    What is measured of a mix as a whole carries the mix's name.
    """
    scenarios = mapping(document, "scenarios")
    names = list(scenarios) or [DEFAULT]
    metric = key.partition("{")[0].strip()
    if scenarios and metric in _OF_CREWS:
        own = [name for name, raw in scenarios.items() if isinstance(raw, Mapping) and shapes.own_load(raw)]
        names = names if len(own) == len(scenarios) else [*own, MIX]
    return {"scenario": names, **own_tags(document, metric)}


def metric_infos(document: Mapping[str, Any]) -> dict[str, MetricInfo]:
    """Custom metrics as `metrics` sees them; malformed ones are left out."""
    infos: dict[str, MetricInfo] = {}
    for name, value in mapping(document, "metrics").items():
        if isinstance(value, Mapping) and value.get("trend") in ("time", "bytes", "count"):
            infos[name] = MetricInfo("trend", value["trend"])
        elif value in ("trend", "rate", "counter", "gauge"):
            infos[name] = MetricInfo(value, "time" if value == "trend" else "default")
    return infos


def _threshold(places: Places, owner: Path, path: Path, text: str, error: ThresholdError) -> Diagnostic:
    if error.part == "metric":
        return places.key_text(owner, error.offset, "LS028", error.message, help=error.hint)
    return places.text(path, text, error.offset, "LS028", error.message, help=error.hint)
