"""Functions of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from loadspec.expr.errors import EvalError
from loadspec.expr.functions.logic import _elsewhere
from loadspec.expr.functions.row import Function, row
from loadspec.expr.functions.row import text as as_text
from loadspec.expr.values import MAX_DATA, to_json


def _to_json(value: Any) -> str:
    text = to_json(value)
    if len(text) > MAX_DATA:
        raise EvalError(f"to_json() would make a text longer than {MAX_DATA} characters")
    return text


def _from_json(value: str) -> Any:
    if len(as_text(value)) > MAX_DATA:
        raise EvalError(f"from_json() reads at most {MAX_DATA} characters")
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise EvalError("from_json() of what is no JSON") from None


ROWS: Mapping[str, Function] = {
    "to_json": row(_to_json, "x: any", "text", "as JSON text", "to_json({'a': [1, null]})", '{"a":[1,null]}'),
    "from_json": row(_from_json, "text: text", "any", "the value that a JSON text holds", "from_json('[1]')", [1]),
    "jsonpath": row(
        _elsewhere,
        "x: any, path: text",
        "any",
        "the first match of a constant JSONPath (RFC 9535); missing where there is none",
        "jsonpath({'a': [{'b': 1}]}, '$.a[*].b')",
        1,
        "syntax",
    ),
    "jsonpath_all": row(
        _elsewhere,
        "x: any, path: text",
        "list",
        "every match of a constant JSONPath",
        "jsonpath_all({'a': [{'b': 1}, {'b': 2}]}, '$..b')",
        [1, 2],
        "syntax",
    ),
}
