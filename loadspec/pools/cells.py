"""Types of columns: a text of a file → a value. A new type is one function and one row of `TYPES`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson

from loadspec.pools.errors import CellError

Convert = Callable[[Any], Any]
"""A cell → its value. Raises CellError. A value that has the type already stays as it is."""

_INT = re.compile(r"[+-]?[0-9]+")
_FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_TRUTH = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


def to_int(value: Any) -> int:
    """A whole number, spaces around it allowed."""
    if type(value) is int:
        return value
    if isinstance(value, str) and len(value) < 20 and value.isascii() and value.isdigit():
        return int(value)  # nearly all of them
    text = value.strip() if isinstance(value, str) else ""
    if not _INT.fullmatch(text) or len(text) > 1000:
        raise CellError(f"{quoted(value)} is not a whole number")
    return int(text)


def to_float(value: Any) -> float:
    """A finite number."""
    if type(value) in (int, float):
        return float(value)
    if isinstance(value, str) and len(value) < 20 and value.isascii() and value.isdigit():
        return float(value)
    text = value.strip() if isinstance(value, str) else ""
    number = float(text) if _FLOAT.fullmatch(text) else float("inf")
    if number in (float("inf"), float("-inf")):
        raise CellError(f"{quoted(value)} is not a number")
    return number


def to_bool(value: Any) -> bool:
    """`true`, `false`, `yes`, `no`, `1` or `0`, in any case."""
    if type(value) is bool:
        return value
    found = _TRUTH.get(value.strip().lower()) if isinstance(value, str) else None
    if found is None:
        raise CellError(f"{quoted(value)} is not true or false")
    return found


def to_json(value: Any) -> Any:
    """The value that a JSON text holds."""
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise CellError(f"{quoted(value)} is not JSON") from None


def to_str(value: Any) -> str:
    """Text; another value as JSON writes it."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


TYPES: dict[str, Convert] = {"int": to_int, "float": to_float, "bool": to_bool, "json": to_json, "str": to_str}


def to_weight(value: Any) -> float:
    """A number, 0 or more."""
    number = to_float(value)
    if number < 0:
        raise CellError(f"{quoted(value)} is below 0: a weight is 0 or more")
    return number


def quoted(value: Any) -> str:
    """A value in a sentence, shortened."""
    text = value if isinstance(value, str) else repr(value)
    return f"`{text}`" if len(text) <= 40 else f"`{text[:39]}…`"
