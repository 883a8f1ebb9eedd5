"""Texts as they were written: `X-Version: 1.10` is a header's text, though YAML takes it for a number.

Where only text makes sense, a number keeps its spelling: environment defaults, headers, query, form, raw bodies,
credentials. JSON bodies, variables and pools keep YAML's types.
"""

from __future__ import annotations

from typing import Any

from loadspec.spec.source import Node

_TEXTS = frozenset({"headers", "query", "form", "body", "auth", "env"})
_DATA = frozenset({"json", "vars", "pools"})
_FLAGS = frozenset({"required", "secret"})


def with_plain_texts(root: Node) -> Any:
    """The document below a node, with texts as written."""
    return _convert(root, False)


def _convert(node: Node, text: bool) -> Any:
    if isinstance(node.children, list):
        return [_convert(below, text) for below in node.children]
    if not isinstance(node.children, dict):
        keep = not text or node.value is None or isinstance(node.value, str)
        return node.value if keep else node.raw
    document: dict[str, Any] = {}
    for key, below in node.children.items():
        if key in _DATA:
            document[key] = below.value
        else:
            document[key] = _convert(below, (text or key in _TEXTS) and key not in _FLAGS)
    return document
