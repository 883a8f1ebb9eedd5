"""Regular expressions over a body, in linear time (RE2): a named group, else the first group, else the whole match."""

from __future__ import annotations

from loadspec.expr import EvalError, Missing, compile_regex
from loadspec.extract import Selector


def compile_pattern(text: str) -> Selector:
    """A regular expression over bytes in UTF-8; it reads `compile_regex(text).limit` of them. Raises ExprError."""
    regex = compile_regex(text)
    limit = regex.limit

    def first(body: bytes) -> str:
        found = regex.first(_utf8(body[:limit]))
        if found is None:
            raise Missing(text)
        return found.decode("utf-8", "replace")

    def every(body: bytes) -> list[str]:
        try:
            return [found.decode("utf-8", "replace") for found in regex.each(_utf8(body[:limit]))]
        except EvalError:  # more matches than one can want
            return []

    return Selector(first, every)


def _utf8(body: bytes) -> bytes:
    """What is not UTF-8 becomes U+FFFD, which `.` matches: RE2 matches nothing against a stray byte."""
    return body if body.isascii() else body.decode("utf-8", "replace").encode()
