"""Times that defeat each other, and loads that start nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.load import RampingArrivalRate, RampingVus
from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.semantics.lints.facts import Facts
from loadspec.spec.semantics.values import at, mapping
from loadspec.thresholds import SLOS, entries
from loadspec.units import format_duration, parse_duration, parse_duration_range

Found = Iterator[Diagnostic]

_PHASE_TIMEOUT = 60.0
_POLL_EVERY, _POLL_TIMEOUT = 1.0, 60.0


def loads(facts: Facts) -> Found:
    """A load that starts nothing, and aborts that come after its end."""
    for path, load in facts.built:
        if load.max_vus == 0 and isinstance(load, RampingVus):
            help = "give a stage users, or leave out `start_vus: 0`"
            message = "no stage has a user: this load makes no iteration"
            yield facts.places.key((*path, "stages"), "LS033", message, help=help)
        elif isinstance(load, RampingArrivalRate) and load.duration > 0 and load.planned == 0:
            message = f"nothing starts in {format_duration(load.duration)}: the rate makes less than one iteration"
            yield facts.places.key((*path, "rate_stages"), "LS033", message, help="give a stage a higher rate")
    end = _end(facts)
    for path, item in _long_forms(facts):
        yield from _options(facts, path, item, end)


def _end(facts: Facts) -> float:
    """Regular seconds of all loads together; 0 where one of them begins nobody knows when."""
    owners = [at(facts.document, path) for path, _ in facts.built]
    if any("after" in owner for owner in owners):
        return 0.0
    starts = [_seconds(owner.get("start_at")) or 0.0 for owner in owners]
    return max((start + load.duration for start, (_, load) in zip(starts, facts.built, strict=True)), default=0.0)


def _options(facts: Facts, path: Path, item: Mapping[str, Any], end: float) -> Found:
    """Options of a threshold that change nothing: `end` is that of the load, in seconds, 0 where nobody knows it."""
    aborts, after, window = item.get("abort") is True, _seconds(item.get("after")), _seconds(item.get("window"))
    if end and aborts and after is not None and after >= end:
        message = f"the load ends after {format_duration(end)}: this never aborts it"
        yield facts.places.value((*path, "after"), "LS033", message, level="warning")
    if end and window is not None and window > end:
        message = f"the load ends after {format_duration(end)}: this window never gets full"
        help = "a run that is shorter than the window is judged as a whole: leave it out, or make it shorter"
        yield facts.places.value((*path, "window"), "LS033", message, help=help, level="warning")
    for key in ("after", "grace"):
        if key in item and not aborts:
            message = f"`{key}` is about ending the run, and this threshold does not"
            yield facts.places.key(
                (*path, key), "LS033", message, help="add `abort: true`, or leave it out", level="warning"
            )


def _long_forms(facts: Facts) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for entry in entries(mapping(facts.document, "thresholds")):
        if isinstance(entry.item, Mapping):
            yield entry.path, entry.item
    for name, raw in mapping(facts.document, SLOS).items():
        if isinstance(raw, Mapping):
            yield (SLOS, name, "burn"), mapping(raw, "burn")


def waits(facts: Facts) -> Found:
    """Polls that ask once, waits that outlast their load or phase, limits that a smaller one hides."""
    for path, step in facts.all_steps:
        if "poll" in step:
            yield from _poll(facts, path, step)
        elif isinstance(step.get("timeout"), Mapping):
            yield from _limits(facts, (*path, "timeout"), step["timeout"])
        if "think" in step:
            yield from _think(facts, path, step["think"])
        if path[0] in ("setup", "teardown") and len(path) == 2:  # below `repeat` it means something
            yield from _once(facts, path, step)
    for name, endpoint in facts.endpoints.items():
        yield from _limits(facts, ("endpoints", name, "timeout"), mapping(endpoint, "timeout"))
    yield from _limits(facts, ("target", "timeout"), mapping(mapping(facts.document, "target"), "timeout"))


def _poll(facts: Facts, path: Path, step: Mapping[str, Any]) -> Found:
    every, timeout = _seconds(step.get("every", "1s")), _seconds(step.get("timeout", "60s"))
    if every is None or timeout is None or timeout == 0:
        return
    if every >= timeout:
        key = "every" if "every" in step else "timeout"
        message = f"this poll asks once: `every` ({format_duration(every)}) is not below `timeout` "
        message += f"({format_duration(timeout)})"
        help = "make `every` shorter or `timeout` longer; a single request is a `call`"
        yield facts.places.value((*path, key), "LS033", message, help=help, level="warning")
    limit = _seconds(facts.document.get(f"{path[0]}_timeout", f"{_PHASE_TIMEOUT:g}s"))
    if path[0] in ("setup", "teardown") and limit is not None and timeout > limit:
        message = f"{path[0]} ends after {format_duration(limit)}, and this poll may take {format_duration(timeout)}"
        key = "timeout" if "timeout" in step else "poll"
        help = f"write `{path[0]}_timeout: {step.get('timeout', '60s')}` or more at top level"
        yield facts.places.value((*path, key), "LS033", message, help=help, level="warning")


def _think(facts: Facts, path: Path, value: Any) -> Found:
    """Longer than the whole load, its grace included: nobody gets past it."""
    owner = path[:2] if path[0] == "scenarios" else ()
    ends = [load.end for place, load in facts.built if place in (owner, ())]
    if path[0] not in ("flow", "scenarios") or not ends:
        return
    try:
        low, _ = parse_duration_range(str(value))
    except ValueError:
        return
    if low >= max(ends):
        message = (
            f"nobody gets past this: the load, its `graceful_stop` included, ends after {format_duration(max(ends))}"
        )
        yield facts.places.value((*path, "think"), "LS033", message, level="warning")


def _once(facts: Facts, path: Path, step: Mapping[str, Any]) -> Found:
    """What says how often, where everything happens once."""
    for key in ("pace", "run"):
        if key in step and step[key] != "every_iteration":
            message = f"{path[0]} is run once: `{key}` changes nothing in it"
            yield facts.places.key((*path, key), "LS033", message, help="leave it out", level="warning")


def _limits(facts: Facts, path: Path, value: Mapping[str, Any]) -> Found:
    total = _seconds(value.get("total"))
    for key in ("connect", "first_byte"):
        part = _seconds(value.get(key))
        if total is not None and part is not None and part > total:
            message = f"`{key}` is never reached: `total` ends the exchange after {format_duration(total)}"
            yield facts.places.value((*path, key), "LS033", message, level="warning")


def _seconds(value: Any) -> float | None:
    if not isinstance(value, str):
        return None
    try:
        return parse_duration(value)
    except ValueError:
        return None
