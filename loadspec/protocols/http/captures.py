"""Captures: values kept from an answer. Plain dotted JSONPaths are walked, others go to the RFC 9535 library."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from loadspec.expr import ExprError, Missing
from loadspec.protocols.user import User
from loadspec.transports.base import UNPARSED, Answer
from loadspec.wire.headers import Headers, parse_headers

Take = Callable[[Answer], Any]
"""Answer → the captured value. Raises Missing."""

_PLAIN = re.compile(r"""\$((?:\.[A-Za-z_]\w*|\[(?:0|[1-9]\d*)\]|\['[^'\\]*'\]|\["[^"\\]*"\])+)""")
_PART = re.compile(r"""\.([A-Za-z_]\w*)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]""")
_NOT_JSON = object()
_REGEX_BODY = 1 << 20
"""A regular expression sees at most this much of a body: a slow match would hold up every other user."""


def json_of(answer: Answer) -> Any:
    """The body as JSON, parsed once. Raises Missing where it is none."""
    parsed = answer.parsed
    if parsed is UNPARSED:
        try:
            parsed = orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            parsed = _NOT_JSON
        answer.parsed = parsed
    if parsed is _NOT_JSON:
        raise Missing("json")
    return parsed


def headers_of(answer: Answer) -> Headers:
    """The headers; none where no answer came."""
    return parse_headers(answer.head) if answer.head else Headers()


def jsonpath(text: str) -> Take:
    """The first match of a JSONPath. Raises ExprError for a path that does not parse."""
    plain = _PLAIN.fullmatch(text)
    if plain is None:
        return _library_path(text)
    keys = [int(index) if index else name or single or double for name, index, single, double in _PART.findall(text)]
    if len(keys) == 1 and isinstance(keys[0], str):
        return _member(keys[0], text)

    def walk(answer: Answer) -> Any:
        value = json_of(answer)
        try:
            for key in keys:
                if value.__class__ is not (dict if key.__class__ is str else list):
                    raise Missing(text)
                value = value[key]
        except (KeyError, IndexError):
            raise Missing(text) from None
        return value

    return walk


def _member(key: str, text: str) -> Take:
    def member(answer: Answer) -> Any:
        value = json_of(answer)
        if value.__class__ is dict and key in value:
            return value[key]
        raise Missing(text)

    return member


def _library_path(text: str) -> Take:
    import jsonpath as library  # lazily: most paths are plain

    hint = "for example $.id or $.items[0].name"
    if not text.startswith("$"):
        raise ExprError(f"`{text}` is not a JSONPath: it does not begin with $", 0, hint)
    try:
        path = library.compile(text)
    except (library.JSONPathError, ValueError, RecursionError) as error:
        raise ExprError(f"`{text}` is not a JSONPath: {error}", 0, hint) from None

    def first(answer: Answer) -> Any:
        document = json_of(answer)
        if document.__class__ is str:  # the library would take a text for JSON that is still to be parsed
            return document if text == "$" else _found(None, text)
        try:
            return _found(path.match(document), text)
        except library.JSONPathError:  # a filter that compares what cannot be compared
            raise Missing(text) from None

    return first


def _found(match: Any, text: str) -> Any:
    if match is None:
        raise Missing(text)
    return match.obj


def header(name: str) -> Take:
    """A header's value, by case-insensitive name."""
    key = name.lower()

    def take(answer: Answer) -> Any:
        headers = headers_of(answer)
        if key not in headers:
            raise Missing(f"header {name}")
        return headers[key]

    return take


def regex(text: str) -> Take:
    """The first group of the first match in the body, or the whole match where there is no group."""
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise ExprError(f"`{text}` is not a regular expression: {error}", error.pos or 0) from None

    def take(answer: Answer) -> Any:
        match = pattern.search(answer.body[:_REGEX_BODY].decode("utf-8", "replace"))
        found = match[1 if pattern.groups else 0] if match else None
        if found is None:
            raise Missing(f"regex {text}")
        return found

    return take


SOURCES: dict[str, Callable[[str], Take]] = {"jsonpath": jsonpath, "header": header, "regex": regex}


def compile_captures(captures: Sequence[tuple[str, str, str, bool]]) -> Callable[[User], str | None]:
    """(name, source, expression, optional) rows → a function that captures them all.

    It returns the name of the first capture that is not optional and was not found, else None.
    """
    rows = tuple((name, SOURCES[source](expression), optional) for name, source, expression, optional in captures)

    def capture(user: User) -> str | None:
        lost = None
        for name, take, optional in rows:
            try:
                user.captures[name] = take(user.answer)
            except Missing:
                if not optional and lost is None:
                    lost = name
        return lost

    return capture
