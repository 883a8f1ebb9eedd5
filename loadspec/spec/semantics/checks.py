"""Checks: one kind each, its value legal; what is compiled at run time is compiled here once, to find mistakes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from loadspec.expr import ExprError, compile_regex
from loadspec.spec.diagnostics import Diagnostic, Path, brief, closest, listed
from loadspec.spec.grammar.checks import KINDS
from loadspec.spec.places import Places
from loadspec.spec.schemafile import SchemaFileError, read_schema
from loadspec.spec.semantics.captures import HEADER_NAME
from loadspec.spec.semantics.durations import check_duration
from loadspec.spec.semantics.names import ANSWER
from loadspec.units import parse_size

Found = Iterator[Diagnostic]

_MEDIA_TYPE = r"[A-Za-z0-9!#$&^_.+-]+/([A-Za-z0-9!#$&^_.+-]+|\*)"
_DIGITS = {"sha256": 64, "md5": 32}


def check_check(places: Places, path: Path, value: Any) -> Found:
    """One check at a path."""
    if not isinstance(value, Mapping):
        return
    given = [kind for kind in KINDS if kind in value]
    if len(given) != 1:
        yield from _one_kind(places, path, value, given)
    for kind in given:
        check = _VALUES.get(kind)
        if check is not None:
            yield from check(places, (*path, kind), value[kind])


def check_texts(value: Any, path: Path) -> Iterator[tuple[bool, Path, Any]]:
    """(whether it is an expression, else a template; path; text) of every text in a check that is evaluated."""
    if not isinstance(value, Mapping):
        yield True, path, value
        return
    if "expression" in value:
        yield True, (*path, "expression"), value["expression"]
    header = value.get("header")
    if isinstance(header, Mapping) and "equals" in header:
        yield False, (*path, "header", "equals"), header["equals"]
    for kind in _DIGITS:
        if kind in value:
            yield False, (*path, kind), value[kind]


def _one_kind(places: Places, path: Path, value: Mapping[str, Any], given: list[Any]) -> Found:
    if given:
        message = f"a check is of one kind, and this one has {listed(given)}"
        yield places.key((*path, given[1]), "LS017", message, help="make a check of its own of it")
    elif not any(closest(str(key), KINDS) for key in value):  # the schema has found what is misspelt
        name = next((key for key in value if key in ANSWER), "")
        help = f"write an expression: {name} == ..." if name else "for example {max_duration: 500ms}"
        yield places.key(path, "LS017", f"a check in a mapping needs one of {listed(KINDS)}", help=help)


def _size(places: Places, path: Path, value: Any) -> Found:
    if isinstance(value, str):
        try:
            parse_size(value)
        except ValueError as error:
            yield places.text(path, value, 0, "LS077", str(error), max(len(value), 1))


def _header(places: Places, path: Path, value: Any) -> Found:
    name = value.get("name") if isinstance(value, Mapping) else value
    if isinstance(name, str) and not re.fullmatch(HEADER_NAME, name):
        place = (*path, "name") if isinstance(value, Mapping) else path
        help = "for example X-Request-Id; a value is checked by {name: ..., equals: ...}"
        yield places.value(place, "LS077", f"`{brief(name)}` is no name of a header", help=help)
    if not isinstance(value, Mapping):
        return
    if "equals" in value and "matches" in value:
        message = "a header's value is compared by `equals` or searched by `matches`"
        yield places.key((*path, "matches"), "LS017", message, help="keep one of the two")
    pattern = value.get("matches")
    if isinstance(pattern, str):
        try:
            compile_regex(pattern)
        except ExprError as error:
            yield places.text((*path, "matches"), pattern, error.offset, "LS077", error.message, help=error.hint)


def _content_type(places: Places, path: Path, value: Any) -> Found:
    if isinstance(value, str) and not re.fullmatch(_MEDIA_TYPE, value):
        plain = value.partition(";")[0].strip()
        help = (
            f"write {plain}: parameters are not compared" if ";" in value else "for example application/json or image/*"
        )
        yield places.value(path, "LS077", f"`{brief(value)}` is no media type", help=help)


def _hash(places: Places, path: Path, value: Any) -> Found:
    kind, digits = str(path[-1]), _DIGITS[str(path[-1])]
    if not isinstance(value, str) or "{{" in value:
        return
    if not re.fullmatch(f"[0-9A-Fa-f]{{{digits}}}", value):
        message = f"a {kind} has {digits} hexadecimal digits"
        other = next((name for name, number in _DIGITS.items() if number == len(value)), "")
        help = f"{len(value)} digits are an {other}" if other and other != kind else f"{kind}sum FILE prints it"
        yield places.value(path, "LS077", message, help=help)


def _schema(places: Places, path: Path, value: Any) -> Found:
    if not isinstance(value, Mapping | bool):
        return
    from loadspec.extract.schema import SchemaProblem, compile_schema  # lazily: most specs have none
    from loadspec.spec.semantics.schemawords import keywords_in

    try:
        json.dumps(value)  # no dates, no keys that are numbers: those YAML has and JSON has not
        compile_schema(value)
    except SchemaProblem as problem:
        yield places.value((*path, *problem.path), "LS078", _sentence(problem), help=_DRAFTS)
    except (TypeError, ValueError, RecursionError):
        yield places.value(path, "LS078", "this is no JSON value", help=_DRAFTS)
    for below, word, near in keywords_in(value):
        message = f"JSON Schema has no keyword `{brief(word)}`: it is ignored"
        label = f"did you mean `{near}`?"
        yield places.key((*path, *below), "LS079", message, level="warning", label=label)


_DRAFTS = "the draft is 2020-12 unless `$schema` names another"


def _sentence(problem: Exception) -> str:
    return f"the JSON Schema cannot be used: {problem}"


def _schema_file(places: Places, path: Path, value: Any) -> Found:
    if not isinstance(value, str):
        return
    try:
        schema = read_schema(str(PurePath(places.source.name).parent), value)
    except SchemaFileError as error:
        help = "name a .json file below the spec's folder"
        yield places.value(path, "LS044", f"`{brief(value)}` {error}", help=help)
        return
    from loadspec.extract.schema import SchemaProblem, compile_schema

    try:
        compile_schema(schema)
    except SchemaProblem as problem:
        at = "".join(f"/{part}" for part in problem.path)
        message = f"in `{brief(value)}`{' at ' if at else ''}{at}: {problem}"
        yield places.value(path, "LS078", message, help=_DRAFTS)


_VALUES: dict[str, Callable[[Places, Path, Any], Found]] = {
    "schema": _schema,
    "schema_file": _schema_file,
    "max_duration": lambda places, path, value: check_duration(places, path, value, zero=False),
    "min_size": _size,
    "max_size": _size,
    "header": _header,
    "content_type": _content_type,
    "sha256": _hash,
    "md5": _hash,
}
"""Kind of check → who looks at its value. Expressions and templates are looked at where all texts are."""
