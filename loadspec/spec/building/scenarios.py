"""Scenarios of a document → the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from loadspec.load import LoadConfig
from loadspec.spec.building.lasting import longest
from loadspec.spec.building.traces import build_trace
from loadspec.spec.building.values import seconds
from loadspec.spec.model import Scenario, Step
from loadspec.spec.shapes import build_load, own_load

BuildSteps = Callable[[list[Any]], tuple[Step, ...]]
Flow = tuple[Step, ...]

DEFAULT = "default"
"""The name of the one scenario of a file that has `flow` at top level; k6's."""


class Loads(NamedTuple):
    """What a load takes from elsewhere in a file: its pools, the folder of their files, the target's timeout."""

    document: Mapping[str, Any]
    folder: str
    timeout: float

    def build(self, raw: Mapping[str, Any], *flows: Flow) -> LoadConfig:
        """The load that `raw` says, for these flows."""
        pools = self.document.get("pools", {})
        trace = build_trace(raw["trace"], pools, self.folder) if "trace" in raw else None
        lasting = max(_padding(raw), *(longest(flow, self.timeout) for flow in flows))
        return build_load(raw, lasting, trace)


def build_scenarios(
    document: Mapping[str, Any], steps: BuildSteps, timeout: float, folder: str
) -> tuple[Scenario, ...]:
    """The scenarios; `flow` at top level is one with the file's load. `timeout` is the target's, in seconds."""
    loads = Loads(document, folder, timeout)
    scenarios: Mapping[str, Any] | None = document.get("scenarios")
    if scenarios is None:
        flow = steps(document["flow"])
        load = loads.build(document, flow)
        return (Scenario(DEFAULT, flow, load, min_iteration_duration=_padding(document)),)
    flows = {name: steps(raw["flow"]) for name, raw in scenarios.items()}
    mixed = [flows[name] for name, raw in scenarios.items() if not own_load(raw)]
    mix = loads.build(document, *mixed) if mixed else None
    return tuple(_scenario(name, raw, flows[name], mix, loads) for name, raw in scenarios.items())


def _scenario(name: str, raw: Mapping[str, Any], flow: Flow, mix: LoadConfig | None, loads: Loads) -> Scenario:
    tags, padding = raw.get("tags", {}), _padding({**loads.document, **raw})
    if not own_load(raw):
        assert mix is not None
        weight = float(raw.get("weight", 1))
        return Scenario(name, flow, mix, weight, tags=tags, min_iteration_duration=padding)
    inherited = ("graceful_stop", "min_iteration_duration")
    load = loads.build({**{key: loads.document[key] for key in inherited if key in loads.document}, **raw}, flow)
    return Scenario(name, flow, load, None, seconds(raw.get("start_at"), 0.0), raw.get("after"), tags, padding)


def _padding(raw: Mapping[str, Any]) -> float:
    return seconds(raw.get("min_iteration_duration"), 0.0)
