"""The parts of a load, as it was planned: the stages of a scenario, or of several scenarios which are on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

from loadspec.load import MIX
from loadspec.results.model import ScenarioInfo, StageInfo, loads_of
from loadspec.units import format_count

_REST = 0.5
"""Seconds behind the plan that are no part by themselves: the last snapshot comes a little later than the last user."""


class Part(Struct, frozen=True):
    """A stretch of the load in which the plan is one thing; `begin` and `end` are seconds of the load."""

    begin: float
    end: float
    label: str
    """In a word or three: `hold 10 users`, `browse + buy`."""
    where: str
    """As a sentence goes on: `in stage 3 of 4 (hold 10 users)`, `during browse and buy`; empty for a lone stage."""
    steady: bool = True
    """Whether the plan is level; while it ramps, figures of a whole part mean little."""


def parts_of(scenarios: Iterable[ScenarioInfo], end: float) -> list[Part]:
    """What the load of `end` seconds is made of, in the order of time; what never came is left out."""
    loads = [load for load in loads_of(scenarios) if load.stages]
    if len(loads) == 1:
        found = _stages(loads[0])
    else:
        found = _shared(loads)
    last = max((part.end for part in found), default=0.0)
    if found and end - last > _REST:
        found.append(Part(last, end, "graceful stop", "in the graceful stop", steady=False))
    return [_cut(part, end) for part in found if part.begin < min(part.end, end)]


def part_at(parts: Sequence[Part], t: float) -> Part | None:
    """The part that a moment lies in: at a border the later one, behind the last one the last."""
    return next((part for part in reversed(parts) if part.begin <= t), None)


def label_at(parts: Sequence[Part], t: float) -> str:
    """The label of that part; empty where there is none."""
    part = part_at(parts, t)
    return "" if part is None else part.label


def _cut(part: Part, end: float) -> Part:
    return Part(part.begin, min(part.end, end), part.label, part.where, part.steady)


def _stages(load: ScenarioInfo) -> list[Part]:
    unit = "/s" if load.rates else " users"
    many = len(load.stages)
    found = []
    for number, stage in enumerate(load.stages, 1):
        label = _label(stage, unit)
        where = f"in stage {number} of {many} ({label})" if many > 1 else ""
        found.append(Part(stage.begin, stage.end, label, where, stage.start == stage.target))
    return found


def _label(stage: StageInfo, unit: str) -> str:
    level = f"{format_count(round(stage.target, 2))}{unit}"
    level = level.removesuffix("s") if level == "1 users" else level
    return f"hold {level}" if stage.start == stage.target else f"ramp to {level}"


def _shared(loads: Sequence[ScenarioInfo]) -> list[Part]:
    """From each moment at which a scenario begins or ends to the next."""
    staged = [(MIX if load.in_mix else load.name, load.stages[0].begin, load.stages[-1].end, load) for load in loads]
    moments = {moment for _, first, last, _ in staged for moment in (first, last)}
    found = []
    for begin, end in pairwise(sorted(moments)):
        on = [(name, load) for name, first, last, load in staged if first <= begin < last]
        names = [name for name, _ in on]
        if len(on) == 1:
            found += [_within(names[0], stage, begin, end) for stage in _stages(on[0][1]) if stage.begin < end > begin]
        elif on:
            found.append(Part(begin, end, " + ".join(names), f"during {_listed(names)}"))
    return [part for part in found if part.begin < part.end]


def _within(name: str, stage: Part, begin: float, end: float) -> Part:
    """A stage of the one scenario that is on from `begin` to `end`; a lone stage is called after it."""
    span = max(begin, stage.begin), min(end, stage.end)
    if not stage.where:
        return Part(*span, name, f"during {name}", stage.steady)
    return Part(*span, f"{name}: {stage.label}", f"during {name}, {stage.where}", stage.steady)


def _listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
