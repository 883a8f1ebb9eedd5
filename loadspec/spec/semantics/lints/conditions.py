"""Conditions that YAML reads as a number or truth value, and the same condition twice.

What an expression's text says of itself is checked with it; steps that are never reached are told by `nested`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from loadspec.spec.diagnostics import Diagnostic, Level, Path
from loadspec.spec.semantics.lints.facts import Facts
from loadspec.spec.semantics.names import ANSWER
from loadspec.spec.semantics.values import listing, mapping

Found = Iterator[Diagnostic]


class Condition(NamedTuple):
    """A condition and the key that it stands at; `name` is a check's."""

    key: str
    path: Path
    value: Any
    name: str = ""


def constant_conditions(facts: Facts) -> Found:
    """`status: 200` among checks is no comparison: it holds whatever comes."""
    for condition in _conditions(facts):
        value = condition.value
        if not isinstance(value, bool | int | float):
            continue
        said = _SAID[condition.key, bool(value)]
        level: Level = "warning" if isinstance(value, bool) else "error"  # `true` was written on purpose
        yield facts.places.value(condition.path, "LS047", said, help=_help(condition), level=level)


_SAID = {
    ("checks", True): "this check always holds: it looks at nothing of the answer",
    ("checks", False): "this check never holds: it looks at nothing of the answer",
    ("until", True): "this always holds: the poll is over with its first answer",
    ("until", False): "this never holds: only its timeout ends the poll",
    ("fail_when", True): "this always holds: the poll fails with its first answer",
    ("fail_when", False): "this never holds: it ends no poll",
    ("classify", True): "this always holds: no row after it is ever reached",
    ("classify", False): "this never holds: the row counts nothing",
}
"""(key, truth) → what follows."""


def unasked_conditions(facts: Facts) -> Found:
    """`until: status == 503`: what a poll rides out is not asked, so that this never holds."""
    for path, step in facts.all_steps:
        if "poll" not in step:
            continue
        if "expected_statuses" in step or "expected_statuses" in mapping(facts.endpoints, str(step["poll"])):
            continue  # then such a status may be an answer
        for key, (pattern, message, help) in _UNASKED.items():
            text = str(step.get(key, ""))
            found = re.search(pattern, text)
            if found is None:
                continue
            said, help, at = message.format(found[0]), help.format(found[1]), found.start()
            yield facts.places.text((*path, key), text, at, "LS047", said, len(found[0]), help=help, level="warning")


_UNASKED = {
    "until": (
        r"\bstatus == (429|5\d\d)\b",
        "`{0}` never holds: a poll rides out 429 and 5xx",
        "where this status is an answer, say so: expected_statuses: [{0}]",
    ),
    "fail_when": (
        r"\bstatus == (0)\b",
        "`{0}` never holds: a poll rides out requests without an answer",
        "what ends the poll then is its `timeout`",
    ),
}
"""Key → what is never asked in it, why, and a way out."""


def _help(condition: Condition) -> str:
    value = condition.value
    if not isinstance(value, bool):
        name = condition.name if condition.name in ANSWER else "status"
        return f"write {name} == {value}"
    return "for example json.status == 'done'" if condition.key in ("until", "fail_when") else ""


def _conditions(facts: Facts) -> Iterator[Condition]:
    for name, endpoint in facts.endpoints.items():
        yield from _checks(endpoint, ("endpoints", name))
    for path, step in facts.all_steps:
        yield from _checks(step, path)
        for key in ("until", "fail_when"):
            if key in step:
                yield Condition(key, (*path, key), step[key])
        for index, row in _rows(step, "classify", "when"):
            yield Condition("classify", (*path, "classify", index, "when"), row["when"])


def _checks(owner: Mapping[str, Any], path: Path) -> Iterator[Condition]:
    for name, value in mapping(owner, "checks").items():
        place = (*path, "checks", name)
        if isinstance(value, Mapping):
            if "expression" in value:
                yield Condition("checks", (*place, "expression"), value["expression"], name)
        else:
            yield Condition("checks", place, value, name)


def _rows(step: Mapping[str, Any], key: str, needed: str) -> list[tuple[int, Mapping[str, Any]]]:
    return [row for row in enumerate(listing(step, key)) if isinstance(row[1], Mapping) and needed in row[1]]


def repeated_conditions(facts: Facts) -> Found:
    """A condition that an earlier branch or row has taken already."""
    for path, step in facts.all_steps:
        branches = [((*path, "if"), step["if"])] if "if" in step else []
        branches += [((*path, "elif", index, "if"), row["if"]) for index, row in _rows(step, "elif", "if")]
        rows = [((*path, "classify", index, "when"), row["when"]) for index, row in _rows(step, "classify", "when")]
        yield from _again(facts, branches, "branch")
        yield from _again(facts, rows, "row")


def _again(facts: Facts, conditions: list[tuple[Path, Any]], what: str) -> Found:
    first: dict[str, Path] = {}
    for path, value in conditions:
        text = " ".join(str(value).split())
        if text in first:
            line = facts.places.value(first[text], "LS047", "").line
            message = f"this {what} is never reached: an earlier one has the same condition"
            label = f"first asked in line {line}" if line else ""
            yield facts.places.value(path, "LS047", message, label=label, level="warning")
        first.setdefault(text, path)
