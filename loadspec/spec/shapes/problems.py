"""What is wrong with the keys of a load, durations aside: they are checked with all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from loadspec.load import (
    RateStage,
    Stage,
    StageError,
    parse_arrivals,
    parse_rate,
    parse_rate_stages,
    parse_stages,
)
from loadspec.spec.shapes.build import MAX_STAGES, read_rate_stages, read_stages
from loadspec.spec.shapes.keys import MAX_VUS, OPEN, OPEN_SETTINGS, SHAPES

if TYPE_CHECKING:
    from loadspec.spec.diagnostics import Path


class Problem(Struct, frozen=True):
    """Something wrong with a shape: at `path`, at a character of its text, or (offset None) at its key."""

    path: Path
    code: str
    message: str
    help: str = ""
    offset: int | None = None


Found = Iterator[Problem]


def problems(document: Mapping[str, Any]) -> list[Problem]:
    """All that is wrong with the load of a document."""
    return [
        *_beside_another(document),
        *_without_shape(document),
        *_stage_problems(document),
        *_rate_problems(document),
        *_counts(document),
    ]


_PAIRS = ({"iterations", "duration"}, {"iterations_per_vu", "duration"}, {"rate", "duration"}, {"trace", "duration"})
"""Shapes that say one thing together."""


def _beside_another(document: Mapping[str, Any]) -> Found:
    given = [key for key in SHAPES if key in document]
    if set(given) in _PAIRS or not given:
        if "duration" in given and "max_duration" in document and not {*given} & {*OPEN}:
            yield _clash("max_duration", "duration")
    else:
        first = next((key for key in given if key in OPEN and "stages" not in given), given[0])
        yield from (_clash(key, first) for key in given if key != first and {key, first} not in _PAIRS)
    opened = next((key for key in OPEN if key in document), None)
    if opened is not None and "vus" in document:
        message = f"`vus` has no meaning beside `{opened}`, which takes as many users as it needs"
        yield Problem(
            ("vus",),
            "LS031",
            message,
            "remove it; `max_vus` is the most that may be busy at once, and users that loop have a `duration`",
        )
    if given == ["rate"]:
        help = "for example duration: 1m; what changes the rate over time is `rate_stages`"
        yield Problem(("rate",), "LS031", "`rate` needs `duration`: how long iterations start at it", help)


def _clash(key: str, first: str) -> Problem:
    help = "keep one of the two"
    stages = next((each for each in ("stages", "rate_stages") if each in (key, first)), None)
    if stages and "duration" in (key, first):
        help = "the stages say how long they take: remove `duration`"
    return Problem((key,), "LS031", f"`{key}` stands beside `{first}`, and a test has one load shape", help)


def _without_shape(document: Mapping[str, Any]) -> Found:
    for keys, shapes, where, help in (
        (("start_vus", "graceful_ramp_down"), ("stages",), "`stages`", "add `stages`, or remove it"),
        (("start_rate",), ("rate_stages",), "`rate_stages`", "add `rate_stages`, or remove it"),
        (
            ("max_duration",),
            ("iterations", "iterations_per_vu"),
            "iterations",
            "use `duration`, or say how many `iterations`",
        ),
        (("arrivals",), ("rate", "rate_stages"), "a rate", "add `rate` and `duration`, or `rate_stages`, or remove it"),
        (OPEN_SETTINGS, OPEN, "a rate", "add `rate` and `duration`, or `rate_stages`, or remove it"),
    ):
        if not any(shape in document for shape in shapes):
            for key in keys:
                if key in document:
                    yield Problem((key,), "LS031", f"`{key}` has no meaning without {where}", help)


class _Ramp(NamedTuple):
    """How the stages of a key are read, how high they may go, and the word for what they lead to."""

    key: str
    parse: Callable[[str], tuple[Stage | RateStage, ...]]
    read: Callable[[Any], tuple[Stage | RateStage, ...]]
    most: float
    word: str


_RAMPS = (
    _Ramp("stages", parse_stages, read_stages, MAX_VUS, "users"),
    _Ramp("rate_stages", parse_rate_stages, read_rate_stages, float("inf"), "iterations a second"),
)


def _stage_problems(document: Mapping[str, Any]) -> Found:
    for ramp in _RAMPS:
        value = document.get(ramp.key)
        items = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        found: list[Problem] = []
        for index, item in items:
            path: Path = (ramp.key,) if index is None else (ramp.key, index)
            if isinstance(item, str):
                found += _text_problems(item, path, ramp)
            elif ramp.key == "rate_stages" and isinstance(item, Mapping):
                found += _rate_problem((*path, "target"), item.get("target"))
        if not found and _total(value, ramp) == 0:
            found.append(Problem((ramp.key,), "LS030", "the stages take no time at all", "give one a duration", None))
        yield from found


def _text_problems(text: str, path: Path, ramp: _Ramp) -> Found:
    """Every stage by itself, so that one bad one hides no other."""
    if (count := text.count(",") + 1) > MAX_STAGES:
        yield Problem(path, "LS016", f"{count} stages are more than {MAX_STAGES}", "a ramp needs only its corners", 0)
        return
    start = 0
    for part in text.split(","):
        try:
            (stage,) = ramp.parse(part)
            if stage.target > ramp.most:
                at = start + part.rindex(":") + 1
                yield Problem(path, "LS016", f"{stage.target} {ramp.word} are more than {ramp.most}", "", at)
        except StageError as error:
            yield Problem(path, "LS030", error.message, error.hint, start + error.offset)
        start += len(part) + 1


def _total(value: Any, ramp: _Ramp) -> float | None:
    """Seconds of all stages, None where they cannot be read."""
    try:
        return sum(stage.duration for stage in ramp.read(value))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _rate_problems(document: Mapping[str, Any]) -> Found:
    for key in ("rate", "start_rate"):
        yield from _rate_problem((key,), document.get(key), zero=key != "rate")
    arrivals = document.get("arrivals")
    if isinstance(arrivals, str):
        try:
            parse_arrivals(arrivals)
        except ValueError as error:
            yield Problem(("arrivals",), "LS016", str(error), "", 0)


def _rate_problem(path: Path, value: Any, zero: bool = True) -> Found:
    """A text that must be a rate; what is no text is the schema's matter."""
    if not isinstance(value, str):
        return
    try:
        rate = parse_rate(value)
    except ValueError as error:
        yield Problem(path, "LS058", str(error), "", 0)
    else:
        if rate == 0 and not zero:
            yield Problem(path, "LS016", "nothing starts at a rate of 0", "for example 10/s", 0)


def _counts(document: Mapping[str, Any]) -> Found:
    vus, iterations = document.get("vus"), document.get("iterations")
    if isinstance(vus, int) and isinstance(iterations, int) and 0 < iterations < vus:
        message = f"{vus} users cannot share {iterations} iterations: some would have none"
        yield Problem(("iterations",), "LS016", message, f"at least {vus}, or fewer `vus`")
    before, most = document.get("pre_allocated_vus"), document.get("max_vus")
    if isinstance(before, int) and isinstance(most, int) and before > most > 0:
        message = f"{before} users made before the load are more than `max_vus`, {most}"
        yield Problem(("pre_allocated_vus",), "LS016", message, f"at most {most}, or a larger `max_vus`")
