"""Scenarios: what became of each, out of the last snapshot and the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Any

from msgspec.structs import replace

from loadspec.load import MIX
from loadspec.metrics import Rate, Store, Trend
from loadspec.results.model import Event, Iterations, ScenarioInfo, ScenarioStats

COUNTED = ("shared-iterations", "per-vu-iterations")
"""Executors that may be done before their time."""
Corners = Sequence[tuple[float, Any]]
"""(seconds of the load, planned level)."""


def begun(scenario: ScenarioInfo, began: float | None, ended: float | None = None) -> ScenarioInfo:
    """The scenario with its planned shape drawn from when it `began`, which may be before its `start` or after it.

    What one with a budget had planned for after it `ended` is left out: it was done before its time.
    """
    if began is None:
        return scenario
    late = began - scenario.start
    last = inf if ended is None or scenario.executor not in COUNTED else ended
    return replace(
        scenario,
        shape=_moved(scenario.shape, scenario.start, began, last),
        rates=_moved(scenario.rates, scenario.start, began, last),
        stages=[
            replace(stage, begin=min(stage.begin + late, last), end=min(stage.end + late, last))
            for stage in scenario.stages
        ],
    )


def _moved(corners: Corners, start: float, began: float, last: float) -> Corners:
    moved = [(began + (at - start), level) for at, level in corners]
    kept = [corner for corner in moved if corner[0] <= last]
    if not kept or len(kept) == len(moved):
        return kept
    (begin, low), (end, high) = kept[-1], moved[len(kept)]
    return [*kept, (last, low + (high - low) * (last - begin) / (end - begin))]


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
