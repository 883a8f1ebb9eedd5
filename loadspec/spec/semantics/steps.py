"""Flows: every step against what is declared, and every name against what is there when the step runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from loadspec.metrics.catalog import BUILTIN
from loadspec.spec.diagnostics import Diagnostic, Path, did_you_mean, listed
from loadspec.spec.grammar import MAX_STEPS
from loadspec.spec.merge import request_texts
from loadspec.spec.places import Places
from loadspec.spec.semantics.checks import check_texts
from loadspec.spec.semantics.expressions import Expressions, Work
from loadspec.spec.semantics.names import Known, View
from loadspec.spec.semantics.values import listing, mapping, texts

PHASES = ("setup", "flow", "teardown")


@dataclass
class Uses:
    """What the flows used, to find what they did not."""

    endpoints: set[str] = field(default_factory=set)
    pools: set[str] = field(default_factory=set)
    work: Work = field(default_factory=Work)


class Flow:
    """One list of steps: what each provides to those after it."""

    def __init__(self, document: Mapping[str, Any], phase: str, places: Places, known: Known, uses: Uses) -> None:
        self.document = document
        self.phase = phase
        self.places = places
        self.uses = uses
        self.endpoints = mapping(document, "endpoints")
        self.steps = [step for step in enumerate(listing(document, phase)[:MAX_STEPS]) if isinstance(step[1], Mapping)]
        self.expressions = Expressions(places, uses.work)
        self.found = self.expressions.found
        self.captures: dict[str, frozenset[str]] = {}
        self.known = known
        self.where = "the flow" if phase == "flow" else phase

    def check(self) -> list[Diagnostic]:
        """Everything that is wrong with these steps."""
        names = [step_name(step) for _, step in self.steps]
        provided = [self._provided(step) for _, step in self.steps]
        remaining = _from_each_on(provided)
        captures: frozenset[str] = frozenset()
        for position, (index, step) in enumerate(self.steps):
            if self.uses.work.exhausted:
                break
            view = View(
                self.known,
                self.where,
                captures=captures,
                later_captures=remaining[position],
                steps=frozenset(filter(None, names[:position])),
                later_steps=frozenset(filter(None, names[position:])),
                setup_over=self.phase != "setup",
                drawn=self.uses.pools,
            )
            if not provided[position] <= captures:
                captures |= provided[position]
            self._step(step, (self.phase, index), names[position], view, captures)
        return self.found

    def _provided(self, step: Mapping[str, Any]) -> frozenset[str]:
        endpoint = str(step.get("call", step.get("poll")))
        if "capture" in step:
            return captured(self.endpoints, step)
        if endpoint not in self.captures:
            self.captures[endpoint] = captured(self.endpoints, step)
        return self.captures[endpoint]

    def check_alone(self, name: str) -> list[Diagnostic]:
        """The texts of an endpoint that no step uses, as if every capture there is came before it."""
        step = {"call": name}
        captures = frozenset().union(*(captured(self.endpoints, {"call": other}) for other in self.endpoints))
        view = View(self.known, captures=captures, drawn=self.uses.pools)
        endpoint = self.endpoints.get(name)
        if isinstance(endpoint, Mapping):
            self._request(endpoint, name, step, ("flow", 0), view, replace(view, answer=True))
        return self.found

    def _step(self, step: Mapping[str, Any], path: Path, name: str, view: View, captures: frozenset[str]) -> None:
        if "when" in step:
            self.expressions.bare(step["when"], (*path, "when"), view)
        action = "call" if "call" in step else "poll" if "poll" in step else ""
        if not action:
            return
        after = replace(view, answer=True, ok=True, captures=captures, steps=view.steps | {name})
        endpoint = self._endpoint(step[action], (*path, action))
        self._request(endpoint, step[action], step, path, view, replace(after, ok=False))
        for key in ("until", "fail_when"):
            if key in step:
                self.expressions.bare(step[key], (*path, key), after)
        for metric, value in mapping(step, "record").items():
            self._metric(metric, (*path, "record", metric), at_key=True)
            self.expressions.bare(value, (*path, "record", metric), after)
        self._classify(step, path, after)

    def _endpoint(self, name: Any, path: Path) -> Mapping[str, Any]:
        if not isinstance(name, str):
            return {}
        self.uses.endpoints.add(name)
        if name not in self.endpoints:
            known = list(self.endpoints)
            self.found.append(
                self.places.value(
                    path,
                    "LS020",
                    f"no endpoint is called `{name}`",
                    label=did_you_mean(name, known),
                    help=f"the endpoints are {listed(known)}" if known else "describe it under `endpoints`",
                )
            )
        found = self.endpoints.get(name)
        return found if isinstance(found, Mapping) else {}

    def _request(
        self, endpoint: Mapping[str, Any], name: Any, step: Mapping[str, Any], path: Path, before: View, after: View
    ) -> None:
        """The texts of a step's request; target's headers are part of it."""
        for header, value in mapping(mapping(self.document, "target"), "headers").items():
            if not _overridden(header, endpoint, step):
                self.expressions.template(value, ("target", "headers", header), before)
        for part, place, value in request_texts(endpoint, ("endpoints", str(name)), step, path):
            if part == "checks":
                for bare, below, text in check_texts(value, place):
                    (self.expressions.bare if bare else self.expressions.template)(text, below, after)
            elif part != "capture":
                for below, text in texts(value, place):
                    self.expressions.template(text, below, before)

    def _metric(self, name: str, path: Path, at_key: bool, kind: str = "") -> None:
        report = self.places.key if at_key else self.places.value
        metrics = mapping(self.document, "metrics")
        if name in metrics:
            actual = metrics[name] if isinstance(metrics[name], str) else "trend"
            if kind and actual != kind:
                message = f"`{name}` is a {actual}, and `classify` counts in a counter"
                help = f"declare another metric as `counter`, or use `record` for `{name}`"
                self.found.append(report(path, "LS027", message, help=help))
            return
        if name in BUILTIN:
            message = f"`{name}` is built in: loadspec measures it, a step cannot add to it"
        else:
            message = f"no metric is called `{name}`"
        help = f"the metrics are {listed(metrics)}" if metrics else "declare it under `metrics`"
        self.found.append(report(path, "LS021", message, label=did_you_mean(name, metrics), help=help))

    def _classify(self, step: Mapping[str, Any], path: Path, view: View) -> None:
        rows = [row for row in enumerate(listing(step, "classify")) if isinstance(row[1], Mapping)]
        for index, row in rows:
            place = (*path, "classify", index)
            if ("else" in row) == ("when" in row or "count" in row) or ("when" in row) != ("count" in row):
                help = "write {when: EXPRESSION, count: METRIC}, or {else: METRIC} last"
                self.found.append(
                    self.places.value(place, "LS017", "a row has `when` and `count`, or `else`", help=help)
                )
                continue
            if "else" in row and index != rows[-1][0]:
                message = "no row after `else` is ever reached"
                self.found.append(self.places.key((*place, "else"), "LS017", message, help="put it last"))
            key = "else" if "else" in row else "count"
            if isinstance(row[key], str):
                self._metric(row[key], (*place, key), at_key=False, kind="counter")
            if "when" in row:
                self.expressions.bare(row["when"], (*place, "when"), view)


def step_name(step: Mapping[str, Any]) -> str:
    """A step is called after its endpoint unless it has a name; a think step has no outcome to ask for."""
    if "think" in step:
        return ""
    name = step.get("name", step.get("call", step.get("poll", "")))
    return name if isinstance(name, str) else ""


def _from_each_on(provided: list[frozenset[str]]) -> list[frozenset[str]]:
    """For each step, what it and all after it provide."""
    union: frozenset[str] = frozenset()
    unions = []
    for names in reversed(provided):
        union = union if names <= union else union | names
        unions.append(union)
    return unions[::-1]


def captured(endpoints: Mapping[str, Any], step: Mapping[str, Any]) -> frozenset[str]:
    """The names that a step captures."""
    endpoint = endpoints.get(str(step.get("call", step.get("poll"))))
    names: dict[str, Any] = {}
    for part in (endpoint, step):
        if isinstance(part, Mapping):
            names |= mapping(part, "capture")
    return frozenset(name for name, value in names.items() if value is not None)


def _overridden(header: str, endpoint: Mapping[str, Any], step: Mapping[str, Any]) -> bool:
    given = [*mapping(endpoint, "headers"), *mapping(step, "headers")]
    return header.lower() in {name.lower() for name in given}
