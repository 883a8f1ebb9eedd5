"""The function table: everything that an expression may call, in a file for each theme.

A new function is one row of its theme. What it raises as TypeError, ValueError or ArithmeticError becomes an
EvalError. The rows are also what the documentation, an editor's hover and the help of a diagnostic are made of.
"""

from __future__ import annotations

from collections.abc import Mapping

from loadspec.expr.functions import chance, digests, json_, lists, logic, numbers, text, time_
from loadspec.expr.functions.habits import HABITS
from loadspec.expr.functions.row import Function, Param

__all__ = ["FUNCTIONS", "HABITS", "THEMES", "Function", "Param"]

THEMES: Mapping[str, Mapping[str, Function]] = {
    "logic": logic.ROWS,
    "text": text.ROWS,
    "numbers": numbers.ROWS,
    "lists and maps": lists.ROWS,
    "time": time_.ROWS,
    "chance": chance.ROWS,
    "digests and encodings": digests.ROWS,
    "JSON": json_.ROWS,
}
FUNCTIONS: Mapping[str, Function] = {name: row for theme in THEMES.values() for name, row in theme.items()}
