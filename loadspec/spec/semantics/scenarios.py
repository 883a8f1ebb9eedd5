"""Scenarios: who shares the file's load and who has one, when each begins, what they are called and tagged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.load import MIX
from loadspec.spec import shapes
from loadspec.spec.diagnostics import Diagnostic, did_you_mean, listed
from loadspec.spec.places import Places
from loadspec.spec.semantics.durations import check_duration
from loadspec.spec.semantics.sections import check_load
from loadspec.spec.semantics.traces import check_trace
from loadspec.spec.semantics.values import mappings
from loadspec.spec.shapes.keys import MAX_VUS

Found = Iterator[Diagnostic]
Scenarios = list[tuple[str, Mapping[str, Any]]]


def check_loads(document: Mapping[str, Any], places: Places) -> Found:
    """The file's load and those of its scenarios."""
    yield from check_load(document, places)
    yield from check_trace(document, places, document, ())
    if "scenarios" not in document:
        return
    if "flow" in document:
        help = "make it a scenario of its own: scenarios: {NAME: {flow: ...}}"
        yield places.key(("flow",), "LS085", "`flow` stands beside `scenarios`: nobody would run it", help=help)
    scenarios = mappings(document, "scenarios")
    mix = [(name, scenario) for name, scenario in scenarios if not shapes.own_load(scenario)]
    own = [(name, scenario) for name, scenario in scenarios if shapes.own_load(scenario)]
    for name, scenario in own:
        yield from check_load(scenario, places, ("scenarios", name))
        yield from check_trace(document, places, scenario, ("scenarios", name))
    if scenarios:
        yield from _check_mix(document, places, mix)
    yield from _check_own(places, own)
    yield from _check_order(places, scenarios, own)
    yield from _check_names(places, scenarios)
    yield from _check_users(document, places, mix, own)


def _check_mix(document: Mapping[str, Any], places: Places, mix: Scenarios) -> Found:
    given = shapes.own_load(document)
    if not mix:
        for key in given:
            message = f"`{key}` drives nothing: each scenario has a load of its own"
            help = "give it to a scenario, or take a scenario's own load away, so that it follows this one"
            if isinstance(places.home((key,)), str):
                help = "a profile can change the loads of scenarios: profiles: {NAME: {scenarios: {NAME: ...}}}"
            yield places.key((key,), "LS087", message, help=help)
        return
    if not given:
        name = mix[0][0]
        help = "give the file a load, such as `vus: 5` and `duration: 1m`, or the scenario one of its own"
        message = f"scenario `{name}` has no load, and the file has none for its mix"
        yield places.key(("scenarios", name), "LS086", message, help=help)
    if not any(scenario.get("weight", 1) for _, scenario in mix):
        path = ("scenarios", mix[0][0], "weight")
        yield places.value(path, "LS088", "no scenario of the mix has a weight above 0", help="for example weight: 1")
    for name, scenario in mix:
        if "graceful_stop" in scenario:
            message = f"scenario `{name}` follows the file's load, and so does its `graceful_stop`"
            help = "write `graceful_stop` at top level"
            yield places.key(("scenarios", name, "graceful_stop"), "LS087", message, help=help)


def _check_own(places: Places, own: Scenarios) -> Found:
    for name, scenario in own:
        if "weight" in scenario:
            key = shapes.own_load(scenario)[0]
            message = f"`weight` stands beside `{key}`: a scenario with a load of its own has no part in the mix"
            help = f"remove `weight`, or {listed(shapes.own_load(scenario))}"
            yield places.key(("scenarios", name, "weight"), "LS088", message, help=help)


def _check_order(places: Places, scenarios: Scenarios, own: Scenarios) -> Found:
    names, owners = [name for name, _ in scenarios], dict(own)
    for name, scenario in scenarios:
        given = [key for key in ("start_at", "after") if key in scenario]
        yield from check_duration(places, ("scenarios", name, "start_at"), scenario.get("start_at"), zero=True)
        if name not in owners:
            for key in given:
                help = "the scenarios of a mix begin together; give this one a load of its own"
                message = f"`{key}` has no meaning without a load of its own"
                yield places.key(("scenarios", name, key), "LS089", message, help=help)
        elif len(given) > 1:
            message = "`after` stands beside `start_at`: a scenario begins at a time or after another one"
            yield places.key(("scenarios", name, "after"), "LS089", message, help="keep one of the two")
        after = scenario.get("after")
        if isinstance(after, str) and after not in names:
            label, help = did_you_mean(after, names), f"the scenarios are {listed(names)}"
            message = f"no scenario is called `{after}`"
            yield places.value(("scenarios", name, "after"), "LS089", message, label=label, help=help)
    yield from _check_circles(places, owners)


def _check_circles(places: Places, owners: Mapping[str, Mapping[str, Any]]) -> Found:
    """Each circle once, at its first scenario."""
    told: set[str] = set()
    for name in owners:
        way = [name]
        while isinstance(after := owners[way[-1]].get("after"), str) and after in owners and after not in way:
            way.append(after)
        if after == name and name not in told:
            told.update(way)
            what = " after ".join(f"`{each}`" for each in [*way, name])
            message = f"{what}: none of them would ever begin"
            yield places.value(("scenarios", name, "after"), "LS089", message, help="let one of them begin by itself")


def _check_names(places: Places, scenarios: Scenarios) -> Found:
    for name, scenario in scenarios:
        path = ("scenarios", name)
        if name == MIX:
            message = f"`{MIX}` is what loadspec calls the users that scenarios share"
            yield places.key(path, "LS035", message, help="choose another name")
        if "flow" not in scenario:
            label = did_you_mean(name, [other for other, _ in scenarios if other != name])
            help = "`flow`: Steps that its users repeat."
            yield places.key(path, "LS014", f"`{name}` needs `flow`", label=label, help=help)


def _check_users(document: Mapping[str, Any], places: Places, mix: Scenarios, own: Scenarios) -> Found:
    """All users together; each load by itself is within bounds, or has been told."""
    loads = [document] if mix else []
    loads += [scenario for _, scenario in own]
    total = 0
    try:
        total = sum(shapes.build_load(load).max_vus for load in loads)
    except (ValueError, TypeError, KeyError, AttributeError):
        return  # what is wrong with it has been said
    if total > MAX_VUS and len(loads) > 1:
        message = f"{total} users in all scenarios together are more than {MAX_VUS}"
        yield places.key(("scenarios",), "LS016", message)
