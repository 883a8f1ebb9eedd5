"""Keywords of JSON Schema, to find those that are misspelt: the standard has what it does not know ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Path, closest

_ONE = frozenset(
    [
        "additionalItems",
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    ]
)
"""Keywords that hold a schema (`items` may hold a list of them)."""
_LIST = frozenset(["allOf", "anyOf", "oneOf", "prefixItems", "items"])
_NAMED = frozenset(["$defs", "definitions", "dependentSchemas", "dependencies", "patternProperties", "properties"])
_OTHER = frozenset(
    [
        "$anchor",
        "$comment",
        "$dynamicAnchor",
        "$dynamicRef",
        "$id",
        "$recursiveAnchor",
        "$recursiveRef",
        "$ref",
        "$schema",
        "$vocabulary",
        "const",
        "contentEncoding",
        "contentMediaType",
        "default",
        "dependentRequired",
        "deprecated",
        "description",
        "discriminator",
        "enum",
        "example",
        "examples",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "externalDocs",
        "format",
        "id",
        "maxContains",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minContains",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "nullable",
        "pattern",
        "readOnly",
        "required",
        "title",
        "type",
        "uniqueItems",
        "writeOnly",
        "xml",
    ]
)
KEYWORDS = _ONE | _LIST | _NAMED | _OTHER
_LIKELY = sorted(KEYWORDS - {"if", "not", "then", "id", "$id", "xml"})
"""What a misspelt keyword may have meant: not the shortest, which much else looks like."""
_NEAR = 8
"""Misspelt keywords that are reported."""


def keywords_in(schema: Any) -> Iterator[tuple[Path, str, str]]:
    """(path, keyword, what it most likely means) of what is no keyword but looks much like one."""
    left, found = [((), schema)], 0
    while left and found < _NEAR:
        path, node = left.pop()
        if not isinstance(node, Mapping):
            continue
        for key, value in node.items():
            if key not in KEYWORDS and not key.startswith("x-") and (near := closest(str(key), _LIKELY)):
                found += 1
                yield (*path, key), str(key), near
            left += [((*path, key, *below), inner) for below, inner in _schemas_in(key, value)]


def _schemas_in(key: str, value: Any) -> Iterator[tuple[Path, Any]]:
    if key in _LIST and isinstance(value, list):
        yield from (((index,), inner) for index, inner in enumerate(value))
    elif key in _NAMED and isinstance(value, Mapping):
        yield from (((name,), inner) for name, inner in value.items())
    elif key in _ONE:
        yield (), value
