"""Bodies and cookies of requests: one kind each, whole, with files that are there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path, brief
from loadspec.spec.merge import BODIES
from loadspec.spec.places import Places
from loadspec.spec.semantics.files import check_file
from loadspec.spec.semantics.values import mapping

Found = Iterator[Diagnostic]

MAX_FILE = 64 * 1024 * 1024
"""Bytes: a file of a body is held in the memory of every worker."""

_SOURCES = ("file", "content", "json")
_COOKIE_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_COOKIE_BAD = r"[;\x00-\x08\x0a-\x1f\x7f]"


def check_body(
    places: Places, path: Path, request: Mapping[str, Any], below: Mapping[str, Any], target: Mapping[str, Any]
) -> Found:
    """The body and cookies of an endpoint, or of a step over its endpoint `below`; under both lies the target."""
    kinds = [kind for kind in BODIES if request.get(kind) is not None]
    for kind in kinds[1:]:
        message = f"a request has one body, and this one has `{kinds[0]}` already"
        yield places.key((*path, kind), "LS080", message, help="keep one of the two")
    if kinds:
        yield from _without_method(places, (*path, kinds[0]), kinds[0], {**below, **request})
    if isinstance(request.get("body"), Mapping):
        yield from _file(places, (*path, "body", "file"), request["body"].get("file"))
    for name, value in mapping(request, "multipart").items():
        for place, part in _parts((*path, "multipart", name), value):
            yield from _part(places, place, part)
    yield from _graphql(places, (*path, "graphql"), mapping(request, "graphql"), mapping(below, "graphql"))
    yield from _cookie_header(places, path, request, below, target)
    yield from _cookies(places, (*path, "cookies"), request)


def _without_method(places: Places, path: Path, kind: str, merged: Mapping[str, Any]) -> Found:
    method = merged.get("method", "POST" if kind == "graphql" else "GET")
    if method in ("GET", "HEAD"):
        said = "" if "method" in merged else ", the method where none is given,"
        message = f"{method}{said} carries a body that servers need not read"
        yield places.key(path, "LS081", message, help="write method: POST", level="warning")


def _parts(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, list):
        yield from (((*path, index), item) for index, item in enumerate(value))
    else:
        yield path, value


def _part(places: Places, path: Path, part: Any) -> Found:
    if not isinstance(part, Mapping):
        return
    given = [source for source in _SOURCES if part.get(source) is not None]
    if len(given) != 1:
        what = f"this one has `{given[0]}` and `{given[1]}`" if given else "this one has none"
        message = f"a part has one of `file`, `content` and `json`, and {what}"
        yield places.key(path, "LS082", message, help="for example {file: images/cat.png}")
    yield from _file(places, (*path, "file"), part.get("file"))


def _file(places: Places, path: Path, name: Any) -> Found:
    yield from check_file(places, path, name, "name a file below the spec's folder", MAX_FILE)


def _graphql(places: Places, path: Path, value: Mapping[str, Any], below: Mapping[str, Any]) -> Found:
    if not value:
        return
    query = value.get("query", below.get("query"))
    if query is None:
        yield places.key(path, "LS082", "`graphql` needs a `query`", help="for example query: '{ me { id } }'")
    elif isinstance(value.get("query"), Mapping):
        yield from _file(places, (*path, "query", "file"), value["query"].get("file"))
    variables = value.get("variables")
    if isinstance(variables, str) and not (variables.startswith("{{") and variables.endswith("}}")):
        message = "`variables` are a mapping, or a template that gives one"
        yield places.value((*path, "variables"), "LS082", message, help="for example {id: 7}")


def _cookie_header(
    places: Places, path: Path, request: Mapping[str, Any], below: Mapping[str, Any], target: Mapping[str, Any]
) -> Found:
    """A Cookie header beside `cookies`, told where the second of them is written."""
    given = [
        (owner, name, value)
        for owner in (request, below, target)
        for name, value in mapping(owner, "headers").items()
        if name.lower() == "cookie"
    ]
    if not given or given[0][2] is None or not {**mapping(below, "cookies"), **mapping(request, "cookies")}:
        return
    owner, name, _ = given[0]
    help = "write all of them under `cookies`"
    if mapping(request, "cookies"):
        yield places.key((*path, "cookies"), "LS084", f"this request has the header `{name}` already", help=help)
    elif owner is request:
        yield places.key((*path, "headers", name), "LS084", "this request has `cookies` already", help=help)


def _cookies(places: Places, path: Path, request: Mapping[str, Any]) -> Found:
    for name, value in mapping(request, "cookies").items():
        if not re.fullmatch(_COOKIE_NAME, name):
            message = f"`{brief(name)}` cannot be a cookie's name"
            yield places.key((*path, name), "LS084", message, help="letters, digits, hyphens and underscores")
        bad = re.search(_COOKIE_BAD, value) if isinstance(value, str) else None
        if bad and "{{" not in value:
            what = "`;`, which begins the next one" if bad.group() == ";" else "a control character"
            help = "write a cookie each, or urlencode() the value"
            place = (*path, name)
            yield places.text(place, value, bad.start(), "LS084", f"a cookie's value cannot hold {what}", 1, help=help)
