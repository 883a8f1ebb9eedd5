"""Texts as they were written: `X-Version: 1.10` is a header's text, though YAML takes it for a number.

Where only text makes sense, a number keeps its spelling: environment defaults, headers, query, cookies, forms, raw
bodies, credentials, what a check compares with. JSON bodies, GraphQL, variables, pools, captures and JSON Schemas keep
YAML's types.
"""

from __future__ import annotations

from typing import Any

from loadspec.spec.source import Node

_TEXTS = frozenset({"headers", "query", "cookies", "form", "multipart", "body", "auth", "env", "tags"})
_DATA = frozenset({"json", "graphql", "vars", "pools"})
_TYPED = frozenset({"capture", "limits"})
"""Where a name that stands for texts elsewhere, such as `headers`, may stand for a number."""
_COMPARED = frozenset({"header", "sha256", "md5"})
_NAMED = frozenset({"endpoints", "scenarios", "profiles", "fragments"})
"""Mappings whose keys the user names: an endpoint may be called `query` or `auth`."""
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
        if key in _DATA or (key in _TYPED and not text):
            document[key] = below.value
        elif key in _NAMED and not text and isinstance(below.children, dict):
            document[key] = {name: _convert(each, False) for name, each in below.children.items()}
        elif key == "checks" and not text:
            document[key] = _checks(below)
        else:
            document[key] = _convert(below, (text or key in _TEXTS) and key not in _FLAGS)
    return document


def _checks(node: Node) -> Any:
    """Checks by name; each is an expression, or a mapping of its kind to what it compares with."""
    if not isinstance(node.children, dict):
        return _convert(node, False)
    return {name: _check(below) for name, below in node.children.items()}


def _check(node: Node) -> Any:
    if not isinstance(node.children, dict):
        return _convert(node, False)
    return {
        kind: below.value if kind == "schema" else _convert(below, kind in _COMPARED)
        for kind, below in node.children.items()
    }
