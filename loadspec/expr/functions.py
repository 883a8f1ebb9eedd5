"""The function table: pure, deterministic functions that expressions may call.

A new function is one row. What a function raises as TypeError, ValueError or ArithmeticError becomes an EvalError.
`defined`, `default` and `matches` are compiled specially (`compile.FORMS`), their rows say the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from loadspec.expr.errors import EvalError
from loadspec.expr.values import MAX_TEXT, to_json, to_text

MAX_MATCH = 65_536
"""Characters that `matches` reads: one slow match would freeze every user of a worker."""


class Function(NamedTuple):
    """One function: what it calls, how many arguments it takes, one line of documentation."""

    call: Callable[..., Any]
    min_args: int
    max_args: int
    doc: str


def search(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether `pattern` is found anywhere in `text`. Raises EvalError for a text too long to search safely.

    A longer text is refused, not cut: `not matches(body, 'error')` must never hold because the end was not read.
    """
    if len(text) > MAX_MATCH:
        raise EvalError(f"matches() reads at most {MAX_MATCH} characters, this text has {len(text)}")
    return pattern.search(text) is not None


def _matches(text: str, pattern: str) -> bool:
    return search(text, re.compile(pattern))


def _contains(whole: Any, part: Any) -> bool:
    return part in whole


def _int(value: Any) -> int:
    if not isinstance(value, (str, int, float)):
        raise TypeError
    return int(value)


def _float(value: Any) -> float:
    if not isinstance(value, (str, int, float)):
        raise TypeError
    return float(value)


def _round(value: float, digits: int = 0) -> float:
    if not isinstance(value, (int, float)) or not -15 <= digits <= 15:
        raise ValueError
    return round(value, digits) if digits else round(value)


def _least(*values: Any) -> Any:
    return min(_spread(values))


def _greatest(*values: Any) -> Any:
    return max(_spread(values))


def _spread(values: Sequence[Any]) -> Sequence[Any]:
    """Several arguments, or the items of a single list."""
    if len(values) > 1:
        return values
    return _items(values[0])


def _items(value: Any) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)):
        raise TypeError
    return value


def _any(value: Any) -> bool:
    return any(_items(value))


def _all(value: Any) -> bool:
    return all(_items(value))


def _join(items: Any, separator: str = "") -> str:
    texts = [to_text(item) for item in _items(items)]
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_TEXT:
        raise EvalError(f"join() would make a text longer than {MAX_TEXT} characters")
    return separator.join(texts)


def _present(value: Any) -> bool:
    return True


def _first(value: Any, _fallback: Any) -> Any:
    return value


FUNCTIONS: Mapping[str, Function] = {
    "defined": Function(_present, 1, 1, "defined(x): whether x is there; null is there"),
    "default": Function(_first, 2, 2, "default(x, y): x, or y where x is not there; null is there"),
    "len": Function(len, 1, 1, "len(x): characters of a text, items of a list, keys of a map"),
    "lower": Function(str.lower, 1, 1, "lower(text): in small letters"),
    "upper": Function(str.upper, 1, 1, "upper(text): in capital letters"),
    "matches": Function(
        _matches, 2, 2, "matches(text, regex): whether the constant regex is found anywhere in the text (≤ 64 k)"
    ),
    "contains": Function(_contains, 2, 2, "contains(x, part): whether a text, list or map holds part"),
    "starts_with": Function(str.startswith, 2, 2, "starts_with(text, prefix)"),
    "ends_with": Function(str.endswith, 2, 2, "ends_with(text, suffix)"),
    "int": Function(_int, 1, 1, "int(x): a number or a text as a whole number, cut towards zero"),
    "float": Function(_float, 1, 1, "float(x): a number or a text as a number with decimals"),
    "str": Function(to_text, 1, 1, "str(x): as a template prints it; anything but text as JSON"),
    "round": Function(
        _round, 1, 2, "round(x, digits): rounded, a half to the even neighbour; without digits a whole number"
    ),
    "min": Function(_least, 1, 100, "min(a, b, …) or min(list): the least"),
    "max": Function(_greatest, 1, 100, "max(a, b, …) or max(list): the greatest"),
    "abs": Function(abs, 1, 1, "abs(x): without its sign"),
    "any": Function(_any, 1, 1, "any(list): whether an item is true"),
    "all": Function(_all, 1, 1, "all(list): whether every item is true"),
    "to_json": Function(to_json, 1, 1, "to_json(x): x as JSON text"),
    "join": Function(_join, 1, 2, "join(list, separator): the items as one text"),
    "split": Function(str.split, 1, 2, "split(text, separator): a list of texts; without separator at white space"),
}
