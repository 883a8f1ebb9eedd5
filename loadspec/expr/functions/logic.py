"""Functions about what is there; all of them are compiled or bound specially."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.expr.functions.row import Function, row


def _elsewhere(*_: Any) -> Any:
    """Never called: the compiler or the scope makes the call."""
    raise TypeError


ROWS: Mapping[str, Function] = {
    "defined": row(
        _elsewhere,
        "x: any",
        "truth",
        "whether x is there; null is there",
        "defined({'a': null}.a)",
        True,
        "syntax",
    ),
    "default": row(
        _elsewhere,
        "x: any, y: any",
        "any",
        "x, or y where x is not there; null is there",
        "default({'a': 1}.b, 0)",
        0,
        "syntax",
    ),
    "since": row(
        _elsewhere,
        "STEP: text",
        "number",
        "milliseconds since that step's last request was sent, in this iteration",
        "since('generate')",
        needs="syntax",
    ),
    "draw": row(
        _elsewhere,
        "POOL: text",
        "any",
        "another row of a pool; pool.NAME stays the row of the iteration",
        "draw('users')",
        needs="syntax",
    ),
}
