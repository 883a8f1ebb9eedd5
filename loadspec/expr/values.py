"""Values of the language: how they are named in sentences, how they become text and JSON."""

from __future__ import annotations

import json
from typing import Any

import orjson

from loadspec.expr.errors import EvalError

MAX_TEXT = 1_000_000
"""Characters a concatenation may have."""

MAX_ITEMS = 100_000
"""Items that a list may have to be made or worked on by an expression."""

MAX_DATA = 1 << 24
"""Bytes that a digest or an encoding reads, such as an image that is sent as base64."""

MAX_NUMBER = 1 << 4096
"""What a whole number stays below: products of products of long ones take forever."""

_dumps = orjson.dumps


def kind(value: Any) -> str:
    """What a value is, in a user's words: `null`, `a number`, `text`, `a list`, `a map`."""
    if value is None:
        return "null"
    for types, word in (
        (bool, "true or false"),
        ((int, float), "a number"),
        (str, "text"),
        ((list, tuple), "a list"),
        (dict, "a map"),
        (bytes, "bytes"),
    ):
        if isinstance(value, types):
            return word
    return type(value).__name__


def dump_json(value: Any) -> bytes:
    """A value → compact JSON in UTF-8. NaN and infinity are null. Raises EvalError for what JSON cannot hold."""
    try:
        return _dumps(value)
    except TypeError:
        return _dump_odd(value)


def _dump_odd(value: Any) -> bytes:
    """What orjson refuses and JSON allows: integers beyond 64 bits, deep nesting, keys that are numbers."""
    try:
        return json.dumps(value, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise EvalError(f"{kind(value)} cannot be written as JSON: {error}") from None


def to_json(value: Any) -> str:
    """A value → compact JSON text. Raises EvalError."""
    return dump_json(value).decode()


def to_text(value: Any) -> str:
    """A value as a template prints it: text as it is, anything else as JSON (`true`, `null`, `1.0`, `{"a":1}`).

    Raises EvalError for what JSON cannot hold.
    """
    if isinstance(value, str):
        return value
    if type(value) is int:
        return _digits(value)
    return to_json(value)


def _digits(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # Python refuses more than some 4300 digits
        raise EvalError("the number has too many digits to be written") from None


def encode(text: str) -> bytes:
    """Text → UTF-8. Raises EvalError for half a surrogate pair."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise EvalError("the text holds half a surrogate pair, which UTF-8 cannot hold") from None


def to_bytes(value: Any) -> bytes:
    """A value as a body holds it: bytes as they are, anything else as the UTF-8 of its text. Raises EvalError."""
    if value.__class__ is str:
        return encode(value)
    return value if isinstance(value, bytes) else encode(to_text(value))
