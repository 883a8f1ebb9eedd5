"""Steps of one name, where somebody asks for the outcome of one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.semantics.lints.facts import Facts, mentioned
from loadspec.spec.semantics.steps import step_name
from loadspec.spec.tree import below, flows

Found = Iterator[Diagnostic]
Named = list[tuple[str, Path, Mapping[str, Any]]]


def ambiguous_steps(facts: Facts) -> Found:
    """`steps.NAME` or `since('NAME')` behind two steps of that name that can both have run."""
    for path, steps in flows(facts.document):
        named = [(step_name(step), place, step) for place, step in below(path, steps)]
        seconds = _seconds(named)
        seen: dict[Path, frozenset[str]] = {}
        for name, (position, first) in seconds.items():
            place, step = named[position][1:]
            user = next((other for other in named[position + 1 :] if _asks(facts, other, name, seen)), None)
            if user is None:
                continue
            key = next(key for key in ("name", "call", "poll") if key in step)
            message = f"another step is called `{name}`, and `steps.{name}` is the last of them that ran"
            help = f"give this one a `name` of its own: a later step asks for the outcome of `{name}`"
            earlier = facts.places.value((*first, key), "LS019", message)
            found = facts.places.value((*place, key), "LS019", message, help=help, level="warning")
            if (earlier.file, earlier.line, earlier.column) == (found.file, found.line, found.column):
                continue  # one fragment, used twice
            home = "" if earlier.file == found.file else f"{earlier.file}, "
            yield replace(found, label=f"the first is in {home}line {earlier.line}" if earlier.line else "")


def _seconds(named: Named) -> dict[str, tuple[int, Path]]:
    """Name → position of the first step that has the name of an earlier one, and that one's path."""
    first: dict[str, Path] = {}
    found: dict[str, tuple[int, Path]] = {}
    for position, (name, path, _) in enumerate(named):
        if not name:
            continue
        if name in first and name not in found and not _exclusive(first[name], path):
            found[name] = (position, first[name])
        first.setdefault(name, path)
    return found


def _exclusive(one: Path, two: Path) -> bool:
    """Whether two steps stand in branches of which only one is run."""
    for depth, (a, b) in enumerate(zip(one, two, strict=False)):
        if a != b:
            return {str(a), str(b)} <= {"then", "elif", "else"} or one[depth - 1] in ("choose", "elif")
    return False


def _asks(
    facts: Facts, other: tuple[str, Path, Mapping[str, Any]], name: str, seen: dict[Path, frozenset[str]]
) -> bool:
    """Whether a step asks for the outcome of the one of that name; `seen` keeps the words of what was looked at."""
    _, path, step = other
    endpoint = ("endpoints", str(step.get("call", step.get("poll"))))
    if endpoint not in seen:
        seen[endpoint] = mentioned(facts.endpoints.get(endpoint[1], {}), ("endpoints", ""))
    if path not in seen:
        seen[path] = mentioned(step, path)
    words = (seen[path], seen[endpoint])
    mentions_name, mentions_since = (any(word in each for each in words) for word in (name, "since"))
    return any(f"steps.{name}" in each for each in words) or (mentions_name and mentions_since)
