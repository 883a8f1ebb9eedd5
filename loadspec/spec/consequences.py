"""One mistake is told once: what is wrong only because something else is, and mended with it, is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from loadspec.spec.diagnostics import Diagnostic, Path

_NAME = re.compile(r"`([^`]*)`")
_NEEDS = ("LS014", "LS017")
_SECTIONS = {
    "LS020": ("endpoints", ""),
    "LS021": ("metrics", ""),
    "LS022": ("pools", ""),
    "LS023": ("env", ""),
    "LS024": ("vars", "no variable"),
    "LS028": ("metrics", "there is no metric"),
    "LS032": ("target", "this path has no `target.base_url`"),
    "LS062": ("fragments", ""),
}
"""Code → the section that names stand in, and how its message begins where there are several kinds."""


def without_consequences(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings without those that another one explains."""
    found = list(found)
    meant: dict[Path, set[str]] = {}
    for each in found:
        if each.code == "LS012" and each.label:
            meant.setdefault(each.path[:-1], set()).update(_NAME.findall(each.label))
    no_mapping = {each.path[0] for each in found if each.code == "LS013" and len(each.path) == 1}
    kept = (each for each in found if not (_is_misspelt(each, meant) or _is_in_no_mapping(each, no_mapping)))
    return [*{_once(each): each for each in reversed([*kept])}.values()][::-1]


def _once(found: Diagnostic) -> tuple[str, ...]:
    """What is told of an endpoint's text for the first of the steps that call it need not be told for each."""
    message = "" if found.code == "LS052" else found.message
    return found.code, message, found.file, str(found.line), str(found.column)


def _is_misspelt(found: Diagnostic, meant: dict[Path, set[str]]) -> bool:
    """A key that is missing because it is written otherwise, which is told there."""
    return found.code in _NEEDS and bool(meant.get(found.path, set()).intersection(_NAME.findall(found.message)))


def _is_in_no_mapping(found: Diagnostic, sections: set[str | int]) -> bool:
    """A name that is unknown because its section is no mapping."""
    section, start = _SECTIONS.get(found.code, ("", ""))
    return section in sections and found.message.startswith(start)
