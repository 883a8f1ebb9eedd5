"""Scenarios of a document → the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from loadspec.spec.building.values import seconds
from loadspec.spec.model import Scenario, Step
from loadspec.spec.shapes import build_load, own_load

BuildSteps = Callable[[list[Any]], tuple[Step, ...]]

DEFAULT = "default"
"""The name of the one scenario of a file that has `flow` at top level; k6's."""


def build_scenarios(document: Mapping[str, Any], steps: BuildSteps) -> tuple[Scenario, ...]:
    """The scenarios; `flow` at top level is one with the file's load."""
    scenarios: Mapping[str, Any] | None = document.get("scenarios")
    if scenarios is None:
        return (Scenario(DEFAULT, steps(document["flow"]), build_load(document)),)
    return tuple(_scenario(name, raw, document, steps) for name, raw in scenarios.items())


def _scenario(name: str, raw: Mapping[str, Any], document: Mapping[str, Any], steps: BuildSteps) -> Scenario:
    flow, tags = steps(raw["flow"]), raw.get("tags", {})
    if not own_load(raw):
        return Scenario(name, flow, build_load(document), weight=float(raw.get("weight", 1)), tags=tags)
    inherited = {key: document[key] for key in ("graceful_stop",) if key in document}
    load = build_load({**inherited, **raw})
    return Scenario(name, flow, load, None, seconds(raw.get("start_at"), 0.0), raw.get("after"), tags)


def scenario_tags(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """The tags that scenarios have, and all values of each; of a document that may be malformed."""
    found: dict[str, list[str]] = {}
    scenarios = document.get("scenarios")
    for scenario in scenarios.values() if isinstance(scenarios, Mapping) else ():
        tags = scenario.get("tags") if isinstance(scenario, Mapping) else None
        for tag, value in tags.items() if isinstance(tags, Mapping) else ():
            if isinstance(value, str) and value not in found.setdefault(tag, []):
                found[tag].append(value)
    return found
