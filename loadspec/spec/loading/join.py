"""All files of a spec → the one document that is checked and run. Without a second file this is but a look."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.source import Node, Source
from loadspec.spec.tree import PHASES, children, flows

INCLUDE, FRAGMENTS, USE = "include", "fragments", "use"


class Missing(IntEnum):
    """What is missing of a document, the most last."""

    NOTHING = 0
    LINES = 1
    """Lines that are no YAML: each file knows its own."""
    STEPS = 2
    """Steps of a fragment besides: what they capture, and their names."""
    ANYTHING = 3
    """A file that is not there, or that cannot be read at all."""


class Joined(NamedTuple):
    """The document, the files besides the first, and what was wrong with how they fit.

    `root` is what runs; `layered` is the same before fragments were put in place, as the schema knows it.

    `missing` is what a line, a fragment or a file would have brought: little can be said about names that it may hold.
    """

    root: Node | None
    layered: Node | None = None
    files: tuple[Source, ...] = ()
    found: tuple[Diagnostic, ...] = ()
    missing: Missing = Missing.NOTHING


def join(source: Source, whole: bool = True) -> Joined:
    """The document of a composed file. Its nodes are unchanged; the document's may be those of several files."""
    own = source.own
    if own is None or not isinstance(own.children, dict) or not _needs_more(own):
        return Joined(own, own, missing=Missing.NOTHING if whole else Missing.LINES)
    from loadspec.spec.loading.assemble import assemble  # only who has several files pays for it

    return assemble(source, own, whole)


def _needs_more(own: Node) -> bool:
    return INCLUDE in own.value or FRAGMENTS in own.value or _any_use(own.value)


def _any_use(document: dict[str, Any]) -> bool:
    profiles = document.get("profiles")
    layers = [document, *(profiles.values() if isinstance(profiles, dict) else ())]
    return any(_uses(steps) for layer in layers if isinstance(layer, dict) for _, steps in flows(layer))


def _uses(steps: list[Any]) -> bool:
    found = [step for step in steps if isinstance(step, dict)]
    return any(USE in step or any(_uses(nested) for _, nested in children(step)) for step in found)


def flow_paths(root: Node) -> list[Path]:
    """Where the lists of steps stand that run: phases, scenarios, those of profiles."""
    paths = [path for path, _ in flows(root.value) if path[0] != FRAGMENTS]
    profiles = root.value.get("profiles")
    for name, profile in profiles.items() if isinstance(profiles, dict) else ():
        if isinstance(profile, dict) and (profile.keys() & {*PHASES, "scenarios"}):
            paths += [("profiles", name, *path) for path, _ in flows(profile) if path[0] != FRAGMENTS]
    return paths
