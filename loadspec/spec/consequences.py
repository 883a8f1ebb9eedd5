"""One mistake is told once: what is wrong only because something else is, and mended with it, is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.lost import Lost
from loadspec.spec.places import COMMA

_NAME = re.compile(r"`([^`]*)`")
_WORD = r"[\w-]+"
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


class _Causes(Struct, frozen=True):
    """What explains others: a key that means another one, a section that cannot be read, a step that is lost."""

    meant: Mapping[Path, set[str]]
    """Where a key is unknown → the keys that are meant."""
    unread: frozenset[str]
    """Sections of which no name is known."""
    unnamed: frozenset[str]
    """What is declared by a name that cannot be one."""
    unasked: frozenset[str]
    """Metrics that are meant by a name that is none."""
    no_alias: frozenset[tuple[str, int, int]]
    """Where an alias stands that means nothing."""
    cut: tuple[Diagnostic, ...]
    """Values that a comma in brackets cuts off: the rest looks like a key."""
    lost: Lost

    @classmethod
    def of(cls, found: list[Diagnostic], document: Any) -> _Causes:
        meant: dict[Path, set[str]] = {}
        for each in found:
            if each.code == "LS012" and each.label:
                meant.setdefault(each.path[:-1], set()).update(_NAME.findall(each.label))
        unread = {each.path[0] for each in found if each.code == "LS013" and len(each.path) == 1} | meant.get((), set())
        if "base_url" in meant.get(("target",), ()):
            unread.add("target")
        return cls(
            meant,
            frozenset(map(str, unread)),
            frozenset(str(each.path[-1]) for each in found if each.code == "LS038" and each.path),
            frozenset(name for each in found if each.code == "LS021" for name in _NAME.findall(each.label)),
            frozenset((each.file, each.line, each.column) for each in found if each.code == "LS009"),
            tuple(each for each in found if each.help == COMMA),
            Lost.of(document, found),
        )

    def explain(self, found: Diagnostic) -> bool:
        """Is a finding mended with one of these?"""
        names = _NAME.findall(found.message)
        return (
            (found.code in _NEEDS and bool(self.meant.get(found.path, set()).intersection(names)))
            or self._is_of_unread(found)
            or (found.code in _SECTIONS and not self.unnamed.isdisjoint(_NAME.findall(found.label)))
            or (found.code == "LS013" and (found.file, found.line, found.column) in self.no_alias)
            or self._is_rest(found)
            or (found.code == "LS045" and not self.unasked.isdisjoint(names[:1]))
            or self.lost.explain(found)
        )

    def _is_rest(self, found: Diagnostic) -> bool:
        """Does it stand behind a value that is cut off, in the same braces, and look like no key?"""
        return (
            found.code == "LS012"
            and not re.fullmatch(_WORD, str(found.path[-1]))
            and any(
                (each.file, each.line, each.path[:-1]) == (found.file, found.line, found.path[:-1])
                and each.column < found.column
                for each in self.cut
            )
        )

    def _is_of_unread(self, found: Diagnostic) -> bool:
        section, start = _SECTIONS.get(found.code, ("", ""))
        return section in self.unread and found.message.startswith(start)


def without_consequences(found: Iterable[Diagnostic], document: Any) -> list[Diagnostic]:
    """The findings of a document without those that another one explains."""
    found = list(found)
    causes = _Causes.of(found, document)
    kept = (each for each in found if not causes.explain(each))
    return [*{_once(each): each for each in reversed([*kept])}.values()][::-1]


def _once(found: Diagnostic) -> tuple[str, ...]:
    """What is told of an endpoint's text for the first of the steps that call it need not be told for each."""
    message = "" if found.code == "LS052" else found.message
    return found.code, message, found.file, str(found.line), str(found.column)
