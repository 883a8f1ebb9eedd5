"""Steps of which it is not known what they do, and what can only be missed because of them.

Such a step may capture what an endpoint captures, and be called as one is: who misses that further on is not told of
it. What stands before it, in another branch or in another flow misses it all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from msgspec import Struct

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.grammar import ACTIONS
from loadspec.spec.tree import children, flows

MAX_LOOKED_AT = 20
"""So many lost steps, and steps that capture a name, and five times as many that use it: who misses more is told."""

_CAPTURE = r"nothing is called `(\w+)`|`(\w+)` (?:is captured|may have no value)"
_SETUP = r"setup captures no `(\w+)`"
_STEP = r"no step of .* is called `(\w+)`|step `(\w+)` comes only later"
_FROM_STEPS = ("LS024", "LS025", "LS039", "LS052")
_LOAD = ("flow", "scenarios")
_BESIDE = ("choose", "elif", "parallel")
"""Lists of which the items do not follow one another."""
_AFTERWARDS = ("checks", "record", "classify", "until", "fail_when")
"""Keys of a step that look at what it did itself."""

Step = tuple[Path, Any]
T = TypeVar("T")


class Lost(Struct, frozen=True):
    """The steps of a document, and those that are lost."""

    endpoints: Mapping[str, Any]
    asking: Mapping[str, list[Path]]
    """Endpoint → the steps that call it."""
    owners: Mapping[str, list[str]]
    """Capture → the endpoints that have it."""
    own: Mapping[str, list[Path]]
    """Capture → the steps that have it themselves."""
    lost: tuple[Step, ...]
    has_load: bool

    @classmethod
    def of(cls, document: Any, found: Iterable[Diagnostic]) -> Lost:
        """Of a document, if any finding may come from a lost step: what is too large has none, and is not walked."""
        if not isinstance(document, Mapping) or all(each.code not in (*_FROM_STEPS, "LS045") for each in found):
            document = {}
        endpoints = document.get("endpoints")
        endpoints = endpoints if isinstance(endpoints, Mapping) else {}
        steps = [each for path, several in flows(document) for each in _all(path, several)]
        return cls(
            endpoints,
            _grouped((_asks(step), path) for path, step in steps),
            _grouped((name, each) for each, endpoint in endpoints.items() for name in _capture(endpoint)),
            _grouped((name, path) for path, step in steps for name in _capture(step)),
            tuple(each for each in steps if _is_lost(each[1], endpoints))[:MAX_LOOKED_AT],
            any(path[0] in _LOAD for path, _ in flows(document)),
        )

    def explain(self, found: Diagnostic) -> bool:
        """Would a finding not be there if each lost step did what is missed?"""
        if found.code == "LS045":
            return not found.message.startswith("no answer has status") and self._may_sample(found)
        if not self.lost or found.code not in _FROM_STEPS:
            return False
        if name := _named(_SETUP, found):
            return any(path[0] == "setup" and self._may_capture(step, name) for path, step in self.lost)
        if name := _named(_STEP, found):
            ways = [path for path, step in self.lost if self._may_be_called(step, name)]
            uses = self._uses(found.path)
            return bool(uses) and all(any(is_before(way, use) for way in ways) for use in uses)
        name = _named(_CAPTURE, found)
        return bool(name) and self._is_captured(name, found)

    def _may_sample(self, found: Diagnostic) -> bool:
        """Is there no load, or a lost step in it? One that only names no endpoint is no group."""
        load = [step for path, step in self.lost if path[0] in _LOAD]
        only_calls = all(isinstance(step, Mapping) and {"call", "poll"} & step.keys() for step in load)
        return not self.has_load or (bool(load) and not (only_calls and "`group`" in found.message))

    def _is_captured(self, name: str, found: Diagnostic) -> bool:
        """May each step that uses the name come after one that captures it?"""
        ways = [path for path, step in self.lost if self._may_capture(step, name)]
        if not ways:
            return False
        uses = self._uses(found.path)
        captured: list[Path] = []
        if found.level == "error":
            asked = [path for owner in self.owners.get(name, ()) for path in self.asking.get(owner, ())]
            captured = [*self.own.get(name, ()), *asked][:MAX_LOOKED_AT]
        by_lost = any(is_before(way, use) for way in ways for use in uses)
        return by_lost and all(any(is_before(way, use) for way in (*ways, *captured)) for use in uses)

    def _uses(self, path: Path) -> list[Path]:
        """Where a text is used: what an endpoint holds, in the steps that call it. None if there are too many."""
        if path[:1] == ("endpoints",):
            uses = self.asking.get(str(path[1]), [])
        elif path[:1] == ("target",):
            uses = [use for name in self.endpoints for use in self.asking.get(name, ())]
        else:
            uses = [path]
        return uses if len(uses) <= 5 * MAX_LOOKED_AT else []

    def _may_capture(self, step: Any, name: str) -> bool:
        return name in _capture(step) or name in self.owners

    def _may_be_called(self, step: Any, name: str) -> bool:
        own = step.get("name") if isinstance(step, Mapping) else None
        return name == own if isinstance(own, str) else name in self.endpoints


def is_before(step: Path, use: Path) -> bool:
    """Is a step done by the time that something at a path is used?"""
    for at, (one, other) in enumerate(zip(step, use, strict=False)):
        if one != other:
            follow = isinstance(one, int) and isinstance(other, int) and step[at - 1] not in _BESIDE
            return follow and one < other  # type: ignore[operator]
    return len(use) > len(step) and use[len(step)] in _AFTERWARDS


def _all(path: Path, steps: list[Any]) -> Iterator[Step]:
    """Every step of a list, whatever it is."""
    for index, step in enumerate(steps):
        yield (*path, index), step
        for inner, nested in children(step) if isinstance(step, Mapping) else ():
            yield from _all((*path, index, *inner), nested)


def _is_lost(step: Any, endpoints: Mapping[str, Any]) -> bool:
    """Does a step do nothing, two things, or ask nobody?"""
    actions = [key for key in ACTIONS if key in step] if isinstance(step, Mapping) else []
    return len(actions) != 1 or (actions[0] in ("call", "poll") and _asks(step) not in endpoints)


def _asks(step: Any) -> str:
    """The endpoint that a step names."""
    name = step.get("call", step.get("poll")) if isinstance(step, Mapping) else None
    return name if isinstance(name, str) else ""


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    grouped: dict[str, list[T]] = {}
    for name, each in pairs:
        grouped.setdefault(name, []).append(each)
    return grouped


def _capture(owner: Any) -> Mapping[str, Any]:
    capture = owner.get("capture") if isinstance(owner, Mapping) else None
    return capture if isinstance(capture, Mapping) else {}


def _named(pattern: str, found: Diagnostic) -> str:
    match = re.match(pattern, found.message)
    return next(filter(None, match.groups()), "") if match else ""
