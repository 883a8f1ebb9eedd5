"""Flows: every step against what is declared, and every name against what is there when the step runs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from loadspec.metrics.catalog import BUILTIN
from loadspec.spec import shapes
from loadspec.spec.diagnostics import Diagnostic, Path, did_you_mean, listed
from loadspec.spec.grammar import MAX_STEPS
from loadspec.spec.merge import request_texts
from loadspec.spec.places import Places
from loadspec.spec.semantics.assignment import Assignment, There, how_often, loop_names
from loadspec.spec.semantics.checks import check_texts
from loadspec.spec.semantics.expressions import Expressions, Work
from loadspec.spec.semantics.names import Known, View
from loadspec.spec.semantics.nested import check_constant, check_meeting, check_nested, conditions
from loadspec.spec.semantics.values import at, listing, mapping, texts
from loadspec.spec.tree import below


class Uses(Struct):
    """What the flows used, to find what they did not."""

    endpoints: set[str] = field(default_factory=set)
    pools: set[str] = field(default_factory=set)
    work: Work = field(default_factory=Work)


class Flow:
    """One list of steps: what each provides to those after it."""

    def __init__(self, document: Mapping[str, Any], path: Path, places: Places, known: Known, uses: Uses) -> None:
        self.document = document
        self.path = path
        where = {"flow": "the flow", "scenarios": f"scenario `{path[1]}`" if path[1:] else ""}.get(
            str(path[0]), str(path[0])
        )
        self.users = _users(document, path)
        self.places = places
        self.uses = uses
        self.endpoints = mapping(document, "endpoints")
        self.expressions = Expressions(places, uses.work)
        self.found = self.expressions.found
        self.captures: dict[str, frozenset[str]] = {}
        self.known = known
        self.everything = View(known, where, setup_over=path != ("setup",), drawn=uses.pools)
        self.seen: set[str] = set()
        self.loops: set[str] = set()

    def check(self, steps: list[Any]) -> list[Diagnostic]:
        """Everything that is wrong with these steps."""
        inside = [step for _, step in islice(below(self.path, steps), MAX_STEPS + 1)]
        if len(inside) > MAX_STEPS:
            message = f"{self.everything.where} has more than {MAX_STEPS} steps, those inside others included"
            self.found.append(self.places.key(self.path, "LS008", message))
            return self.found
        self.everything = replace(
            self.everything,
            later_captures=frozenset().union(*map(self._provided, inside)),
            later_steps=frozenset(filter(None, map(step_name, inside))),
        )
        Assignment(self._provided, step_name, self._step, self._has_pass).flow(steps, self.path, There())
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
            self._request(endpoint, name, step, (*self.path, 0), view, replace(view, answer=True))
        return self.found

    def _has_pass(self, step: Mapping[str, Any]) -> bool:
        """Whether a `repeat` runs at least once: a number says so, and a list that is written out."""
        how = step.get("repeat")
        over = str(how.get("over", "")).strip() if isinstance(how, Mapping) else ""
        if over.startswith("vars."):
            return bool(listing(mapping(self.document, "vars"), over.removeprefix("vars.")))
        return isinstance(how_often(step), int) or (over.startswith("[") and over[1:].strip() not in ("", "]"))

    def _view(self, there: There) -> View:
        return replace(
            self.everything,
            captures=there.sure,
            maybe=there.maybe,
            elsewhere=self.seen,
            loops=self.loops,
            steps=there.steps,
        )

    def _step(self, step: Mapping[str, Any], path: Path, there: There, within: There, then: There) -> None:
        if self.uses.work.exhausted:
            return
        if "when" in step:
            self.expressions.bare(step["when"], (*path, "when"), self._view(there))
            self.found += check_constant(self.places, (*path, "when"), step["when"], "the step is")
        view = replace(self._view(within), step=step_name(step))
        action = "call" if "call" in step else "poll" if "poll" in step else ""
        if not action:
            for place, value, looped in conditions(step):
                self.expressions.bare(value, (*path, *place), self._view(then) if looped else view)
            self.found += check_nested(step, path, self.places, self._provided, within.sure | within.maybe)
            self.found += check_meeting(step, path, self.places, self.users, self.everything.where)
            self.loops |= loop_names(step)
            return
        after = replace(self._view(then), answer=True, ok=True, step=view.step)
        endpoint = self._endpoint(step[action], (*path, action))
        self._request(endpoint, step[action], step, path, view, replace(after, ok=False))
        for key in ("until", "fail_when"):
            if key in step:
                self.expressions.bare(step[key], (*path, key), after)
        for metric, value in mapping(step, "record").items():
            self._metric(metric, (*path, "record", metric), at_key=True)
            self.expressions.sample(value, (*path, "record", metric), after, self._metric_kind(metric))
        self._classify(step, path, after)
        self.seen |= self._provided(step)

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
        target = mapping(self.document, "target")
        if "auth" in target and "auth" not in endpoint and "auth" not in step:
            self._texts(target["auth"], ("target", "auth"), before)
        for part, place, value in request_texts(endpoint, ("endpoints", str(name)), step, path):
            if part == "checks":
                for bare, below, text in check_texts(value, place):
                    (self.expressions.bare if bare else self.expressions.template)(text, below, after)
            elif part != "capture":
                self._texts(value, place, before)

    def _texts(self, value: Any, path: Path, view: View) -> None:
        """Templates; those that `hmac` signs may look at the request itself."""
        for place, text in texts(value, path):
            signed = "hmac" in place and "key" not in place
            own = replace(view, own=view.own | {"request"}) if signed else view
            self.expressions.template(text, place, own)

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

    def _metric_kind(self, name: str) -> str:
        declared = mapping(self.document, "metrics").get(name)
        return declared if isinstance(declared, str) else "trend" if declared else ""

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


def _users(document: Mapping[str, Any], path: Path) -> int | None:
    """The most users that can be in a flow at the same time; None if its load is not known, or wrong."""
    if path[0] in ("setup", "teardown"):
        return 1
    own = at(document, path[:-1]) if path[0] == "scenarios" else document
    try:
        return shapes.build_load(own if shapes.own_load(own) else document, float("inf")).max_vus
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def step_name(step: Mapping[str, Any]) -> str:
    """A step is called after its endpoint unless it has a name; "" where it has no outcome to ask for."""
    if "wait_until" in step:
        name = step.get("name", "wait_until")
    else:
        endpoint = step.get("call", step.get("poll", ""))
        name = step.get("name", endpoint) if endpoint else ""
    return name if isinstance(name, str) else ""


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
