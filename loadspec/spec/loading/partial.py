"""What can still be said of a document of which something is missing: a line that is no YAML, a file that is not there.

What a missing part would have brought is not missed: a name that it may declare is not unknown, a key that may stand
in it is not required, and nothing is unused. What it cannot have brought is told as ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from loadspec.spec.compose import indentation
from loadspec.spec.diagnostics import Diagnostic
from loadspec.spec.loading.join import Missing
from loadspec.spec.source import Source

_READING = frozenset({*(f"LS{number:03}" for number in (*range(1, 12), 18, *range(60, 67)))})
_FROM_STEPS = frozenset({"LS024", "LS025", "LS039", "LS052"})
"""Names that steps bring: captures, and the steps themselves."""

_DECLARED = frozenset({"LS020", "LS021", "LS022", "LS023", "LS028", "LS036", "LS042"})
_OF_THE_WHOLE = frozenset({"LS045", "LS046", "LS054", "LS072", "LS081", "LS082", "LS086", "LS089"})
"""Errors that say what is nowhere, or not beside something."""

_LOCAL = frozenset({"LS019", "LS032", "LS043", "LS047", "LS049", "LS052", "LS055", "LS056", "LS095", "LS096", "LS099"})
"""Warnings that hold whatever stands elsewhere."""

_BESIDE = "has no meaning without"
_NO_TARGET = "this path has no `target.base_url`"
_EMPTY = ("and nothing is given", "must not be empty")
_WORD = r"\w+"
_QUOTED = r"`([^`]*)`"
_NAMELESS = "there is no|has no tag"
_ANYTHING = frozenset({"include", "use"})
_STEPS = frozenset({"call", "poll"})


def sayable(found: Iterable[Diagnostic], sources: Iterable[Source], missing: Missing) -> Iterator[Diagnostic]:
    """The findings that stand whatever the missing parts say."""
    gaps = _Gaps.of(tuple(sources), missing)
    return (each for each in found if each.code in _READING or gaps.allow(each))


class _Gaps(Struct, frozen=True):
    """What is missing: the words of the lines that are, or `anything` that a file or an alias may have brought."""

    sources: dict[str, Source]
    words: frozenset[str]
    anything: bool
    fragment: bool
    """Are all the steps of a fragment missing?"""
    steps: bool
    """Or a step, which has the captures of an endpoint?"""

    @classmethod
    def of(cls, sources: tuple[Source, ...], missing: Missing) -> _Gaps:
        texts = [source.lines[line] for source in sources for line in _gone(source)]
        words = frozenset(word for text in texts for word in re.findall(_WORD, text))
        cut = missing is Missing.ANYTHING or any(source.cut for source in sources)
        anything = cut or bool(words & _ANYTHING) or any("*" in text for text in texts)
        fragment = missing is Missing.STEPS
        steps = bool(words & _STEPS) or any(text.lstrip().startswith("-") for text in texts)
        return cls({source.name: source for source in sources}, words, anything, fragment, steps)

    def allow(self, found: Diagnostic) -> bool:
        if (
            found.code in _OF_THE_WHOLE
            or _BESIDE in found.message
            or (found.level == "warning" and found.code not in _LOCAL)
        ):
            return False
        if self._spoilt(found) or (self._lacks_something(found) and self._may_stand_here(found)):
            return False
        absent = (found.code == "LS014" and not found.path) or found.message.startswith(_NO_TARGET)
        if absent or found.code in _DECLARED or found.code in _FROM_STEPS:
            return not self._may_bring(found)
        return True

    def _spoilt(self, found: Diagnostic) -> bool:
        """Does it stand in what was passed over or written over?"""
        source = self.sources.get(found.file)
        if source is None:
            return False
        places = (each for each in source.patched if each[0] == found.line - 1)
        return found.line - 1 in source.lost or any(_overlap(found, each) for each in places)

    def _may_bring(self, found: Diagnostic) -> bool:
        """May a missing part declare the name, or capture it?"""
        from_steps = found.code in _FROM_STEPS
        if self.anything or (from_steps and self.fragment):
            return True
        told = re.findall(_QUOTED, found.message)
        if found.code == "LS028":  # of a threshold the last word, if it is a name
            told = told[-1:] if re.search(_NAMELESS, found.message) else []
        names = set(re.findall(_WORD, " ".join(told)))
        if names & self.words:
            return True
        return ((from_steps and self.steps) or found.code == "LS028") and any(map(self._is_elsewhere, names))

    def _is_elsewhere(self, name: str) -> bool:
        """Is it named more than once, and so perhaps where something is captured?"""
        word = re.compile(rf"\b{re.escape(name)}\b")
        return sum(len(word.findall(source.text)) for source in self.sources.values()) > 1

    def _lacks_something(self, found: Diagnostic) -> bool:
        return (found.code == "LS014" and bool(found.path)) or found.message.endswith(_EMPTY)

    def _may_stand_here(self, found: Diagnostic) -> bool:
        """May a missing line, or the same section of a missing file, belong to what begins at the place?"""
        if self.anything and not any(isinstance(part, int) for part in found.path):
            return True
        if found.path and found.path[-1] in self.words:
            return True
        source = self.sources.get(found.file)
        gone = set(_gone(source)) if source else set()
        if source is None or not gone:
            return False
        deeper = found.column - (bool(found.path) and isinstance(found.path[-1], int))
        for line in range(found.line - 1, len(source.lines)):
            if line in gone:
                return True
            text = source.lines[line]
            if line >= found.line and text.strip() and indentation(text) < deeper:
                return False
        return False


def _gone(source: Source) -> list[int]:
    """Lines that were passed over, and those with something written over."""
    return [*source.lost, *(each[0] for each in source.patched)]


def _overlap(found: Diagnostic, patch: tuple[int, int, int]) -> bool:
    _, start, length = patch
    return found.column - 1 < start + length and start < found.column - 1 + found.length
