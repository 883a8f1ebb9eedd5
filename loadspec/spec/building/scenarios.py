"""Scenarios of a document → the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from loadspec.load import LoadConfig
from loadspec.spec.building.traces import build_trace
from loadspec.spec.building.values import seconds
from loadspec.spec.model import Scenario, Step
from loadspec.spec.shapes import build_load, own_load

BuildLoad = Callable[[Mapping[str, Any]], LoadConfig]
BuildSteps = Callable[[list[Any]], tuple[Step, ...]]

DEFAULT = "default"
"""The name of the one scenario of a file that has `flow` at top level; k6's."""


def build_scenarios(
    document: Mapping[str, Any], steps: BuildSteps, timeout: float, folder: str
) -> tuple[Scenario, ...]:
    """The scenarios; `flow` at top level is one with the file's load. `timeout` is the target's, in seconds."""

    def load(raw: Mapping[str, Any]) -> LoadConfig:
        trace = build_trace(raw["trace"], document.get("pools", {}), folder) if "trace" in raw else None
        return build_load(raw, timeout, trace)

    scenarios: Mapping[str, Any] | None = document.get("scenarios")
    if scenarios is None:
        padding = _padding(document)
        return (Scenario(DEFAULT, steps(document["flow"]), load(document), min_iteration_duration=padding),)
    return tuple(_scenario(name, raw, document, steps, load) for name, raw in scenarios.items())


def _scenario(
    name: str, raw: Mapping[str, Any], document: Mapping[str, Any], steps: BuildSteps, load: BuildLoad
) -> Scenario:
    flow, tags = steps(raw["flow"]), raw.get("tags", {})
    padding = _padding({**document, **raw})
    if not own_load(raw):
        weight = float(raw.get("weight", 1))
        return Scenario(name, flow, load(document), weight, tags=tags, min_iteration_duration=padding)
    inherited = {key: document[key] for key in ("graceful_stop",) if key in document}
    own = load({**inherited, **raw})
    return Scenario(name, flow, own, None, seconds(raw.get("start_at"), 0.0), raw.get("after"), tags, padding)


def _padding(raw: Mapping[str, Any]) -> float:
    return seconds(raw.get("min_iteration_duration"), 0.0)


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
