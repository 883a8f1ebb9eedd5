"""Careful looks into a document that may be malformed: what is not there, or of another type, is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Path


def mapping(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The mapping under a key."""
    value = document.get(key)
    return value if isinstance(value, Mapping) else {}


def listing(document: Mapping[str, Any], key: str) -> list[Any]:
    """The list under a key."""
    value = document.get(key)
    return value if isinstance(value, list) else []


def mappings(document: Mapping[str, Any], key: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The mappings in the mapping under a key, with their names."""
    return [(name, value) for name, value in mapping(document, key).items() if isinstance(value, Mapping)]


def texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text in a value, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield from texts(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from texts(below, (*path, index))


def at(value: Any, path: Path) -> Any:
    """What stands at a path, None if nothing does."""
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value
