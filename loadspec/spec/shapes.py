"""Load shapes: the keys of a document → one of `loadspec.load`'s executors, by k6's shortcuts.

iterations (+vus, +duration as limit) shares iterations, iterations_per_vu gives each user its own, duration (+vus)
loops users, stages ramps them; nothing at all is one iteration of one user.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loadspec.load import (
    ConstantVus,
    LoadConfig,
    PerVuIterations,
    RampingVus,
    SharedIterations,
    Stage,
    StageError,
    parse_stages,
)
from loadspec.spec.diagnostics import Path
from loadspec.spec.grammar import MAX_VUS
from loadspec.units import parse_duration

SHAPES = ("stages", "iterations", "iterations_per_vu", "duration")
"""Any of these in a layer replaces the load of the layers below."""

COMPANIONS = ("start_vus", "graceful_ramp_down", "max_duration")
"""Settings of a shape; they go with it. `vus` and `graceful_stop` stay."""

LOAD_KEYS = (*SHAPES, *COMPANIONS, "vus")
"""Any of these gives a scenario a load of its own; `graceful_stop` at top level is for all scenarios."""

MAX_STAGES = 10_000

_GRACE = 30.0
_MAX_DURATION = 600.0


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a shape: at `path`, at a character of its text, or (offset None) at its key."""

    path: Path
    code: str
    message: str
    help: str = ""
    offset: int | None = None


def problems(document: Mapping[str, Any]) -> list[Problem]:
    """All that is wrong with the load of a document, durations aside: they are checked with all the others."""
    return [*_beside_another(document), *_without_shape(document), *_stage_problems(document), *_counts(document)]


def own_load(scenario: Mapping[str, Any]) -> list[str]:
    """The keys by which a scenario has a load of its own; none where it is one of the mix."""
    return [key for key in LOAD_KEYS if key in scenario]


def build_load(document: Mapping[str, Any]) -> LoadConfig:
    """The executor of a document without problems."""
    stop = _seconds(document, "graceful_stop", _GRACE)
    vus = document.get("vus", 1)
    if "stages" in document:
        ramp_down = _seconds(document, "graceful_ramp_down", _GRACE)
        return RampingVus(read_stages(document["stages"]), document.get("start_vus", vus), ramp_down, stop)
    limit = _seconds(document, "max_duration", _seconds(document, "duration", _MAX_DURATION))
    if "iterations_per_vu" in document:
        return PerVuIterations(vus, document["iterations_per_vu"], limit, stop)
    if "iterations" in document or "duration" not in document:
        return SharedIterations(vus, document.get("iterations", vus), limit, stop)
    return ConstantVus(vus, _seconds(document, "duration", 0.0), stop)


def read_stages(value: Any) -> tuple[Stage, ...]:
    """Stages as text, or a list of texts and {duration, target}. Raises StageError or ValueError."""
    if isinstance(value, str):
        if value.count(",") >= MAX_STAGES:
            raise ValueError("too many stages")
        return parse_stages(value)
    stages: list[Stage] = []
    for item in value:
        if isinstance(item, str):
            stages += parse_stages(item)
        else:
            stages.append(Stage(parse_duration(item["duration"]), item["target"]))
    return tuple(stages)


def _seconds(document: Mapping[str, Any], key: str, default: float) -> float:
    return parse_duration(document[key]) if key in document else default


def _beside_another(document: Mapping[str, Any]) -> list[Problem]:
    given = [key for key in SHAPES if key in document]
    if not given or given in (["iterations", "duration"], ["iterations_per_vu", "duration"]):
        both = "duration" in given and "max_duration" in document
        return [_clash("max_duration", "duration")] if both else []
    return [_clash(key, given[0]) for key in given[1:]]


def _clash(key: str, first: str) -> Problem:
    help = "keep one of the two"
    if "stages" in (key, first) and "duration" in (key, first):
        help = "the stages say how long they take: remove `duration`"
    return Problem((key,), "LS031", f"`{key}` stands beside `{first}`, and a test has one load shape", help)


def _without_shape(document: Mapping[str, Any]) -> list[Problem]:
    found = []
    if "stages" not in document:
        found += [
            Problem((key,), "LS031", f"`{key}` has no meaning without `stages`", "add `stages`, or remove it")
            for key in ("start_vus", "graceful_ramp_down")
            if key in document
        ]
    if "max_duration" in document and not {"iterations", "iterations_per_vu"} & document.keys():
        help = "use `duration`, or say how many `iterations`"
        found.append(Problem(("max_duration",), "LS031", "`max_duration` has no meaning without iterations", help))
    return found


def _stage_problems(document: Mapping[str, Any]) -> list[Problem]:
    value = document.get("stages")
    items = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
    found: list[Problem] = []
    for index, item in items:
        path: Path = ("stages",) if index is None else ("stages", index)
        if isinstance(item, str):
            found += _text_problems(item, path)
    if not found and _total(value) == 0:
        found.append(Problem(("stages",), "LS030", "the stages take no time at all", "give one a duration", None))
    return found


def _text_problems(text: str, path: Path) -> list[Problem]:
    """Every stage by itself, so that one bad one hides no other."""
    found: list[Problem] = []
    if (count := text.count(",") + 1) > MAX_STAGES:
        return [
            Problem(path, "LS016", f"{count} stages are more than {MAX_STAGES}", "a ramp needs only its corners", 0)
        ]
    start = 0
    for part in text.split(","):
        try:
            (stage,) = parse_stages(part)
            if stage.target > MAX_VUS:
                at = start + part.rindex(":") + 1
                found.append(Problem(path, "LS016", f"{stage.target} users are more than {MAX_VUS}", "", at))
        except StageError as error:
            found.append(Problem(path, "LS030", error.message, error.hint, start + error.offset))
        start += len(part) + 1
    return found


def _total(value: Any) -> float | None:
    """Seconds of all stages, None where they cannot be read."""
    try:
        return sum(stage.duration for stage in read_stages(value))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _counts(document: Mapping[str, Any]) -> list[Problem]:
    vus, iterations = document.get("vus"), document.get("iterations")
    if isinstance(vus, int) and isinstance(iterations, int) and 0 < iterations < vus:
        message = f"{vus} users cannot share {iterations} iterations: some would have none"
        return [Problem(("iterations",), "LS016", message, f"at least {vus}, or fewer `vus`")]
    return []
