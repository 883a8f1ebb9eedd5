"""JSON for people and programs alike: indented, lists of plain values on one line, nothing that is no number."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Legal in a JSON text, but able to reorder or disturb a terminal or a page that shows it; escaped they are inert."""

_HOLDERS = (dict, list, tuple, Mapping)
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def json_text(value: Any) -> str:
    """A JSON document that ends with a newline. Infinite and undefined numbers become null; key order is kept."""
    return _UNSAFE.sub(_escaped, _text(value, "")) + "\n"


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    return "\\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"


def _text(value: Any, indent: str) -> str:
    inner = indent + "  "
    if isinstance(value, Mapping) and value:
        rows = [f"{inner}{_plain(str(key))}: {_text(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        if any(isinstance(item, _HOLDERS) for item in value):
            return "[\n" + ",\n".join(inner + _text(item, inner) for item in value) + f"\n{indent}]"
        return "[" + ", ".join(map(_plain, value)) + "]"
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return repr(float(value)) if isfinite(value) else "null"
    return _encode(value)
