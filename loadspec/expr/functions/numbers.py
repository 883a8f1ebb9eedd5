"""Functions of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from loadspec.expr.functions import row as guards
from loadspec.expr.functions.row import Function, row


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
    return values if len(values) > 1 else guards.items(values[0])


def _sum(values: Sequence[Any]) -> Any:
    return sum(guards.number(value) for value in guards.items(values))


ROWS: Mapping[str, Function] = {
    "int": row(
        _int, "x: number|text|truth", "number", "as a whole number, cut towards zero; a text is read", "int('42')", 42
    ),
    "float": row(
        _float, "x: number|text|truth", "number", "as a number with decimals; a text is read", "float('1.5')", 1.5
    ),
    "round": row(
        _round,
        "x: number|truth, digits: number?",
        "number",
        "rounded, a half to the even neighbour; without digits a whole number",
        "round(2.345, 1)",
        2.3,
    ),
    "floor": row(math.floor, "x: number|truth", "number", "the whole number below", "floor(2.9)", 2),
    "ceil": row(math.ceil, "x: number|truth", "number", "the whole number above", "ceil(2.1)", 3),
    "abs": row(abs, "x: number|truth", "number", "without its sign", "abs(-3)", 3),
    "min": row(
        _least, "x: any, y: any*", "any", "the least argument, or the least item of one list", "min(3, 1, 2)", 1
    ),
    "max": row(
        _greatest, "x: any, y: any*", "any", "the greatest argument, or the greatest item of one list", "max([3, 1])", 3
    ),
    "sum": row(_sum, "list: list", "number", "its numbers added up", "sum([1, 2, 3])", 6),
}
