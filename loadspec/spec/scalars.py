"""YAML 1.2 core rules for plain scalars (https://yaml.org/spec/1.2.2/#103-core-schema): `no`, `on`, `1:50` are text."""

from __future__ import annotations

import math
import re
from typing import Any

_CONSTANTS: dict[str, Any] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_MAX_DIGITS = 24
_STARTS = frozenset("0123456789+-.")


class NumberError(ValueError):
    """A number that JSON, and so the workers, cannot hold."""


def scalar(text: str) -> Any:
    """The value of a plain scalar: None, bool, int, float or the text itself. Raises NumberError."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _STARTS:
        return text
    return _number(text)


def _number(text: str) -> Any:
    for pattern, base in ((_INT, 10), (_OCTAL, 8), (_HEX, 16)):
        if pattern.fullmatch(text):
            return _whole(text, base)
    if _FLOAT.fullmatch(text):
        value = float(text)
        if math.isinf(value):
            raise NumberError("is too large for a number")
        return value
    if _NOT_FINITE.fullmatch(text):
        raise NumberError("is no finite number")
    return text


def _whole(text: str, base: int) -> int:
    value = int(text.replace("0o", "", 1).replace("0x", "", 1), base) if len(text) <= _MAX_DIGITS else 1 << 99
    if not -(2**63) <= value < 2**64:
        raise NumberError("is too large for a whole number")
    return value
