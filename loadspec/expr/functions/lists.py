"""Functions of lists and maps; `len` is of texts too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.expr.errors import EvalError, Missing
from loadspec.expr.functions import row as guards
from loadspec.expr.functions.row import Function, row
from loadspec.expr.values import MAX_ITEMS, dump_json


def _any(value: Any) -> bool:
    return any(guards.items(value))


def _all(value: Any) -> bool:
    return all(guards.items(value))


def _first(value: Any) -> Any:
    return _end(value, 0, "first")


def _last(value: Any) -> Any:
    return _end(value, -1, "last")


def _end(value: Any, at: int, name: str) -> Any:
    if not isinstance(value, (list, tuple, str)):
        raise TypeError
    if not value:
        raise EvalError(f"{name}() of what is empty")
    return value[at]


def _map(value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise TypeError
    if len(value) > MAX_ITEMS:
        raise EvalError(f"a map of {len(value)} keys is too large, functions take {MAX_ITEMS}")
    return value


def _keys(value: Any) -> list[Any]:
    return list(_map(value))


def _values(value: Any) -> list[Any]:
    return list(_map(value).values())


def _sorted(value: Any) -> list[Any]:
    return sorted(guards.items(value))


def _reversed(value: Any) -> list[Any]:
    return list(guards.items(value)[::-1])


def _unique(value: Any) -> list[Any]:
    """Equal as JSON: `1` and `true` are two items, `[1]` and `[1]` are one."""
    seen: dict[bytes, Any] = {}
    for item in guards.items(value):
        seen.setdefault(dump_json(item), item)
    return list(seen.values())


def _pluck(value: Any, key: Any) -> list[Any]:
    found = []
    for item in guards.items(value):
        try:
            found.append(item[key])
        except (KeyError, IndexError, TypeError):
            raise Missing(f"pluck(…, {key!r})") from None
    return found


def _merge(first: Any, second: Any) -> dict[Any, Any]:
    return {**_map(first), **_map(second)}


ROWS: Mapping[str, Function] = {
    "len": row(
        len, "x: text|list|map|bytes", "number", "characters of a text, items of a list, keys of a map", "len('abc')", 3
    ),
    "any": row(_any, "list: list", "truth", "whether an item is true", "any([false, true])", True),
    "all": row(_all, "list: list", "truth", "whether every item is true", "all([false, true])", False),
    "first": row(_first, "list: list|text", "any", "its first item", "first([1, 2])", 1),
    "last": row(_last, "list: list|text", "any", "its last item", "last([1, 2])", 2),
    "keys": row(_keys, "map: map", "list", "its keys", "keys({'a': 1})", ["a"]),
    "values": row(_values, "map: map", "list", "its values", "values({'a': 1})", [1]),
    "merge": row(
        _merge, "a: map, b: map", "map", "both maps in one; b wins", "merge({'a': 1}, {'b': 2})", {"a": 1, "b": 2}
    ),
    "pluck": row(
        _pluck,
        "list: list, key: text|number",
        "list",
        "what stands under a key in each item; missing where one has none",
        "pluck([{'id': 1}, {'id': 2}], 'id')",
        [1, 2],
    ),
    "sorted": row(_sorted, "list: list", "list", "its items in order, the least first", "sorted([2, 1])", [1, 2]),
    "reversed": row(
        _reversed, "list: list", "list", "its items from the last to the first", "reversed([1, 2])", [2, 1]
    ),
    "unique": row(_unique, "list: list", "list", "each item once, at its first place", "unique([1, 2, 1])", [1, 2]),
}
