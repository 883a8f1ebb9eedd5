"""Checks of a document → the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any, get_args

from loadspec.spec.building.values import text_of
from loadspec.spec.model import Check, Expr
from loadspec.spec.model.request import CheckKind
from loadspec.spec.schemafile import read_schema
from loadspec.units import parse_duration, parse_size

_KINDS: tuple[CheckKind, ...] = get_args(CheckKind)


def build_check(raw: Any) -> Expr | Check:
    """One check; what is no mapping is an expression."""
    if not isinstance(raw, Mapping):
        return text_of(raw)
    kind = next(kind for kind in _KINDS if kind in raw)
    value = raw[kind]
    if kind == "expression":
        return text_of(value)
    if kind == "header" and isinstance(value, Mapping):
        equals = text_of(value["equals"]) if "equals" in value else None
        return Check(kind, value["name"], equals, value.get("matches"))
    return Check(kind, _VALUES[kind](value) if kind in _VALUES else text_of(value))


def _itself(value: Any) -> Any:
    return value


_VALUES: dict[str, Callable[[Any], Any]] = {
    "schema": _itself,
    "max_duration": parse_duration,
    "min_size": parse_size,
    "max_size": parse_size,
}

_STEPS = ("setup", "flow", "teardown", "steps", "then", "else", "elif", "choose", "parallel")
_NAMED = ("endpoints", "scenarios", "fragments")


def with_schemas(document: Mapping[str, Any], folder: PurePath) -> Mapping[str, Any]:
    """The document with each `schema_file` of a check replaced by the schema in it. Raises ValueError, OSError."""
    changed: dict[str, Any] = {}
    for key in _NAMED:
        for name, value in _mapping(document, key).items():
            if (new := _inlined(value, folder)) is not value:
                changed[key] = {**changed.get(key, document[key]), name: new}
    for key in _STEPS[:3]:
        if key in document and (new := _inlined(document[key], folder)) is not document[key]:
            changed[key] = new
    return {**document, **changed} if changed else document


def _inlined(value: Any, folder: PurePath) -> Any:
    """Steps, or an endpoint; the same object where no file is named."""
    if isinstance(value, list):
        new = [_inlined(item, folder) for item in value]
        return new if any(a is not b for a, b in zip(new, value, strict=True)) else value
    if not isinstance(value, Mapping):
        return value
    changed: dict[str, Any] = {
        key: new for key in _STEPS if key in value and (new := _inlined(value[key], folder)) is not value[key]
    }
    checks = _mapping(value, "checks")
    read = {
        name: {"schema": read_schema(str(folder), check["schema_file"])}
        for name, check in checks.items()
        if isinstance(check, Mapping) and "schema_file" in check
    }
    if read:
        changed["checks"] = {**checks, **read}
    return {**value, **changed} if changed else value


def _mapping(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, Mapping) else {}
