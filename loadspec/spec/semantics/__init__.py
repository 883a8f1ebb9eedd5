"""What a well-formed document means: names, units, texts; every finding with a caret under the very token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from loadspec.spec.building.traces import trace_pool
from loadspec.spec.diagnostics import Diagnostic
from loadspec.spec.places import Places
from loadspec.spec.semantics.expressions import Work
from loadspec.spec.semantics.http import check_http
from loadspec.spec.semantics.lints import across, lint, lint_loads
from loadspec.spec.semantics.names import Known
from loadspec.spec.semantics.network import check_network
from loadspec.spec.semantics.outputs import check_outputs
from loadspec.spec.semantics.pooldata import survey
from loadspec.spec.semantics.pools import check_pools
from loadspec.spec.semantics.requests import check_steps
from loadspec.spec.semantics.scenarios import check_loads
from loadspec.spec.semantics.sections import (
    check_declarations,
    check_submetrics,
    check_target,
    check_thresholds,
    check_vars,
    metric_infos,
)
from loadspec.spec.semantics.slos import check_slos
from loadspec.spec.semantics.steps import Flow, Uses, captured
from loadspec.spec.semantics.tags import check_tags
from loadspec.spec.semantics.values import listing, mapping
from loadspec.spec.tree import below, flows

__all__ = ["Work", "across", "check", "check_loads", "lint_loads", "metric_infos"]


def check(document: Mapping[str, Any], places: Places, work: Work) -> list[Diagnostic]:
    """Everything wrong with a resolved document, whatever its shape; the schema's findings are not repeated."""
    data = survey(document, places)
    known = replace(_known(document), columns=data.columns)
    uses = Uses(work=work)
    found = [
        *check_declarations(document, places),
        *check_vars(document, places, known, work),
        *check_target(document, places, known, work),
        *check_http(document, places, known, work),
        *check_network(document, places, known, work),
        *data.problems,
        *check_pools(document, places, known, work),
        *check_steps(document, places),
        *check_loads(document, places),
        *check_tags(document, places),
        *check_thresholds(document, places),
        *check_slos(document, places),
        *check_submetrics(document, places),
        *check_outputs(document, places, known, work),
    ]
    for path, steps in flows(document):
        if path[0] != "fragments":  # they are checked where they are used
            found += Flow(document, path, places, known, uses).check(steps)
    return [*found, *_unused(document, places, uses, known), *lint(document, places)]


def _known(document: Mapping[str, Any]) -> Known:
    endpoints = mapping(document, "endpoints")
    return Known(
        env=frozenset(mapping(document, "env")),
        vars=frozenset(mapping(document, "vars")),
        pools=frozenset(mapping(document, "pools")),
        setup=frozenset(
            name for _, step in below((), listing(document, "setup")) for name in captured(endpoints, step)
        ),
    )


def _unused(document: Mapping[str, Any], places: Places, uses: Uses, known: Known) -> list[Diagnostic]:
    """Warnings for what no step uses. The texts of an unused endpoint are checked as if it came last in the flow."""
    found: list[Diagnostic] = []
    for name in [name for name in mapping(document, "endpoints") if name not in uses.endpoints]:
        if not name.startswith("_"):
            message = f"no step uses endpoint `{name}`"
            found.append(places.key(("endpoints", name), "LS050", message, level="warning"))
        found += Flow(document, ("flow",), places, known, uses).check_alone(name)
    replayed = {
        trace_pool(load.get("trace"))
        for load in (document, *mapping(document, "scenarios").values())
        if isinstance(load, Mapping)
    }
    for name in mapping(document, "pools"):
        if name not in uses.pools and name not in replayed and not name.startswith("_"):
            message = f"nothing draws from pool `{name}`"
            found.append(places.key(("pools", name), "LS051", message, level="warning"))
    return found
