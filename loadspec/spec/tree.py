"""The tree of steps: which keys of a step hold lists of steps, and a walk over all steps of a document.

Whatever looks at every step, looks through here; a kind of step with steps inside is one row of `CHILDREN`.
Documents may be malformed: what is no list or no mapping is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loadspec.spec.diagnostics import Path

Lists = Iterator["tuple[Path, list[Any]]"]
"""(path below the step, list of steps), in the order of the file."""


def _under(key: str) -> Callable[[Mapping[str, Any]], Lists]:
    def lists(step: Mapping[str, Any]) -> Lists:
        if isinstance(step.get(key), list):
            yield (key,), step[key]

    return lists


def _if(step: Mapping[str, Any]) -> Lists:
    yield from _THEN(step)
    yield from _in_rows(step, "elif", "then")
    yield from _ELSE(step)


def _in_rows(step: Mapping[str, Any], key: str, below: str) -> Lists:
    rows = step.get(key)
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, Mapping) and isinstance(row.get(below), list):
            yield (key, index, below), row[below]


_THEN, _ELSE = _under("then"), _under("else")

CHILDREN: dict[str, Callable[[Mapping[str, Any]], Lists]] = {
    "repeat": _under("steps"),
    "if": _if,
    "choose": lambda step: _in_rows(step, "choose", "steps"),
    "parallel": _under("parallel"),
    "group": _under("steps"),
}
"""Action key → the lists of steps that a step of this kind holds. Other kinds hold none."""

PHASES = ("setup", "flow", "teardown")


def children(step: Mapping[str, Any]) -> list[tuple[Path, list[Any]]]:
    """The lists of steps inside a step, with their paths below it."""
    return [found for action, lists in CHILDREN.items() if action in step for found in lists(step)]


def flows(document: Mapping[str, Any]) -> Lists:
    """Every list of steps of a document that is not inside a step: phases, scenarios' flows, fragments."""
    for phase in PHASES:
        if isinstance(document.get(phase), list):
            yield (phase,), document[phase]
    scenarios = document.get("scenarios")
    for name, scenario in scenarios.items() if isinstance(scenarios, Mapping) else ():
        if isinstance(scenario, Mapping) and isinstance(scenario.get("flow"), list):
            yield ("scenarios", name, "flow"), scenario["flow"]
    fragments = document.get("fragments")
    for name, steps in fragments.items() if isinstance(fragments, Mapping) else ():
        if isinstance(steps, list):
            yield ("fragments", name), steps


def below(path: Path, steps: list[Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every step of a list, with its path; a step comes before those inside it."""
    for index, step in enumerate(steps):
        if isinstance(step, Mapping):
            yield (*path, index), step
            for inner, nested in children(step):
                yield from below((*path, index, *inner), nested)


def walk(document: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every step of every flow of a document, with its path."""
    for path, steps in flows(document):
        yield from below(path, steps)


def load_endpoints(document: Mapping[str, Any]) -> list[str]:
    """The endpoints that steps of the load call or poll, in the file's order; of a document that may be malformed."""
    steps = [step for path, step in walk(document) if path[0] not in ("setup", "teardown")]
    called = {str(step.get("call", step.get("poll"))) for step in steps}
    endpoints = document.get("endpoints")
    return [name for name in endpoints if name in called] if isinstance(endpoints, Mapping) else []
