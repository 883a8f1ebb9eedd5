"""The keys that say what a load is, and which of them a layer takes away from the load below it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

MAX_VUS = 1_000_000
"""Of all scenarios together."""

OPEN = ("rate", "rate_stages", "trace")
"""Shapes of open models."""

SHAPES = ("stages", "iterations", "iterations_per_vu", "duration", *OPEN)
"""Any of these in a layer replaces the load of the layers below; but see `replaced`."""

OPEN_SETTINGS = ("pre_allocated_vus", "max_vus")
"""Settings of every open model."""

COMPANIONS = ("start_vus", "graceful_ramp_down", "max_duration", "start_rate", "arrivals", *OPEN_SETTINGS)
"""Settings of a shape; they go with it. `vus`, `graceful_stop` and `min_iteration_duration` stay."""

LOAD_KEYS = (*SHAPES, *COMPANIONS, "vus")
"""Any of these gives a scenario a load of its own; `graceful_stop` at top level is for all scenarios."""


def own_load(scenario: Mapping[str, Any]) -> list[str]:
    """The keys by which a scenario has a load of its own; none where it is one of the mix."""
    return [key for key in LOAD_KEYS if key in scenario]


def replaced(below: Collection[str], over: Collection[str]) -> frozenset[str]:
    """Keys of a load that do not stand beside those of the layer over it.

    A shape replaces the load below, but `rate` and `duration` are two halves of one: either keeps the other, and the
    settings of a rate; and a trace may have another duration. An open model has no `vus`.
    """
    given = [key for key in SHAPES if key in over]
    if not given:
        return frozenset()
    gone = {*SHAPES, *COMPANIONS}
    if {*given} <= {"rate", "duration"} and "vus" not in over:
        if "rate" in below:
            gone -= {"rate", "duration", "arrivals", *OPEN_SETTINGS}
        elif "trace" in below and "rate" not in given:
            gone -= {"trace", *OPEN_SETTINGS}
        elif "rate" in given and [key for key in SHAPES if key in below] == ["duration"]:
            gone -= {"duration"}
    return frozenset(gone | {"vus"} if any(key in given for key in OPEN) else gone)
