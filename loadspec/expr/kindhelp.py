"""Ways out of two kinds that do not fit together, as sentences."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from loadspec.expr.functions.row import LIST, NUMBER, TEXT, TRUTH
from loadspec.expr.parse import Parsed
from loadspec.units import parse_duration

_NUMBER = r"-?\d+(\.\d+)?"


def compare_help(parsed: Parsed, operands: Sequence[ast.expr], values: Sequence[Any], left: int, right: int) -> str:
    """For a comparison of text with a number or truth value."""
    for value, other, kinds in ((values[0], operands[1], right), (values[1], operands[0], left)):
        if isinstance(value, str):
            return _quoted(value, parsed.segment(other), kinds)
        if kinds == TEXT and isinstance(value, (int, float)) and not isinstance(value, bool):
            name = parsed.segment(other)
            return f"`{name}` is text: write {'float' if isinstance(value, float) else 'int'}({name}), or '{value}'"
        if kinds == TEXT and isinstance(value, bool):
            return f"`{parsed.segment(other)}` is text: write '{str(value).lower()}'"
        if value is None:
            return "whether something is there: defined(x)"
    return "int(x) and float(x) make a number of a text" if (left | right) == (TEXT | NUMBER) else ""


def _quoted(value: str, other: str, kinds: int) -> str:
    """For a literal in quotes that stands against something that is no text."""
    if kinds & NUMBER:
        if re.fullmatch(_NUMBER, value.strip()):
            return f"write {value.strip()} without quotes"
        try:
            return f"times are numbers of milliseconds: write {parse_duration(value) * 1000:g}"
        except ValueError:
            return f"`{other}` is a number: compare it with one"
    if kinds & TRUTH:
        negation = "not " if value.strip().lower() in ("false", "no", "0", "") else ""
        return f"`{other}` is true or false: write `{negation}{other}`"
    return ""


def sum_help(sign: str, left: int, right: int) -> str:
    """For arithmetic."""
    if sign == "+" and (left | right) & TEXT and (left | right) & (NUMBER | TRUTH):
        return "str(x) makes text of a number, int(x) a number of a text"
    if sign == "%" and left & TEXT:
        return "texts are put together by `+`, join(list, separator), or a template"
    if sign == "*" and (left | right) & (TEXT | LIST):
        return "to repeat a text: repeat(text, times)"
    return "int(x) and float(x) make a number of a text" if (left | right) & TEXT else ""
