"""A resolved document against the limits of whoever runs it: each finding at the value that goes beyond.

Only what would run is looked at. Nothing is resolved or read here: a host whose name is known only while the load
runs, or that must be looked up to say whether it lies in an allowed network, is checked before it is connected to.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.expr import ExprError, Scope, compile_template
from loadspec.load import Crew, crews_of, max_users, windows
from loadspec.spec.constants import constants, folded, known_hosts
from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.limits import Bound, Limits
from loadspec.spec.model import Scenario, Spec
from loadspec.spec.places import Places
from loadspec.spec.semantics.outputs import targets
from loadspec.spec.semantics.values import mapping, texts
from loadspec.spec.shapes import LOAD_KEYS
from loadspec.spec.tree import walk
from loadspec.units import format_count, format_duration
from loadspec.wire.hosts import HostLimit
from loadspec.wire.routes import Place, Routes, parse_place
from loadspec.wire.sockets import allowed_socket
from loadspec.wire.url import Origin, host_header, parse_url

Found = Iterator[Diagnostic]

_WHOLE = ("http://", "https://")
_LEEWAY = 60.0
"""Seconds that setup and teardown may take each, however short the load must be: their default timeout."""


def check_env(document: Mapping[str, Any], places: Places, limits: Limits) -> Found:
    """Variables that the spec may not read."""
    for name in mapping(document, "env"):
        for names in limits.allow_env:
            if not names.allow(str(name)):
                message = f"the spec reads environment variable `{name}`, which {names.origin} does not allow"
                yield places.key(("env", name), "LS091", message, help="whoever runs the spec may allow it")
                break


def check_limits(spec: Spec, places: Places, limits: Limits) -> Found:
    """Hosts, users and time of a spec that has no other error."""
    yield from _check_sockets(spec, places, limits)
    if limits.allow_host:
        yield from _check_hosts(spec, places, limits)
    crews = crews_of(spec.scenarios)
    if limits.max_vus is not None and (users := max_users(crews)) > limits.max_vus.value:
        most = max(crews, key=lambda crew: crew.load.max_vus)
        path = _place(spec.document, most, ("max_vus", "stages", "vus", "start_vus", "rate", "rate_stages", "trace"))
        what = "the load runs" if len(crews) == 1 else f"`{most.name}` and the other scenarios together run"
        message = f"{what} up to {users} users, more than {limits.max_vus.origin} allows"
        yield places.value(path, "LS092", message, help=_fewer(len(crews), most))
    if limits.max_rate is not None:
        yield from _check_rate(spec, places, limits.max_rate, crews)
    if limits.max_duration is not None:
        yield from _check_duration(spec, places, limits, crews)


def _fewer(crews: int, most: Crew[Scenario]) -> str:
    if most.load.planned is not None:
        return "write a smaller `max_vus`: starts that find all users busy are dropped"
    return "run fewer users" if crews == 1 else "run fewer users: those of all scenarios count, at other times too"


def _check_rate(spec: Spec, places: Places, bound: Bound, crews: tuple[Crew[Scenario], ...]) -> Found:
    """Open models that start more iterations than requests are allowed; highest are those that are on together."""
    on = windows(crews)
    together = [
        [other for other in crews if on[other.name].start <= on[crew.name].start < on[other.name].finish]
        for crew in crews
    ]
    worst = max(together, key=lambda group: sum(crew.load.peak_rate for crew in group), default=[])
    rate = sum(crew.load.peak_rate for crew in worst)
    if rate > bound.value:
        most = max(worst, key=lambda crew: crew.load.peak_rate)
        path = _place(spec.document, most, ("rate", "rate_stages", "start_rate", "trace"))
        message = f"up to {format_count(rate)} iterations start each second, and {bound.origin} allows fewer requests"
        yield places.value(path, "LS093", message, help="start fewer of them, however many requests each sends")


def _check_duration(spec: Spec, places: Places, limits: Limits, crews: tuple[Crew[Scenario], ...]) -> Found:
    bound = limits.max_duration
    assert bound is not None
    on = windows(crews)
    last = max(crews, key=lambda crew: on[crew.name].finish)
    most, start = on[last.name].finish, on[last.name].start
    if most > bound.value:
        length = format_duration(round(most, 3))
        message = f"the load takes up to {length}, more than {bound.origin} allows"
        keys: tuple[str, ...] = (
            "stages",
            "rate_stages",
            "duration",
            "trace",
            "max_duration",
            "iterations",
            "iterations_per_vu",
        )
        if start >= most - start:
            keys = ("start_at", "after", *keys)
        help = "iterations may take `max_duration`, 10m where it is not given" if _counts(spec, last) else ""
        yield places.value(_place(spec.document, last, keys), "LS094", message, help=help or "make it shorter")
    for phase in ("setup", "teardown"):
        seconds = getattr(spec, f"{phase}_timeout")
        if getattr(spec, phase) and seconds > max(bound.value, _LEEWAY):
            message = f"{phase} may take {format_duration(seconds)}, and {bound.origin} holds for it, too"
            help = f"at most {format_duration(max(bound.value, _LEEWAY))}"
            yield places.value((f"{phase}_timeout",), "LS094", message, help=help)


def _counts(spec: Spec, crew: Crew[Scenario]) -> bool:
    document = _load_of(spec.document, crew)[1]
    return "stages" not in document and "max_duration" not in document and crew.load.budget() is not None


def _load_of(document: Mapping[str, Any], crew: Crew[Scenario]) -> tuple[Path, Mapping[str, Any]]:
    """Where a crew's load is written: at top level, or in its scenario."""
    if crew.is_mix or "scenarios" not in document:
        return (), document
    return ("scenarios", crew.name), document["scenarios"][crew.name]


def _place(document: Mapping[str, Any], crew: Crew[Scenario], keys: tuple[str, ...]) -> Path:
    """The first of these keys that a crew's load has, or what it has else."""
    path, load = _load_of(document, crew)
    key = next((key for key in (*keys, *LOAD_KEYS) if key in load), None)
    return (*path, key) if key else path or ("flow",)


def _check_hosts(spec: Spec, places: Places, limits: Limits) -> Found:
    rules = [(names.origin, HostLimit.parse([names.patterns])) for names in limits.allow_host]
    scope, routes = constants(spec), Routes(known_hosts(spec))
    for path, text in _urls(spec.document):
        try:
            template = compile_template(text, scope)
            url = str(template.value) if template.constant else ""
            origin = parse_url(url)[0] if url.lower().startswith(_WHOLE) else None
        except (ExprError, ValueError):
            continue  # known only while it runs, or told by another check
        if origin is None:
            continue
        place = routes.find(origin.host, origin.port)
        refusing = [name for name, hosts in rules if _refused(origin, place, spec.settings.route.folder, hosts)]
        if refusing:
            where = f", at {place.address}:{place.port or origin.port}" if place and place.address else ""
            message = f"requests go to `{host_header(origin)}`{where}, which {refusing[0]} does not allow"
            yield places.value(path, "LS090", message, help="whoever runs the spec may allow it")
    yield from _check_outputs(spec.document, places, rules, scope)


def _check_outputs(
    document: Mapping[str, Any], places: Places, rules: list[tuple[str, HostLimit]], scope: Scope
) -> Found:
    for path, text, output in targets(document):
        text = folded(text, scope) or ""
        if output.place == "url" and text.lower().startswith(_WHOLE):
            origin = parse_url(text)[0]
            refusing = [name for name, hosts in rules if hosts.refused(origin.host, origin.port)]
            if refusing:
                message = f"results go to `{host_header(origin)}`, which {refusing[0]} does not allow"
                yield places.value(path, "LS090", message, help="whoever runs the spec may allow it")


def _refused(origin: Origin, place: Place | None, folder: str, hosts: HostLimit) -> bool:
    """Whether a host is refused by its name, or where `network.hosts` puts it by that.

    A Unix socket that is named is allowed, whichever host lies there.
    """
    if place is not None and place.path and allowed_socket(place.path, folder, hosts, below=False):
        return False
    if hosts.refused(origin.host, origin.port):
        return True
    if place is None or place.path:
        return False
    return hosts.refuses_address(place.address, place.port or origin.port, place.address)


def _check_sockets(spec: Spec, places: Places, limits: Limits) -> Found:
    route = spec.settings.route
    for text, place in known_hosts(spec).items():
        path = parse_place(place).path
        if path and allowed_socket(path, route.folder, limits.hosts) is None:
            whole = os.path.abspath(os.path.join(route.folder, path))
            help = f"whoever runs the spec may allow it: --allow-host unix:{whole}"
            message = f"the Unix socket `{path}` does not lie below the spec's folder"
            yield places.value(("network", "hosts", text), "LS121", message, help=help)


def _urls(document: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every text that may be a URL of its own; answers may bring more of them."""
    target = mapping(document, "target")
    yield from texts(target.get("base_url"), ("target", "base_url"))
    yield from _urls_of(target, ("target",))
    for name, endpoint in mapping(document, "endpoints").items():
        yield from _urls_of(endpoint, ("endpoints", name))
    for path, step in walk(document):
        yield from _urls_of(step, path)


def _urls_of(request: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if not isinstance(request, Mapping):
        return
    yield from texts(request.get("path"), (*path, "path"))
    for below, text in texts(request.get("auth"), (*path, "auth")):
        if str(below[-1]).endswith("url"):
            yield below, text
