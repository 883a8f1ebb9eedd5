"""Nodes put together: one document over another, steps in place of a `use`.

Nodes are never changed once they are composed: the same ones may stand in several places. What is put together is a
new node that stands where the upper one stands. Sizes and heights add up, so that caps hold for what is joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from loadspec.spec.diagnostics import Path
from loadspec.spec.layering import replaced_by, says_one_thing
from loadspec.spec.source import Node


def mapping_like(node: Node, keys: Mapping[str, Node], children: Mapping[str, Node]) -> Node:
    """A mapping that stands where `node` does."""
    made = _like(node, {key: child.value for key, child in children.items()}, children.values())
    made.keys = dict(keys)
    made.children = dict(children)
    return made


def list_like(node: Node, children: Iterable[Node]) -> Node:
    """A list that stands where `node` does."""
    items = list(children)
    made = _like(node, [child.value for child in items], items)
    made.children = items
    return made


def value_like(node: Node, value: Any) -> Node:
    """A scalar that stands where `node` does."""
    return _like(node, value, ())


def _like(node: Node, value: Any, children: Iterable[Node]) -> Node:
    end = (node.end_line, node.end_column)
    made = Node(node.source, value, node.line, node.column, end, node.style, node.raw)
    for child in children:
        made.size += child.size
        made.height = max(made.height, child.height + 1)
    return made


def over(base: Node, top: Node, path: Path = ()) -> Node:
    """`top` over `base`, as a profile lies over its file: mappings by key, lists and load shapes replaced whole."""
    if not isinstance(base.children, dict) or not isinstance(top.children, dict) or says_one_thing(path):
        return top
    gone = replaced_by(base.children, top.children, path)
    children = {key: child for key, child in base.children.items() if key not in gone}
    keys = {key: base.keys[key] for key in children}
    for key, child in top.children.items():
        children[key] = over(children[key], child, (*path, key)) if key in children else child
        keys[key] = top.keys[key]
    return mapping_like(top, keys, children)


def only(node: Node, names: Iterable[str]) -> Node:
    """A mapping's entries of these names."""
    below = node.children if isinstance(node.children, dict) else {}
    kept = {name: below[name] for name in names if name in below}
    return mapping_like(node, {name: node.keys[name] for name in kept}, kept)


def put(node: Node, path: Path, new: Node) -> Node:
    """The node with another one at a path that is there."""
    if not path:
        return new
    part, rest = path[0], path[1:]
    below = node.child(part)
    if below is None:
        return node
    changed = put(below, rest, new)
    if isinstance(node.children, dict):
        return mapping_like(node, node.keys, {**node.children, str(part): changed})
    children = node.children or []
    return list_like(node, [changed if index == part else child for index, child in enumerate(children)])


def below(node: Node, path: Path) -> Node | None:
    """What stands at a path under a node."""
    found: Node | None = node
    for part in path:
        found = found.child(part) if found else None
    return found
