"""Parts of an answer, parsed when somebody asks."""

from __future__ import annotations

from typing import Any

import orjson

from loadspec.expr import Missing
from loadspec.transports.base import UNPARSED, Answer, Discarded
from loadspec.wire.headers import Headers, header_list, parse_headers

_NOT_JSON = object()


class Few:
    """Stands in `parsed` where only some fields of a large object were read, by whoever asked for those: `Fields`."""

    __slots__ = ("by", "found")

    def __init__(self, found: dict[str, Any], by: object) -> None:
        self.found = found
        self.by = by


def json_of(answer: Answer) -> Any:
    """The whole body as JSON, parsed once. Raises Missing where it is none."""
    parsed = answer.parsed
    if parsed is UNPARSED or parsed.__class__ is Few:
        try:
            parsed = orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            parsed = _NOT_JSON
        answer.parsed = parsed
    if parsed is _NOT_JSON:
        raise Missing("json")
    return parsed


def text_of(answer: Answer) -> str:
    """The body as text. Raises Missing where it was thrown away."""
    if answer.body.__class__ is Discarded:
        raise Missing("body")
    return answer.body.decode("utf-8", "replace")


def headers_of(answer: Answer) -> Headers:
    """The headers; none where no answer came."""
    return parse_headers(answer.head) if answer.head else Headers()


def header_values(answer: Answer, name: str) -> list[str]:
    """The values of every header line with a name in small letters, in the order sent."""
    if not answer.head:
        return []
    key = name.encode("ascii", "replace")
    return [value.decode("latin-1") for found, value in header_list(answer.head) if found == key]


def cookies_of(answer: Answer, name: str) -> list[str]:
    """What the answer sets a cookie to, in the order sent: the value as it stands, before the first `;`."""
    pairs = (line.partition(";")[0].partition("=") for line in header_values(answer, "set-cookie"))
    return [value.strip() for key, equals, value in pairs if equals and key.strip() == name]
