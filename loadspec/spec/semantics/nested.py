"""Steps that hold steps or wait for others: what the schema cannot say about them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path, listed
from loadspec.spec.places import Places
from loadspec.spec.semantics.durations import check_duration, check_think
from loadspec.spec.semantics.names import RESERVED
from loadspec.spec.semantics.values import listing, mapping
from loadspec.spec.tree import below, children, flows

Raw = Mapping[str, Any]
Found = Iterator[Diagnostic]

_LOOPS = ("times", "over", "while")


def conditions(step: Raw) -> Iterator[tuple[Path, Any, bool]]:
    """The expressions that say whether and how often: (path below the step, value, whether passes went before)."""
    if "if" in step:
        yield ("if",), step["if"], False
        for index, row in enumerate(listing(step, "elif")):
            if isinstance(row, Mapping):
                yield ("elif", index, "if"), row.get("if"), False
    how = step.get("repeat")
    if isinstance(how, Mapping):
        yield from ((("repeat", key), how[key], key == "while") for key in _LOOPS if key in how)
    else:
        yield ("repeat",), how, False


def check_nested(
    step: Raw, path: Path, places: Places, captured: Callable[[Raw], frozenset[str]], taken: frozenset[str]
) -> Found:
    """What is wrong with the step itself, those inside it aside. `taken` are the names of captures before it."""
    if "if" in step:
        yield from _conditions(step, path, places)
    if isinstance(step.get("repeat"), Mapping):
        yield from check_constant(
            places, (*path, "repeat", "while"), step["repeat"].get("while"), "the steps below are"
        )
        yield from _repeat(step["repeat"], (*path, "repeat"), places, taken)
    if "choose" in step:
        yield from _choose(step, path, places)
    if "parallel" in step:
        yield from _parallel(step, path, places, captured)


def _conditions(step: Raw, path: Path, places: Places) -> Found:
    rows = [(place, value) for place, value, _ in conditions(step) if place[-1] == "if"]
    for number, (place, value) in enumerate(rows):
        later = number + 1 < len(rows) or "else" in step
        yield from check_constant(
            places, (*path, *place), value, "the steps below are", "the branches after it are" if later else ""
        )


def check_constant(places: Places, path: Path, value: Any, never: str, always: str = "") -> Found:
    """A condition that says the same every time. `never` and `always` say what is then not reached."""
    holds = {"true": True, "false": False}.get(str(value).strip().lower()) if isinstance(value, str | bool) else None
    if holds is None or (holds and not always):
        return
    message = (
        f"this condition always holds: {always} never reached" if holds else f"this never holds: {never} never reached"
    )
    help = "write a condition that can change, or leave out what it guards"
    yield places.value(path, "LS055", message, level="warning", help=help)


def _repeat(how: Raw, path: Path, places: Places, taken: frozenset[str]) -> Found:
    given = [key for key in _LOOPS if key in how]
    for key in given[1:]:
        message = f"a `repeat` has one of {listed(_LOOPS)}, and this one has `{given[0]}` already"
        yield places.key((*path, key), "LS017", message, help="keep one of the two; `at_most` bounds each of them")
    if not given:
        help = "for example {times: 3}, {over: items, as: item}, {while: defined(next_page), at_most: 50}"
        yield places.value(path, "LS014", f"a `repeat` needs one of {listed(_LOOPS)}", help=help)
    if given == ["while"] and "at_most" not in how:
        message = "a `while` needs `at_most`: a condition that never turns false would hold its user for ever"
        yield places.key((*path, "while"), "LS053", message, help="for example at_most: 50")
    if "as" in how and "over" not in how:
        help = "`index` names the number of the pass"
        yield places.key((*path, "as"), "LS017", "`as` names the items of `over`, and there is no `over`", help=help)
    if isinstance(how.get("index"), str) and how["index"] == how.get("as"):
        message = f"`{how['index']}` cannot name both the item and its number"
        yield places.value((*path, "index"), "LS035", message, help="choose another name")
    for key in ("as", "index"):
        name = how.get(key)
        if isinstance(name, str) and (name in RESERVED or name in taken):
            what = "the name has a meaning" if name in RESERVED else "a capture before it has that name"
            help = f"choose another name, for example my_{name}"
            yield places.value((*path, key), "LS035", f"`{name}` cannot name something here: {what}", help=help)


def _choose(step: Raw, path: Path, places: Places) -> Found:
    rows = [(index, row) for index, row in enumerate(listing(step, "choose")) if isinstance(row, Mapping)]
    idle = [index for index, row in rows if row.get("weight") == 0]
    if idle and len(idle) == len(rows):
        message = "no branch has a weight above 0: none could be drawn"
        yield places.value((*path, "choose", idle[0], "weight"), "LS054", message, help="for example weight: 1")
        return
    for index in idle:
        message = "a branch of weight 0 is never drawn: its steps are never reached"
        help = "give it a weight, or leave it out"
        yield places.value((*path, "choose", index, "weight"), "LS055", message, level="warning", help=help)


def _parallel(step: Raw, path: Path, places: Places, captured: Callable[[Raw], frozenset[str]]) -> Found:
    """Two branches that capture the same name: which one is last is up to chance."""
    first: dict[str, int] = {}
    for index, branch in enumerate(listing(step, "parallel")):
        names = frozenset().union(*(captured(inner) for _, inner in below((), [branch])))
        for name in sorted(names):
            if first.setdefault(name, index) != index:
                message = (
                    f"`{name}` is captured here and in branch {first[name] + 1}: which value stays is up to chance"
                )
                help = "give each branch a name of its own: capture: {other_name: ...}"
                yield places.key((*path, "parallel", index), "LS056", message, level="warning", help=help)


def check_meeting(step: Raw, path: Path, places: Places, users: int | None, where: str) -> Found:
    """A rendezvous of more users than there are. `users` is the most there can be, None if that is not known."""
    meeting = mapping(step, "wait_until")
    wanted = meeting.get("users")
    if not isinstance(users, int) or not isinstance(wanted, int) or wanted <= users:
        return
    have = "one user" if users == 1 else f"{users} users at most"
    message = f"{wanted} users never meet here: {where} has {have}"
    help = "each waits for its timeout, and the step is not ok; ask for fewer, or let the load have more"
    yield places.value((*path, "wait_until", "users"), "LS057", message, level="warning", help=help)


def group_tags(document: Raw) -> list[str]:
    """The values that the tag `group` can have under load."""
    found: dict[str, None] = {}

    def gather(steps: list[Any], outer: str) -> None:
        for step in steps:
            if isinstance(step, Mapping) and isinstance(step.get("group"), str):
                found[f"{outer}::{step['group']}"] = None
            for inner, several in children(step) if isinstance(step, Mapping) else ():
                row = step["choose"][inner[1]] if inner[0] == "choose" else step
                name = row.get("name") if inner[0] == "choose" else row.get("group")
                group = f"{outer}::{name}" if name else outer
                found[group] = None
                gather(several, group)

    for path, steps in flows(document):
        if path[0] in ("flow", "scenarios"):
            gather(steps, "")
    return [group for group in found if group]


def check_times(places: Places, path: Path, step: Raw) -> Found:
    """The durations of a step, those of requests aside."""
    yield from check_think(places, (*path, "think"), step.get("think"))
    yield from check_think(places, (*path, "pace"), step.get("pace"))
    for key, name, zero in (
        ("wait_until", "timeout", False),
        ("run", "every", False),
        ("retry", "delay", True),
        ("retry", "max", False),
        ("backoff", "max", False),
    ):
        yield from check_duration(places, (*path, key, name), mapping(step, key).get(name), zero=zero)
    for index, row in enumerate(listing(mapping(step, "retry"), "on")):
        if isinstance(row, str) and re.fullmatch(r"\d{3}-\d{3}", row) and row[:3] > row[4:]:
            message = f"`{row}` runs backwards: the smaller status comes first"
            yield places.value((*path, "retry", "on", index), "LS016", message)
