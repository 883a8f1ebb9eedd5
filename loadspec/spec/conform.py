"""A document against the grammar's schema: the draft-07 keywords that the grammar uses, and nothing else.

jsonschema costs 80 ms of CPU to import, more than all else that `validate` does, and its speed is a fifth of this. It
is the reference that a test holds this to: the same findings for the corpus and for generated documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from loadspec.spec.diagnostics import Path

Schema = Mapping[str, Any]


class Finding(NamedTuple):
    """What does not conform: the keyword that failed and its value, what it was held against, and the schema around.

    `is_name` says that `instance` is a key of the mapping at `path`.
    """

    path: Path
    keyword: str
    value: Any
    instance: Any
    schema: Schema
    is_name: bool = False


def findings(schema: Schema, document: Any) -> Iterator[Finding]:
    """Everything in a document that does not conform, in the schema's order. Raises KeyError for a foreign keyword."""
    return _check(schema, document, (), schema.get("definitions", {}))


def _check(schema: Schema, value: Any, path: Path, definitions: Schema) -> Iterator[Finding]:
    reference = schema.get("$ref")
    if reference is not None:  # draft-07: nothing beside a reference counts
        yield from _check(definitions[reference.rpartition("/")[2]], value, path, definitions)
        return
    for keyword, expected in schema.items():
        if keyword in _SILENT:
            continue
        nested = _NESTED.get(keyword)
        if nested is not None:
            yield from nested(schema, value, path, definitions)
        elif not _HOLDS[keyword](expected, value, schema):
            yield Finding(path, keyword, expected, value, schema)


def _conforms(schema: Schema, value: Any, definitions: Schema) -> bool:
    return next(_check(schema, value, (), definitions), None) is None


def _properties(schema: Schema, value: Any, path: Path, definitions: Schema) -> Iterator[Finding]:
    if isinstance(value, Mapping):
        for key, below in schema["properties"].items():
            if key in value:
                yield from _check(below, value[key], (*path, key), definitions)


def _additional(schema: Schema, value: Any, path: Path, definitions: Schema) -> Iterator[Finding]:
    below = schema["additionalProperties"]
    if not isinstance(value, Mapping) or below is True:
        return
    known = schema.get("properties", {})
    extra = [key for key in value if key not in known]
    if below is False:
        if extra:
            yield Finding(path, "additionalProperties", below, value, schema)
        return
    for key in extra:
        yield from _check(below, value[key], (*path, key), definitions)


def _names(schema: Schema, value: Any, path: Path, definitions: Schema) -> Iterator[Finding]:
    if isinstance(value, Mapping):
        for key in value:
            for found in _check(schema["propertyNames"], key, path, definitions):
                yield found._replace(is_name=True)


def _items(schema: Schema, value: Any, path: Path, definitions: Schema) -> Iterator[Finding]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _check(schema["items"], item, (*path, index), definitions)


def _if(schema: Schema, value: Any, path: Path, definitions: Schema) -> Iterator[Finding]:
    branch = "then" if _conforms(schema["if"], value, definitions) else "else"
    if branch in schema:
        yield from _check(schema[branch], value, path, definitions)


def _any_of(schema: Schema, value: Any, path: Path, definitions: Schema) -> Iterator[Finding]:
    if not any(_conforms(option, value, definitions) for option in schema["anyOf"]):
        yield Finding(path, "anyOf", schema["anyOf"], value, schema)


def _required(names: list[str], value: Any, _: Schema) -> bool:
    return not isinstance(value, Mapping) or all(name in value for name in names)


def _type(kinds: str | list[str], value: Any, _: Schema) -> bool:
    return any(_IS[kind](value) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_IS: Mapping[str, Callable[[Any], bool]] = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and (isinstance(value, int) or value.is_integer()),
    "null": lambda value: value is None,
    "number": _is_number,
    "object": lambda value: isinstance(value, Mapping),
    "string": lambda value: isinstance(value, str),
}


def _equal(one: Any, two: Any) -> bool:
    """JSON's equality of scalars: true is not 1."""
    return one == two and isinstance(one, bool) == isinstance(two, bool)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _sized(kind: Any, holds: Callable[[int, int], bool]) -> Callable[[Any, Any, Schema], bool]:
    return lambda limit, value, _: not isinstance(value, kind) or holds(len(value), limit)


def _bounded(holds: Callable[[float, float], bool]) -> Callable[[Any, Any, Schema], bool]:
    return lambda limit, value, _: not _is_number(value) or holds(value, limit)


def _least(value: float, limit: float) -> bool:
    return value >= limit


def _most(value: float, limit: float) -> bool:
    return value <= limit


_SILENT = frozenset(
    {"$schema", "default", "defaultSnippets", "definitions", "description", "else", "examples", "then", "title"}
)

_NESTED: Mapping[str, Callable[[Schema, Any, Path, Schema], Iterator[Finding]]] = {
    "additionalProperties": _additional,
    "anyOf": _any_of,
    "if": _if,
    "items": _items,
    "properties": _properties,
    "propertyNames": _names,
}

_HOLDS: Mapping[str, Callable[[Any, Any, Schema], bool]] = {
    "const": lambda expected, value, _: _equal(expected, value),
    "enum": lambda options, value, _: any(_equal(option, value) for option in options),
    "exclusiveMinimum": _bounded(lambda value, limit: value > limit),
    "maxItems": _sized(list, _most),
    "maxLength": _sized(str, _most),
    "maxProperties": _sized(Mapping, _most),
    "maximum": _bounded(_most),
    "minItems": _sized(list, _least),
    "minLength": _sized(str, _least),
    "minProperties": _sized(Mapping, _least),
    "minimum": _bounded(_least),
    "pattern": lambda text, value, _: not isinstance(value, str) or _pattern(text).search(value) is not None,
    "required": _required,
    "type": _type,
}
"""Keyword → whether a value conforms; the grammar's tests hold that it uses no other."""
