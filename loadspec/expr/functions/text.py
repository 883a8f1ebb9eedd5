"""Functions of texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loadspec.expr.errors import EvalError
from loadspec.expr.functions import row as guards
from loadspec.expr.functions.logic import _elsewhere
from loadspec.expr.functions.row import Function, row
from loadspec.expr.values import MAX_DATA, MAX_ITEMS, to_text

_MAX_SET = 100
"""Characters that `trim` may be told to cut off: each is compared with each."""


def _contains(whole: Any, part: Any) -> bool:
    return part in whole


def _trim(value: str, letters: str | None = None) -> str:
    if letters is not None and len(letters) > _MAX_SET:
        raise ValueError
    return guards.text(value).strip(letters)


def _replace(value: str, old: str, new: str) -> str:
    guards.text(value)
    if len(new) > len(old):  # only then can it grow
        guards.room(len(value) + value.count(old) * (len(new) - len(old)), "replace")
    return value.replace(old, new)


def _split(value: str, separator: str | None = None) -> list[str]:
    parts = guards.text(value).split(separator, MAX_ITEMS)
    if len(parts) > MAX_ITEMS:
        raise EvalError(f"split() would make a list of more than {MAX_ITEMS} items")
    return parts


def _join(values: Sequence[Any], separator: str = "") -> str:
    length, texts = 0, []
    for item in guards.items(values):
        one = to_text(item)
        length += len(one) + len(separator)
        guards.room(length - len(separator), "join")
        texts.append(one)
    return guards.text(separator).join(texts)


def _repeat(value: str, times: int) -> str:
    guards.room(len(guards.text(value)) * max(times, 0), "repeat")
    return value * times


def _pad_left(value: Any, width: int, fill: str = " ") -> str:
    guards.room(width, "pad_left")
    return to_text(value).rjust(width, fill)


def _str(value: Any) -> str:
    text = to_text(value)
    if len(text) > MAX_DATA and not isinstance(value, str):
        raise EvalError(f"str() would make a text longer than {MAX_DATA} characters")
    return text


def _unescape(value: str) -> str:
    from html import unescape  # lazily: its table of names is large

    return guards.short_enough(unescape(guards.text(value)), "unescape_html")


ROWS: Mapping[str, Function] = {
    "lower": row(str.lower, "text: text", "text", "in small letters", "lower('AbC')", "abc"),
    "upper": row(str.upper, "text: text", "text", "in capital letters", "upper('AbC')", "ABC"),
    "trim": row(
        _trim,
        "text: text, letters: text?",
        "text",
        "without white space, or those letters, at both ends",
        "trim('  a b ')",
        "a b",
    ),
    "replace": row(
        _replace,
        "text: text, old: text, new: text",
        "text",
        "with every old part replaced by the new one",
        "replace('a-b-c', '-', '+')",
        "a+b+c",
    ),
    "split": row(
        _split,
        "text: text, separator: text?",
        "list",
        "its parts between separators; without separator, its words",
        "split('a,b', ',')",
        ["a", "b"],
    ),
    "join": row(
        _join,
        "list: list, separator: text?",
        "text",
        "the items as one text; anything but text as JSON",
        "join(['a', 1], '-')",
        "a-1",
    ),
    "contains": row(
        _contains,
        "x: text|list|map, part: any",
        "truth",
        "whether a text holds a part, a list an item, a map a key",
        "contains('hello', 'ell')",
        True,
    ),
    "starts_with": row(
        str.startswith,
        "text: text, prefix: text",
        "truth",
        "whether it begins so",
        "starts_with('hello', 'he')",
        True,
    ),
    "ends_with": row(
        str.endswith, "text: text, suffix: text", "truth", "whether it ends so", "ends_with('hello', 'lo')", True
    ),
    "matches": row(
        _elsewhere,
        "text: text, regex: text",
        "truth",
        "whether the constant RE2 expression is found anywhere in the text",
        "matches('order 66', r'\\d+')",
        True,
        "syntax",
    ),
    "find": row(
        _elsewhere,
        "text: text, regex: text",
        "text",
        "its first match: the first group, or all of it; missing where there is none",
        "find('order 66', r'order (\\d+)')",
        "66",
        "syntax",
    ),
    "find_all": row(
        _elsewhere,
        "text: text, regex: text",
        "list",
        "every match, as `find` gives the first",
        "find_all('a1b2', r'\\d')",
        ["1", "2"],
        "syntax",
    ),
    "repeat": row(
        _repeat,
        "text: text, times: number",
        "text",
        "the text so many times, for bodies of a size",
        "repeat('ab', 2)",
        "abab",
        "run",
    ),
    "pad_left": row(
        _pad_left,
        "x: any, width: number, fill: text?",
        "text",
        "as text, filled up on the left with blanks or one other letter",
        "pad_left(7, 3, '0')",
        "007",
        "run",
    ),
    "unescape_html": row(
        _unescape,
        "text: text",
        "text",
        "with `&amp;`, `&#39;` and the like as letters",
        "unescape_html('a&amp;b')",
        "a&b",
    ),
    "str": row(_str, "x: any", "text", "as a template prints it; anything but text as JSON", "str(1.5)", "1.5"),
}
