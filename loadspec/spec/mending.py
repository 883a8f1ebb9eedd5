"""A misspelt key read as the one that is meant, so that what it holds is judged, and nothing else misses it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator

from msgspec.structs import replace

from loadspec.spec.diagnostics import Diagnostic, Path, closest
from loadspec.spec.loading.layers import below, mapping_like, put
from loadspec.spec.shapes import COMPANIONS, SHAPES
from loadspec.spec.source import Node

MAX_MENDED = 20
"""So many in a file: each takes a copy of what is above it."""

_MEANT = r"did you mean `([^`]*)`\?"
_WORD = r"[\w-]+"
"""Another key, such as `capture {token`, is more than misspelt."""

_JOINS = frozenset({"include", "use", "fragments"})
"""What these bring is not there: files have been joined by then."""

Misspelt = dict[Path, str]
"""Where a key stands → the key that it means."""


def misspelt(found: Iterable[Diagnostic]) -> Misspelt:
    """Keys that are spelt much like what they mean; words of other tools mean values of another form, too."""
    meant: Misspelt = {}
    for each in found:
        guess = re.fullmatch(_MEANT, each.label) if each.code in ("LS012", "LS014") else None
        key = each.path[-1] if each.path else None
        if guess and re.fullmatch(_WORD, str(key)) and closest(str(key), [guess[1]]) and guess[1] not in _JOINS:
            meant[each.path] = guess[1]
    return dict([*meant.items()][:MAX_MENDED])


def as_written(found: Iterable[Diagnostic], meant: Misspelt) -> Iterator[Diagnostic]:
    """Findings at a mended key call it what the file does."""
    written = {(*path[:-1], name): str(path[-1]) for path, name in meant.items()}
    for each in found:
        key = written.get(each.path)
        named = each.message.replace(f"`{each.path[-1]}`", f"`{key}`", 1) if key else each.message
        yield replace(each, message=named)


def _is_doubtful(name: str, keys: Container[str]) -> bool:
    """A load has one shape, which may have users and settings: what would be too much may mean something else."""
    has_shape = any(shape in keys for shape in SHAPES)
    return name in COMPANIONS or (name in SHAPES and has_shape) or (name == "vus" and not has_shape)


def mended(root: Node, meant: Misspelt) -> Node:
    """The document with keys by their right names; the same node if there is nothing to mend."""
    for path, name in meant.items():
        parent = below(root, path[:-1])
        if parent is None or not isinstance(parent.children, dict):
            continue
        key = str(path[-1])
        if key in parent.children and name not in parent.children and not _is_doubtful(name, parent.children):
            names = {each: name if each == key else each for each in parent.children}
            keys = {names[each]: node for each, node in parent.keys.items() if each in names}
            children = {names[each]: node for each, node in parent.children.items()}
            root = put(root, path[:-1], mapping_like(parent, keys, children))
    return root
