"""Thresholds that no sample can reach, and thresholds that are decided before the run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from loadspec.metrics.catalog import BUILTIN, tag_names
from loadspec.spec.building.tags import own_tags
from loadspec.spec.diagnostics import Diagnostic, Level, Path, did_you_mean, listed
from loadspec.spec.semantics.lints.facts import Facts, Step
from loadspec.spec.semantics.nested import group_tags
from loadspec.spec.semantics.sections import metric_infos, read_submetric, scenario_values, submetrics
from loadspec.spec.semantics.slos import promised
from loadspec.spec.semantics.values import at, listing, mapping
from loadspec.spec.tree import load_endpoints
from loadspec.thresholds import SLOS, ThresholdError, entries, expanded
from loadspec.thresholds.model import EACH_ENDPOINT, Term, Threshold
from loadspec.thresholds.section import Entry
from loadspec.thresholds.selector import DEFAULTS, Clause
from loadspec.thresholds.submetric import Submetric

Found = Iterator[Diagnostic]
Tags = dict[str, str]

_STEP_TAGS = ("endpoint", "poll", "check")


class Judged(NamedTuple):
    """A threshold that parses, as it is written, and where its text stands."""

    entry: Entry
    path: Path
    threshold: Threshold

    @property
    def key(self) -> str:
        """What it stands under."""
        return self.entry.key or self.entry.group


def unreachable_thresholds(facts: Facts) -> Found:
    """A metric that no step of the load adds to, a selector that no sample of it fits."""
    told: set[Path] = set()
    endpoints = load_endpoints(facts.document)
    for judged in _parsed(facts):
        owner = judged.entry.owner if judged.threshold.plain else judged.path
        if owner in told or (judged.entry.group == EACH_ENDPOINT and judged.threshold.empty_passes):
            continue
        terms = [term for each in expanded(judged.entry, judged.threshold, endpoints) for term in each.terms]
        problem = next(((term, found) for term in terms if (found := _problem(facts, term))), None)
        if problem is not None:
            told.add(owner)
            yield _unreachable(facts, judged, *problem)


def _unreachable(facts: Facts, judged: Judged, term: Term, problem: tuple[str, str, str]) -> Diagnostic:
    word, message, help = problem
    level: Level = "warning" if judged.threshold.empty_passes else "error"
    if judged.threshold.slo:
        return facts.places.key(judged.path, "LS045", message, help=help, level=level)
    if not judged.threshold.plain:
        text = str(at(facts.document, judged.path))
        place = max(text.find(word or term.metric), 0)
        return facts.places.text(judged.path, text, place, "LS045", message, help=help, level=level)
    place = max(judged.key.rfind(word), 0) if word else 0
    return facts.places.key_text(judged.entry.owner, place, "LS045", message, help=help, level=level)


def judged_metrics(facts: Facts) -> set[str]:
    """The metrics that thresholds are about."""
    section = mapping(facts.document, "thresholds")
    named = {entry.key.partition("{")[0].strip() for entry in entries(section)}
    return named | {term.metric for judged in _parsed(facts) for term in judged.threshold.terms}


def _parsed(facts: Facts) -> list[Judged]:
    kinds = {**BUILTIN, **metric_infos(facts.document)}
    endpoints, groups = list(mapping(facts.document, "endpoints")), group_tags(facts.document)
    found = []
    for entry in entries(mapping(facts.document, "thresholds")):
        values = {"endpoint": endpoints, "group": groups, **scenario_values(facts.document, entry.key)}
        try:
            threshold = entry.parse(kinds, values)
        except (ThresholdError, ValueError):
            continue  # has been said
        found.append(Judged(entry, threshold.path, threshold))
    return found + [_of_slo(threshold) for threshold in promised(facts.document) if threshold.judged]


def _of_slo(threshold: Threshold) -> Judged:
    owner = threshold.path[:2]
    return Judged(Entry(SLOS, threshold.key, owner, owner, None), owner, threshold)


def unreachable_submetrics(facts: Facts) -> Found:
    """Sub-metrics likewise; nothing fails for want of their samples."""
    for path, key in submetrics(facts.document):
        try:
            problem = _problem(facts, read_submetric(facts.document, key), "sub-metric")
        except ThresholdError:
            continue  # has been said
        if problem is not None:
            word, message, help = problem
            place = max(key.rfind(word), 0) if word else 0
            yield facts.places.text(path, key, place, "LS045", message, len(word), help=help, level="warning")


def _problem(facts: Facts, part: Term | Submetric, what: str = "threshold") -> tuple[str, str, str] | None:
    """(word of the key at fault, message, help), or None if a sample may come."""
    series = _series(facts, part.metric)
    if series is None:
        return None
    if not series:
        return _nothing(facts, part.metric, what)
    for clause in part.selector:
        if clause.among:
            continue
        if clause.tag == "status" and clause.op == ":" and not 100 <= int(clause.value) <= 599 and int(clause.value):
            return clause.value, f"no answer has status {clause.value}", "a status lies between 100 and 599; 0 is none"
    undecided = _undecided(facts)
    clauses = [clause for clause in part.clauses if clause.tag not in undecided]
    clauses = [clause for clause in clauses if any(clause.tag in tags for tags in series)]
    if any(all(clause.holds(tags) for clause in clauses) for tags in series):
        return None
    for clause in clauses:
        if not any(clause.holds(tags) for tags in series):
            return _no_such(clause, part, series, what)
    return "{", "no sample has all of these tags at once", "give up one of the conditions"


def _series(facts: Facts, metric: str) -> list[Tags] | None:
    """The tags of all samples that the load can make of a metric; None where that does not depend on the steps."""
    if metric == "group_duration":
        return [{**_scenario_tags(facts, scenario), "group": group} for scenario, group in facts.groups]
    if metric in BUILTIN and not set(_STEP_TAGS) & set(tag_names(metric)):
        return None
    steps = facts.sending
    if metric == "scheduled_latency":
        steps = [step for step in steps if step.scenario in facts.scheduled]
    if metric not in BUILTIN:
        steps = [step for step in facts.load_steps if metric in recorded(step.step)]
    return [tags for step in steps for tags in _tags(facts, step, metric)]


def _tags(facts: Facts, step: Step, metric: str) -> Iterator[Tags]:
    tags = {
        **_scenario_tags(facts, step.scenario),
        "group": step.group,
        "endpoint": step.endpoint,
        "poll": "true" if "poll" in step.step else "false",
        **_request_tags(facts, step),
    }
    if metric != "checks":
        yield tags
        return
    given = {**mapping(facts.endpoints.get(step.endpoint, {}), "checks"), **mapping(step.step, "checks")}
    for name, value in given.items():
        if value is not None:
            yield {**tags, "check": name}


def _request_tags(facts: Facts, step: Step) -> Tags:
    given = {**mapping(facts.endpoints.get(step.endpoint, {}), "tags"), **mapping(step.step, "tags")}
    return {tag: str(value) for tag, value in given.items() if value is not None}


def _undecided(facts: Facts) -> set[str]:
    """Tags whose values only the load shows, and those of groups."""
    groups = {tag for _, step in facts.all_steps if "group" in step for tag in mapping(step, "tags")}
    return groups | {tag for tag, values in own_tags(facts.document).items() if values is None}


def _scenario_tags(facts: Facts, name: str) -> Tags:
    own = mapping(mapping(mapping(facts.document, "scenarios"), name), "tags")
    return {"scenario": name, **{tag: str(value) for tag, value in own.items()}}


def recorded(step: Mapping[str, Any]) -> set[str]:
    """The custom metrics that a step adds to."""
    rows = [row for row in listing(step, "classify") if isinstance(row, Mapping)]
    counted = {str(row[key]) for row in rows for key in ("count", "else") if key in row}
    return counted | set(mapping(step, "record"))


def _nothing(facts: Facts, metric: str, what: str) -> tuple[str, str, str]:
    if metric == "checks":
        return "", f"no step of the load has a check, so this {what} never has a sample", "give an endpoint `checks`"
    if metric == "group_duration":
        return "", f"no step of the load is a `group`, so this {what} never has a sample", "write a `group` step"
    if metric == "scheduled_latency" and not facts.scheduled:
        message = f"no load starts iterations by a schedule, so this {what} never has a sample"
        return "", message, "make it an open one (`rate`, `rate_stages`, `trace`), or judge `http_req_duration`"
    if metric in BUILTIN:
        return "", f"no step of the load sends a request, so this {what} never has a sample", "add a `call` step"
    where = {str(path[0]) for path, step in facts.all_steps if metric in recorded(step)}
    help = f"add `record: {{{metric}: ...}}` to a step of the flow"
    if where:
        return "", f"only {listed(sorted(where))} adds to `{metric}`, and {what}s are about the load", help
    return "", f"no step adds to `{metric}`, so this {what} never has a sample", help


def _no_such(clause: Clause, part: Term | Submetric, series: list[Tags], what: str) -> tuple[str, str, str]:
    """A condition that no sample fulfils."""
    if clause in DEFAULTS and clause not in part.selector:
        help = f"to judge the polls, write {part.metric}{{poll:any}}"
        return "", f"the load only polls, and this {what} leaves polls out", help
    known = sorted({tags[clause.tag] for tags in series if clause.tag in tags})
    if clause.tag == "endpoint" and clause.op == ":":
        does = "adds to this metric at" if part.metric not in BUILTIN else "sends to"
        does = "checks an answer of" if part.metric == "checks" else does
        message = f"no step of the load {does} endpoint `{clause.value}`"
    elif clause.tag == "check" and clause.op == ":":
        message = f"no check of the load is called `{clause.value}`"
    elif clause.tag == "poll":
        message = f"no step of the load {'polls' if clause.value == 'true' else 'calls without polling'}"
    elif clause.op == "~":
        message = f"no {clause.tag} of this metric matches `{clause.value}`, which has to fit as a whole"
    else:
        message = f"no sample of this metric has the {clause.tag} `{clause.value}`"
    if clause.tag == "group":
        known = [group.removeprefix("::") for group in known if group]
    if clause.tag == "poll":
        return clause.value, message, "leave the condition out"
    near = did_you_mean(clause.value, known)
    return clause.value, message, near or f"there are {listed(known)}"


def decided_thresholds(facts: Facts) -> Found:
    """Bounds that always or never hold, and two that contradict each other."""
    parsed = [judged for judged in _parsed(facts) if judged.threshold.plain]
    possible = []
    for judged in parsed:
        threshold = judged.threshold
        low, high = _domain(threshold)
        subject = f"`{threshold.aggregate}` of `{threshold.metric}`"
        if not _possible(threshold.op, threshold.limit, low, high):
            message = f"this can never hold: {subject} is {_range(low, high)}"
            yield _at(facts, judged, message, "error")
            continue
        possible.append(judged)
        if not _possible(_NOT[threshold.op], threshold.limit, low, high):
            message = f"this always holds: {subject} is {_range(low, high)}"
            yield _at(facts, judged, message, "warning")
    yield from _contradictions(facts, possible)


def _at(facts: Facts, judged: Judged, message: str, level: Level, help: str = "") -> Diagnostic:
    help = help or "write a limit that a run can miss and can meet"
    text = judged.threshold.source
    return facts.places.text(judged.path, text, 0, "LS046", message, len(text), help=help, level=level)


_NOT = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def _domain(threshold: Threshold) -> tuple[float, float]:
    """The least and the greatest value that the aggregate can have."""
    if threshold.measure == "ratio":
        return 0.0, 1.0
    counted = threshold.kind == "counter" or threshold.aggregate.name in ("count", "rate")
    return (0.0 if counted or threshold.metric in BUILTIN else -math.inf), math.inf


def _possible(op: str, limit: float, low: float, high: float) -> bool:
    """Whether some value in low..high stands in this relation to the limit."""
    return {
        "<": low < limit,
        "<=": low <= limit,
        ">": high > limit,
        ">=": high >= limit,
        "==": low <= limit <= high,
        "!=": not low == high == limit,
    }[op]


def _range(low: float, high: float) -> str:
    return "between 0% and 100%" if high == 1 else "never below 0"


def _contradictions(facts: Facts, parsed: list[Judged]) -> Found:
    """The first of a metric's comparisons that an earlier one of the same aggregate leaves no room for."""
    rows: dict[tuple[str, str], list[Judged]] = {}
    for judged in parsed:
        rows.setdefault((f"{judged.entry.group} {judged.key}", str(judged.threshold.aggregate)), []).append(judged)
    for same in rows.values():
        for index, judged in enumerate(same):
            other = next((each for each in same[:index] if _exclude(each.threshold, judged.threshold)), None)
            if other:
                message = f"this and `{other.threshold.source}` can never hold together"
                yield _at(
                    facts, judged, message, "error", "each of a metric's thresholds must hold: keep one of the two"
                )
                break


def _exclude(one: Threshold, two: Threshold) -> bool:
    for below, above in ((one, two), (two, one)):
        if below.op in ("<", "<=", "==") and above.op in (">", ">=", "=="):
            touching = "<" not in (below.op, above.op) and ">" not in (below.op, above.op)
            if below.limit < above.limit or (below.limit == above.limit and not touching):
                return True
    return False
