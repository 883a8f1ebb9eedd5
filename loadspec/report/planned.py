"""What all scenarios together plan over time: users, starts a second, and what these add up to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf

from loadspec.results.model import ScenarioInfo, loads_of
from loadspec.results.now import level_at

Corners = Sequence[tuple[float, float]]
"""(seconds, height), straight between two; where it jumps there are two of one time."""


def planned_users(scenarios: Sequence[ScenarioInfo], end: float) -> Corners:
    """The planned users of all closed scenarios together, at each corner up to `end`."""
    return _summed([s.shape for s in loads_of(scenarios) if s.shape], end)


def planned_rates(scenarios: Sequence[ScenarioInfo], end: float) -> Corners:
    """The iterations a second that open models plan to start, likewise."""
    return _summed([s.rates for s in loads_of(scenarios) if s.rates], end)


def most_users(scenarios: Sequence[ScenarioInfo]) -> int:
    """The most users that are on at once: of closed scenarios as planned, of open models all that are possible."""
    return highest(_summed([s.shape or _possible(s) for s in loads_of(scenarios)], inf))


def highest(corners: Corners) -> int:
    """Of users."""
    return round(max((height for _, height in corners), default=0))


def area(corners: Corners) -> float:
    """Under the corners, by trapezia: of iterations a second, how many."""
    return sum((end - begin) * (low + high) / 2 for (begin, low), (end, high) in pairwise(corners))


def _possible(scenario: ScenarioInfo) -> Corners:
    return [(t, scenario.max_users) for t, _ in (*scenario.rates[:1], *scenario.rates[-1:])]


def _summed(shapes: Sequence[Corners], end: float) -> Corners:
    """Where one jumps, the height before and the one from then on."""
    times = sorted({min(t, end) for shape in shapes for t, _ in shape} | ({end} if shapes else set()))
    found: list[tuple[float, float]] = []
    for t in times:
        until = sum(level_at(shape, t, before=True) for shape in shapes)
        since = sum(level_at(shape, t) for shape in shapes)
        if t > times[0]:
            found.append((t, until))
        if t < end and (since != until or t == times[0]):
            found.append((t, since))
    return found
