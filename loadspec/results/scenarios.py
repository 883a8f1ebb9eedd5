"""Scenarios: what became of each, out of the last snapshot and the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from loadspec.load import MIX
from loadspec.metrics import Rate, Store, Trend
from loadspec.results.model import Event, Iterations, ScenarioInfo, ScenarioStats


def begun(scenario: ScenarioInfo, began: float | None) -> ScenarioInfo:
    """The scenario with its planned shape drawn from when it `began`, which may be before its `start` or after it."""
    if began is None or began == scenario.start:
        return scenario
    late = began - scenario.start
    return replace(
        scenario,
        shape=_moved(scenario.shape, scenario.start, began),
        rates=_moved(scenario.rates, scenario.start, began),
        stages=[replace(stage, begin=stage.begin + late, end=stage.end + late) for stage in scenario.stages],
    )


def _moved(corners: Sequence[tuple[float, Any]], start: float, began: float) -> list[tuple[float, Any]]:
    return [(began + (at - start), level) for at, level in corners]


def scenario_stats(
    infos: Sequence[ScenarioInfo], rows: Mapping[str, Mapping[str, Any]], store: Store
) -> list[ScenarioStats]:
    """A row a scenario, in the order of the spec; `rows` are those of the last snapshot, by name.

    Iterations of a mix that were dropped have drawn no scenario: a last row, called after the mix, holds them.
    """
    found = [_stats(info.name, rows.get(info.name, {}), store) for info in infos]
    if any(info.in_mix for info in infos) and (dropped := _dropped(store, MIX)):
        found.append(ScenarioStats(MIX, iterations=Iterations(dropped=dropped)))
    return found


def _stats(name: str, row: Mapping[str, Any], store: Store) -> ScenarioStats:
    latency = store.where("http_req_duration", scenario=name, poll="false", expected_response="true")
    failed = store.where("http_req_failed", scenario=name)
    return ScenarioStats(
        name,
        began=row.get("began"),
        ended=row.get("ended"),
        iterations=Iterations(
            row.get("started", 0), row.get("completed", 0), row.get("interrupted", 0), _dropped(store, name)
        ),
        requests=int(store.total("http_reqs", scenario=name)),
        failed=failed.passes if isinstance(failed, Rate) else 0,
        p95=latency.percentiles((95,))[0] if isinstance(latency, Trend) and latency.samples else None,
    )


def _dropped(store: Store, name: str) -> int:
    return int(store.total("dropped_iterations", scenario=name))


def turns(before: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]) -> Iterator[Event]:
    """Each scenario that has begun or ended since; none where there is one only."""
    if len(now) < 2:
        return
    for name, row in now.items():
        old = before.get(name, {})
        if row["began"] is not None and old.get("began") is None:
            yield Event(row["began"], f"scenario {name} began")
        if row["ended"] is not None and old.get("ended") is None and row["began"] is not None:
            yield Event(row["ended"], f"scenario {name} ended")
