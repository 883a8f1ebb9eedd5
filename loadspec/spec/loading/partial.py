"""What can still be said of a document of which something is missing: a line that is no YAML, a file that is not there.

What a missing part would have brought is not missed: no name is unknown, no key is required, nothing is unused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from loadspec.spec.diagnostics import Diagnostic
from loadspec.spec.source import Source

_READING = frozenset({*(f"LS{number:03}" for number in (*range(1, 12), 18, *range(60, 67)))})
_NAMES = frozenset({"LS020", "LS021", "LS022", "LS023", "LS024", "LS025", "LS028", "LS036", "LS039", "LS042"})
_NO_TARGET = "this path has no `target.base_url`"
_EMPTY = ("and nothing is given", "must not be empty")


def sayable(found: Iterable[Diagnostic], sources: Iterable[Source]) -> Iterator[Diagnostic]:
    """The findings that stand whatever the missing parts say."""
    sources = tuple(sources)
    lost = {(source.name, line + 1) for source in sources for line in source.lost}
    patched = {(source.name, each[0] + 1): each for source in sources for each in source.patched}
    for each in found:
        if each.code in _READING:
            yield each
            continue
        absent = (each.code == "LS014" and not each.path) or each.message.startswith(_NO_TARGET)
        if each.code in _NAMES or absent or each.level == "warning" or (each.file, each.line) in lost:
            continue
        if (place := patched.get((each.file, each.line))) and _overlap(each, place):
            continue
        if (lost or patched) and (each.code == "LS014" or each.message.endswith(_EMPTY)):
            continue
        yield each


def _overlap(found: Diagnostic, patch: tuple[int, int, int]) -> bool:
    _, start, length = patch
    return found.column - 1 < start + length and start < found.column - 1 + found.length
