"""A check that is an expression."""

from __future__ import annotations

import ast
from typing import Any

from loadspec.expr import ExprError, Scope, UnknownName, compile_expression
from loadspec.protocols.http.checks.check import Check, Given, value_of
from loadspec.protocols.user import User

_UNSEEN = ("pool", "env", "true", "false", "null")
"""Names that are not looked up again: a pool would be drawn from, secrets need not be read."""
_PARTS = 6
"""Values of one expression that a sample shows."""


def compile_expression_check(given: Given, scope: Scope) -> Check:
    """The closure of the expression itself; a sample shows what its names stood for."""
    text = given.value

    def found(user: User) -> list[str]:
        return [f"{name} = {value_of(get, user)}" for name, get in _getters(text, scope)]

    return Check(compile_expression(text, scope), text, found)


def _getters(text: str, scope: Scope) -> list[tuple[str, Any]]:
    """What each of an expression's names stands for; compiled when a sample is made, some five times a run."""
    getters = []
    for name in _names(text)[:_PARTS]:
        try:
            getters.append((name, compile_expression(name, scope)))
        except (ExprError, UnknownName):
            continue
    return getters


def _names(text: str) -> list[str]:
    """`json.items[0].id`, `headers['x']`: dotted names with constant look-ups, in reading order, each once."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # it compiled, but not as Python alone reads it
        return []
    found: dict[str, None] = {}
    _walk(tree.body, found)
    return list(found)


def _walk(node: ast.AST, found: dict[str, None]) -> None:
    root, whole = node, True
    while isinstance(root, ast.Attribute | ast.Subscript):
        whole = whole and (isinstance(root, ast.Attribute) or isinstance(root.slice, ast.Constant))
        root = root.value
    if isinstance(root, ast.Name) and whole:
        if root.id not in _UNSEEN:
            found.setdefault(ast.unparse(node))
        return
    below = node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
    for child in below:
        _walk(child, found)
