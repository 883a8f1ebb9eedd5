"""What k6 and loadspec are both told to do, each in its own words. No start, end or interrupt lies on a boundary.

Times are chosen so that counts stay the same as long as a request takes less than 25 ms and nobody is late by more
than that; a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Shapes = Mapping[str, Mapping[str, Any]]
"""Scenario → what it says of its load."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test that both tools run: each iteration is one request, then `think` seconds."""

    name: str
    think: float
    k6: Shapes
    """k6's `scenarios`."""
    loadspec: Shapes
    """The same as loadspec's, without the flow."""
    shortest: float = 0.0
    """k6's minIterationDuration, in seconds."""


def _stages(*stages: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"duration": duration, "target": target} for duration, target in stages]


def _one(name: str, think: float, k6: Mapping[str, Any], loadspec: Mapping[str, Any], shortest: float = 0.0) -> Case:
    return Case(name, think, {"only": k6}, {"only": loadspec}, shortest)


CASES = (
    _one(
        "constant-vus",
        0.8,
        {"executor": "constant-vus", "vus": 3, "duration": "5.4s"},
        {"vus": 3, "duration": "5.4s"},
    ),
    _one(
        "constant-vus, cut off by its graceful stop",
        2.0,
        {"executor": "constant-vus", "vus": 3, "duration": "3s", "gracefulStop": "500ms"},
        {"vus": 3, "duration": "3s", "graceful_stop": "500ms"},
    ),
    _one(
        "ramping-vus: ramp, jump, hold, ramp down with a graceful ramp-down",
        0.7,
        {
            "executor": "ramping-vus",
            "startVUs": 0,
            "stages": _stages(("3s", 3), ("0s", 5), ("1.2s", 5), ("1.6s", 1), ("0.5s", 1)),
            "gracefulRampDown": "250ms",
        },
        {
            "start_vus": 0,
            "stages": "3s:3, 0s:5, 1200ms:5, 1600ms:1, 500ms:1",
            "graceful_ramp_down": "250ms",
        },
    ),
    _one(
        "ramping-vus: users that are wanted back before they have left",
        1.5,
        {
            "executor": "ramping-vus",
            "startVUs": 4,
            "stages": _stages(("0.6s", 4), ("0s", 1), ("0.5s", 1), ("0s", 4), ("2.5s", 4)),
        },
        {"start_vus": 4, "stages": "600ms:4, 0s:1, 500ms:1, 0s:4, 2500ms:4"},
    ),
    _one(
        "shared-iterations",
        0.8,
        {"executor": "shared-iterations", "vus": 3, "iterations": 14},
        {"vus": 3, "iterations": 14},
    ),
    _one(
        "shared-iterations, more than fit into the maximum duration",
        0.8,
        {"executor": "shared-iterations", "vus": 3, "iterations": 20, "maxDuration": "3s"},
        {"vus": 3, "iterations": 20, "max_duration": "3s"},
    ),
    _one(
        "per-vu-iterations",
        0.8,
        {"executor": "per-vu-iterations", "vus": 3, "iterations": 4},
        {"vus": 3, "iterations_per_vu": 4},
    ),
    _one(
        "per-vu-iterations, more than fit, the last ones cut off",
        0.8,
        {
            "executor": "per-vu-iterations",
            "vus": 3,
            "iterations": 6,
            "maxDuration": "2.8s",
            "gracefulStop": "100ms",
        },
        {"vus": 3, "iterations_per_vu": 6, "max_duration": "2800ms", "graceful_stop": "100ms"},
    ),
    _one(
        "constant-arrival-rate",
        0.4,
        {"executor": "constant-arrival-rate", "rate": 10, "duration": "5.05s", "preAllocatedVUs": 10},
        {"rate": "10/s", "duration": "5050ms", "pre_allocated_vus": 10, "max_vus": 10},
    ),
    _one(
        "constant-arrival-rate, too few users: starts are dropped",
        0.7,
        {"executor": "constant-arrival-rate", "rate": 5, "duration": "4.9s", "preAllocatedVUs": 2},
        {"rate": "5/s", "duration": "4900ms", "pre_allocated_vus": 2, "max_vus": 2},
    ),
    _one(
        "ramping-arrival-rate: ramp up, hold, jump down, ramp down",
        0.4,
        {
            "executor": "ramping-arrival-rate",
            "stages": _stages(("1.7s", 10), ("1.5s", 10), ("0s", 4), ("1.2s", 4), ("1s", 0)),
            "preAllocatedVUs": 10,
        },
        {
            "rate_stages": "1700ms:10/s, 1500ms:10/s, 0s:4/s, 1200ms:4/s, 1s:0",
            "pre_allocated_vus": 10,
            "max_vus": 10,
        },
    ),
    _one(
        "ramping-arrival-rate, cut off by its graceful stop",
        0.7,
        {
            "executor": "ramping-arrival-rate",
            "startRate": 6,
            "stages": _stages(("2.05s", 20)),
            "preAllocatedVUs": 20,
            "gracefulStop": "200ms",
        },
        {
            "start_rate": "6/s",
            "rate_stages": "2050ms:20/s",
            "pre_allocated_vus": 20,
            "max_vus": 20,
            "graceful_stop": "200ms",
        },
    ),
    Case(
        "two scenarios, one of which starts later",
        0.6,
        {
            "first": {"executor": "constant-vus", "vus": 2, "duration": "3.2s"},
            "later": {
                "executor": "constant-arrival-rate",
                "startTime": "1.5s",
                "rate": 4,
                "duration": "2.1s",
                "preAllocatedVUs": 6,
            },
        },
        {
            "first": {"vus": 2, "duration": "3200ms"},
            "later": {"start_at": "1500ms", "rate": "4/s", "duration": "2100ms", "max_vus": 6},
        },
    ),
    _one(
        "constant-vus with a shortest time of iterations",
        0.3,
        {"executor": "constant-vus", "vus": 3, "duration": "4.7s"},
        {"vus": 3, "duration": "4700ms"},
        shortest=1.0,
    ),
)
