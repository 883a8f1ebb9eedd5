"""Where a captured value comes from: a row for each source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from loadspec.expr import Missing
from loadspec.extract import Selector
from loadspec.extract.jsonpath import compile_jsonpath, first_name
from loadspec.extract.regex import compile_pattern
from loadspec.protocols.http.captures.answer import cookies_of, header_values, headers_of, text_of
from loadspec.protocols.http.captures.fields import Fields
from loadspec.transports.base import Answer

Source = Callable[[str, str, Fields], Selector]
"""(expression, attribute, what the flow reads of JSON) → a selector over an `Answer`.

Raises ExprError for an expression that does not parse.
"""


def _jsonpath(text: str, _attribute: str, fields: Fields) -> Selector:
    return compile_jsonpath(text, fields.reading(first_name(text)))


def _regex(text: str, _attribute: str, _fields: Fields) -> Selector:
    return _of_body(compile_pattern(text))


def _css(text: str, attribute: str, _fields: Fields) -> Selector:
    from loadspec.extract.markup import compile_css  # only where the extra is asked for

    return _of_body(compile_css(text, attribute))


def _xpath(text: str, _attribute: str, _fields: Fields) -> Selector:
    from loadspec.extract.markup import compile_xpath

    return _of_body(compile_xpath(text))


def _of_body(selector: Selector) -> Selector:
    first, every = selector
    return Selector(lambda answer: first(answer.body), lambda answer: every(answer.body))


def _header(name: str, _attribute: str, _fields: Fields) -> Selector:
    """A header by its name in any case. `first` is all its lines joined by `, `, `every` each line."""
    key = name.lower()

    def first(answer: Answer) -> str:
        headers = headers_of(answer)
        if key not in headers:
            raise Missing(f"header {name}")
        return headers[key]

    return Selector(first, lambda answer: header_values(answer, key))


def _cookie(name: str, _attribute: str, _fields: Fields) -> Selector:
    """What this answer sets a cookie to; a browser keeps the last."""

    def last(answer: Answer) -> str:
        found = cookies_of(answer, name)
        if not found:
            raise Missing(f"cookie {name}")
        return found[-1]

    return Selector(last, lambda answer: cookies_of(answer, name))


def _whole(get: Callable[[Answer], Any]) -> Source:
    return lambda _text, _attribute, _fields: Selector(get, lambda answer: [get(answer)])


SOURCES: dict[str, Source] = {
    "jsonpath": _jsonpath,
    "header": _header,
    "regex": _regex,
    "css": _css,
    "xpath": _xpath,
    "cookie": _cookie,
    "body": _whole(text_of),
    "status": _whole(lambda answer: answer.status),
    "duration": _whole(lambda answer: answer.duration),
}
