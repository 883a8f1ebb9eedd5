"""JSONPath (RFC 9535): plain dotted paths are walked, all others go to python-jsonpath in its strict mode."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from loadspec.expr import EvalError, ExprError, Missing, compile_regex
from loadspec.extract import Selector

if TYPE_CHECKING:
    from jsonpath import JSONPathEnvironment

_PLAIN = re.compile(r"""\$((?:\.[A-Za-z_]\w*|\[(?:0|[1-9]\d{0,14})\]|\['[^'\\]*'\]|\["[^"\\]*"\])+)""", re.ASCII)
_PART = re.compile(r"""\.([A-Za-z_]\w*)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]""", re.ASCII)
_HINT = "see RFC 9535; for example $.items[0].id"
_CONTROL = re.compile(r"[\x00-\x1f]")


Read = Callable[[Any], Any]
"""What a selector is called with → the document; raises Missing where there is none."""


def _itself(document: Any) -> Any:
    return document


def compile_jsonpath(text: str, read: Read = _itself) -> Selector:
    """A path over what `read` gives: parsed JSON. Raises ExprError, with the place, for what RFC 9535 does not know."""
    plain = None if _CONTROL.search(text) else _PLAIN.fullmatch(text)
    if plain is None:
        return _library_path(text, read)
    keys = [int(index) if index else name or single or double for name, index, single, double in _PART.findall(text)]
    if len(keys) == 1 and isinstance(keys[0], str):
        return _single(_member(keys[0], text, read))
    return _single(_walk(keys, text, read))


def first_name(text: str) -> str | None:
    """The member of the document that a plain path begins with: all that it reads lies below; else None."""
    plain = None if _CONTROL.search(text) else _PLAIN.fullmatch(text)
    if plain is None:
        return None
    name, index, single, double = _PART.findall(text)[0]
    return None if index else name or single or double


def _single(first: Read) -> Selector:
    """A path that can match once at most."""

    def every(document: Any) -> list[Any]:
        try:
            return [first(document)]
        except Missing:
            return []

    return Selector(first, every)


def _member(key: str, text: str, read: Read) -> Read:
    def member(source: Any) -> Any:
        document = read(source)
        if document.__class__ is dict and key in document:
            return document[key]
        raise Missing(text)

    return member


def _walk(keys: list[Any], text: str, read: Read) -> Read:
    def walk(source: Any) -> Any:
        value = read(source)
        try:
            for key in keys:
                if value.__class__ is not (dict if key.__class__ is str else list):
                    raise Missing(text)
                value = value[key]
        except (KeyError, IndexError):
            raise Missing(text) from None
        return value

    return walk


def _library_path(text: str, read: Read) -> Selector:
    path = _compiled(text)
    from jsonpath import JSONPathError  # lazily: most paths are plain

    def matches(source: Any) -> Any:
        document = read(source)
        if document.__class__ is str:  # the library would take a text for JSON that is still to be parsed
            return [document] if text == "$" else []
        return (match.obj for match in path.finditer(document))

    def first(source: Any) -> Any:
        try:
            for value in matches(source):
                return value
        except JSONPathError:  # a document too deep for `..`
            pass
        raise Missing(text)

    def every(source: Any) -> list[Any]:
        try:
            return list(matches(source))
        except (JSONPathError, Missing):
            return []

    return Selector(first, every)


def _compiled(text: str) -> Any:
    from jsonpath import JSONPathError

    if not text.startswith("$"):
        raise ExprError("a JSONPath begins with `$`", 0, f"write $.{text}" if re.fullmatch(r"[\w.]+", text) else _HINT)
    try:
        return _environment().compile(text)
    except JSONPathError as error:
        raise _refused(text, error) from None
    except (ValueError, RecursionError) as error:
        raise ExprError(f"this is no JSONPath: {error}", 0, _HINT) from None


def _refused(text: str, error: Any) -> ExprError:
    """The library's error, with its place: it knows none where the text ends too early."""
    token = error.token
    offset = token.index if token is not None and token.index >= 0 else len(text)
    if token is None:
        offset = 0
    reason = str(error.message).replace("TOKEN_", "").replace("RBRACKET", "`]`").replace("COMMA", "`,`")
    return ExprError(f"this is no JSONPath: {reason}", min(offset, len(text)), _HINT)


@cache
def _environment() -> JSONPathEnvironment:
    """The library in strict mode; `match` and `search` of a filter are linear in time, as all regular expressions."""
    from jsonpath import JSONPathEnvironment
    from jsonpath.function_extensions import ExpressionType, FilterFunction

    class Search(FilterFunction):
        arg_types = [ExpressionType.VALUE, ExpressionType.VALUE]  # noqa: RUF012
        return_type = ExpressionType.LOGICAL
        form = "%s"

        def __call__(self, value: object, pattern: object) -> bool:
            if not isinstance(value, str) or not isinstance(pattern, str):
                return False
            try:
                return compile_regex(self.form % pattern).holds(value)
            except (ExprError, EvalError):  # the RFC: a pattern that is none matches nothing
                return False

    class Match(Search):
        form = r"\A(?:%s)\z"

    environment = JSONPathEnvironment(strict=True)
    environment.function_extensions["search"] = Search()
    environment.function_extensions["match"] = Match()
    return environment
