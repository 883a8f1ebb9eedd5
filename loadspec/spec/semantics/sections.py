"""Everything but the flows: texts that must mean something, each checked where it stands."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from loadspec.metrics.catalog import BUILTIN, MetricInfo
from loadspec.spec import shapes
from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.merge import BODIES
from loadspec.spec.places import Places
from loadspec.spec.semantics.expressions import RESERVED, Expressions, Known, View, Work
from loadspec.spec.semantics.steps import PHASES, texts
from loadspec.thresholds import ThresholdError, parse_thresholds
from loadspec.units import parse_duration, parse_duration_range

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE_BAD = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_URL = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]")
_TEMPLATE = re.compile(r"\{\{.*?(\}\}|$)", re.DOTALL)
_PLAIN_JSONPATH = re.compile(r"\$(\.[A-Za-z_]\w*|\[\d{1,6}\]|\['[^'\\]*'\])*")
_FRAMING = ("content-length", "transfer-encoding")
_MAX_REGEX = 1000
_DURATIONS = ("duration", "max_duration", "graceful_stop", "graceful_ramp_down", "setup_timeout", "teardown_timeout")
_TIMEOUTS = ("total", "connect", "first_byte")

Found = Iterator[Diagnostic]


def check_load(document: Mapping[str, Any], places: Places) -> Found:
    """The load shape and its durations."""
    for problem in shapes.problems(document):
        if problem.offset is None:
            yield places.key(problem.path, problem.code, problem.message, help=problem.help)
        else:
            text = str(_at(document, problem.path))
            yield places.text(problem.path, text, problem.offset, problem.code, problem.message, help=problem.help)
    for key in _DURATIONS:
        yield from _duration(places, (key,), document.get(key), zero=key != "duration")
    stages = document.get("stages")
    for index, stage in enumerate(stages if isinstance(stages, list) else []):
        if isinstance(stage, Mapping):
            yield from _duration(places, ("stages", index, "duration"), stage.get("duration"), zero=True)


def check_steps(document: Mapping[str, Any], places: Places) -> Found:
    """What steps and endpoints hold apart from names: durations, headers, captures, bodies."""
    for name, endpoint in _items(document, "endpoints"):
        path: Path = ("endpoints", name)
        if "path" not in endpoint:
            yield places.key(path, "LS014", f"endpoint `{name}` needs a `path`", help="for example path: /api/items")
        yield from _address(document, places, (*path, "path"), endpoint.get("path"))
        yield from _request(places, path, endpoint)
        yield from _timeout(places, (*path, "timeout"), endpoint.get("timeout"))
    for phase in PHASES:
        steps = document.get(phase)
        for index, step in enumerate(steps if isinstance(steps, list) else []):
            if isinstance(step, Mapping):
                yield from _step(places, (phase, index), step)


def _step(places: Places, path: Path, step: Mapping[str, Any]) -> Found:
    yield from _request(places, path, step)
    yield from _think(places, (*path, "think"), step.get("think"))
    if "poll" in step:
        yield from _duration(places, (*path, "every"), step.get("every"), zero=False)
        yield from _duration(places, (*path, "timeout"), step.get("timeout"), zero=False)
    else:
        yield from _timeout(places, (*path, "timeout"), step.get("timeout"))


def _request(places: Places, path: Path, request: Mapping[str, Any]) -> Found:
    bodies = [kind for kind in BODIES if request.get(kind) is not None]
    for kind in bodies[1:]:
        message = f"a request has one body, and this one has `{bodies[0]}` already"
        yield places.key((*path, kind), "LS017", message, help="keep one of the two")
    yield from _headers(places, (*path, "headers"), request)
    for name, value in _pairs(request, "capture"):
        yield from _capture(places, (*path, "capture", name), name, value)
    statuses = request.get("expected_statuses")
    for index, status in enumerate(statuses if isinstance(statuses, list) else []):
        if isinstance(status, str) and re.fullmatch(r"\d{3}-\d{3}", status) and status[:3] > status[4:]:
            message = f"`{status}` runs backwards: the smaller status comes first"
            yield places.value((*path, "expected_statuses", index), "LS016", message)


def check_target(document: Mapping[str, Any], places: Places, known: Known, work: Work) -> Found:
    """The target: URL, headers, timeouts."""
    target = document.get("target")
    if not isinstance(target, Mapping):
        return
    base = target.get("base_url")
    expressions = Expressions(places, work)
    expressions.template(base, ("target", "base_url"), View(known, constants=True))
    yield from expressions.found
    if isinstance(base, str):
        plain = _TEMPLATE.sub("x", base)
        if not base.lstrip().startswith("{{") and not _URL.match(base):
            help = "a whole URL, for example http://127.0.0.1:8089"
            yield places.value(("target", "base_url"), "LS032", f"`{base[:60]}` is no http or https URL", help=help)
        elif _SPACE.search(plain):
            yield places.value(("target", "base_url"), "LS032", "a URL cannot hold a blank", help="write %20")
    yield from _headers(places, ("target", "headers"), target)
    yield from _timeout(places, ("target", "timeout"), target.get("timeout"))


def check_declarations(document: Mapping[str, Any], places: Places) -> Found:
    """vars, metrics, pools: names that are taken, templates that nobody expands."""
    for path, text in texts(document.get("vars"), ("vars",)):
        if "{{" in text:
            help = "vars are plain values; write the template where it is used"
            yield places.text(path, text, text.index("{{"), "LS043", "no template is expanded in `vars`", 2, help=help)
    for name, _ in _pairs(document, "metrics"):
        if name in BUILTIN:
            message = f"`{name}` is a built-in metric"
            yield places.key(("metrics", name), "LS035", message, help="choose another name")
    for name, pool in _items(document, "pools"):
        if "items" not in pool:
            yield places.key(
                ("pools", name), "LS014", f"pool `{name}` needs `items`", help="a list of texts or mappings"
            )


def check_thresholds(document: Mapping[str, Any], places: Places) -> Found:
    """Every threshold by itself, so that one bad one hides no other."""
    kinds = {**BUILTIN, **metric_infos(document)}
    endpoints = document.get("endpoints")
    values = {"endpoint": list(endpoints) if isinstance(endpoints, Mapping) else [], "scenario": ["default"]}
    for key, value in _pairs(document, "thresholds"):
        path: Path = ("thresholds", key)
        each = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, item in each:
            place = path if index is None else (*path, index)
            if isinstance(item, Mapping):
                yield from _duration(places, (*place, "after"), item.get("after"), zero=True)
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
    for name, value in _pairs(document, "metrics"):
        if isinstance(value, Mapping) and value.get("trend") in ("time", "bytes", "count"):
            infos[name] = MetricInfo("trend", value["trend"])
        elif value in ("trend", "rate", "counter", "gauge"):
            infos[name] = MetricInfo(value, "time" if value == "trend" else "default")
    return infos


def _threshold(places: Places, path: Path, key: str, text: str, error: ThresholdError) -> Diagnostic:
    if error.part == "metric":
        return places.key_text(("thresholds", key), error.offset, "LS028", error.message, help=error.hint)
    return places.text(path, text, error.offset, "LS028", error.message, help=error.hint)


def _address(document: Mapping[str, Any], places: Places, path: Path, value: Any) -> Found:
    if not isinstance(value, str):
        return
    plain = _TEMPLATE.sub("x", value)
    absolute = bool(_URL.match(plain))
    if not value.startswith(("/", "{{")) and not absolute:
        help = f"write /{value}" if re.match(r"[\w.]+(/|$)", value) else "for example /api/items"
        yield places.value(path, "LS032", "a path begins with `/`, or is a whole http or https URL", help=help)
    elif _SPACE.search(plain):
        yield places.value(path, "LS032", "a path cannot hold a blank", help="write %20, or use `query`")
    target = document.get("target")
    if value.startswith("/") and not (isinstance(target, Mapping) and "base_url" in target):
        help = "add target: {base_url: ...}, or write a whole URL"
        yield places.value(path, "LS032", "this path has no `target.base_url` to follow", help=help)


def _headers(places: Places, path: Path, owner: Mapping[str, Any]) -> Found:
    seen: dict[str, str] = {}
    for name, value in _pairs(owner, "headers"):
        yield from _header(places, (*path, name), name, value)
        first = seen.setdefault(name.lower(), name)
        if first != name:
            message = f"`{name}` is the header `{first}` again: case does not count"
            yield places.key((*path, name), "LS034", message, help="remove one of the two")


def _header(places: Places, path: Path, name: str, value: Any) -> Found:
    bad = _TOKEN.match(name)
    if bad is None or bad.end() < len(name):
        at = bad.end() if bad else 0
        message = f"`{name[at : at + 1]}` cannot stand in a header's name" if name else "a header needs a name"
        yield places.key_text(path, at, "LS034", message, help="letters, digits and hyphens")
    elif name.lower() in _FRAMING:
        message = f"`{name}` follows from the body: loadspec sets it"
        yield places.key(path, "LS034", message, help="remove it")
    if isinstance(value, str):
        found = _VALUE_BAD.search(value)
        if found:
            what = "a line break or control character" if found.group() < " " else f"`{found.group()}`"
            help = "headers are Latin-1; write `|-` instead of `|` where a line break is left over"
            yield places.text(path, value, found.start(), "LS034", f"a header's value cannot hold {what}", 1, help=help)


def _capture(places: Places, path: Path, name: str, value: Any) -> Found:
    if name in RESERVED:
        help = f"choose another name, for example my_{name}"
        yield places.key(path, "LS035", f"a capture cannot be called `{name}`: the name has a meaning", help=help)
    if isinstance(value, str):
        yield from _jsonpath(places, path, value)
    elif isinstance(value, Mapping):
        given = [source for source in ("jsonpath", "header", "regex") if source in value]
        if len(given) != 1:
            message = "a capture has exactly one of `jsonpath`, `header`, `regex`"
            yield places.key(path, "LS017", message, help="for example {jsonpath: $.id}")
        for source in given:
            if isinstance(value[source], str):
                yield from _SOURCES[source](places, (*path, source), value[source])


def _jsonpath(places: Places, path: Path, text: str) -> Found:
    if _PLAIN_JSONPATH.fullmatch(text):
        return
    if not text.startswith("$"):
        help = f"write $.{text}" if re.fullmatch(r"[\w.]+", text) else "for example $.data.id"
        yield places.value(path, "LS037", "a JSONPath begins with `$`", help=help)
        return
    import jsonpath  # only for what is not a plain dotted path: it takes long to import

    try:
        jsonpath.compile(text)
    except (jsonpath.JSONPathError, ValueError, RecursionError) as error:
        reason = str(error).split("\n")[0]
        yield places.value(
            path, "LS037", f"this is no JSONPath: {reason}", help="see RFC 9535; for example $.items[0].id"
        )


def _capture_header(places: Places, path: Path, text: str) -> Found:
    if not _TOKEN.fullmatch(text):
        yield places.value(path, "LS037", f"`{text[:60]}` is no name of a header", help="for example X-Request-Id")


def _regex(places: Places, path: Path, text: str) -> Found:
    if len(text) > _MAX_REGEX:
        yield places.value(path, "LS037", f"a regular expression has at most {_MAX_REGEX} characters")
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(text)
    except re.error as error:
        yield places.text(path, text, error.pos or 0, "LS037", f"this is no regular expression: {error.msg}", 1)
    except (RecursionError, OverflowError):
        yield places.value(path, "LS037", "this regular expression is too large")


_SOURCES: dict[str, Callable[[Places, Path, str], Found]] = {
    "jsonpath": _jsonpath,
    "header": _capture_header,
    "regex": _regex,
}


def _timeout(places: Places, path: Path, value: Any) -> Found:
    if isinstance(value, Mapping):
        for key in _TIMEOUTS:
            yield from _duration(places, (*path, key), value.get(key), zero=False)
    else:
        yield from _duration(places, path, value, zero=False)


def _duration(places: Places, path: Path, value: Any, zero: bool) -> Found:
    if not isinstance(value, str):
        return
    try:
        seconds = parse_duration(value)
    except ValueError as error:
        yield places.text(path, value, 0, "LS029", str(error), max(len(value), 1))
        return
    if seconds > _YEAR:
        yield places.value(path, "LS016", "this is longer than a year")
    elif seconds == 0 and not zero:
        yield places.value(path, "LS016", f"`{path[-1]}` must be longer than 0s")


def _think(places: Places, path: Path, value: Any) -> Found:
    if not isinstance(value, str):
        return
    try:
        low, high = parse_duration_range(value)
    except ValueError as error:
        yield places.text(path, value, 0, "LS029", str(error), max(len(value), 1))
    else:
        if max(low, high) > _YEAR:
            yield places.value(path, "LS016", "this is longer than a year")


_YEAR = 366 * 86400.0


def _pairs(document: Mapping[str, Any], key: str) -> list[tuple[str, Any]]:
    value = document.get(key)
    return list(value.items()) if isinstance(value, Mapping) else []


def _items(document: Mapping[str, Any], key: str) -> list[tuple[str, Mapping[str, Any]]]:
    return [(name, value) for name, value in _pairs(document, key) if isinstance(value, Mapping)]


def _at(value: Any, path: Path) -> Any:
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value
