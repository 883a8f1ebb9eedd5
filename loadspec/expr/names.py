"""Which names and functions a text uses, without evaluating it: for the validator."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from loadspec.expr.errors import ExprError
from loadspec.expr.parse import LITERALS, Parsed, parse, static_parts, unwind
from loadspec.expr.template import TemplateExpr, parse_template


class NameUse(NamedTuple):
    """A dotted name as far as it is static (`a.b[0].c` → ("a", "b")), and its column in the text."""

    parts: tuple[str, ...]
    offset: int


class CallUse(NamedTuple):
    """A call of a function: its name, its arguments where all are literals (else None), its column in the text.

    `last` is its last argument where that is a text in quotes, else empty.
    """

    name: str
    args_constant: tuple[Any, ...] | None
    offset: int
    last: str = ""


_Use = TypeVar("_Use", NameUse, CallUse)


def names_in(text: str) -> list[NameUse]:
    """The names of a bare expression, in reading order. Raises ExprError."""
    return list(_collect(text)[0])


def calls_in(text: str) -> list[CallUse]:
    """The calls of a bare expression, in reading order. Raises ExprError."""
    return list(_collect(text)[1])


def names_in_template(text: str) -> list[NameUse]:
    """The names of a template, with columns in the whole text. Raises ExprError."""
    return _in_template(text, names_in)


def calls_in_template(text: str) -> list[CallUse]:
    """The calls of a template, with columns in the whole text. Raises ExprError."""
    return _in_template(text, calls_in)


def _in_template(text: str, collect: Callable[[str], list[_Use]]) -> list[_Use]:
    uses: list[_Use] = []
    for part in parse_template(text):
        if not isinstance(part, TemplateExpr):
            continue
        try:
            found = collect(part.text)
        except ExprError as error:
            raise error.shifted(part.offset) from None
        uses += [use._replace(offset=use.offset + part.offset) for use in found]
    return uses


@lru_cache(maxsize=64)
def _collect(text: str) -> tuple[list[NameUse], list[CallUse]]:
    parsed = parse(text)
    names: list[NameUse] = []
    calls: list[CallUse] = []
    _walk(parsed, parsed.tree, names, calls)
    return sorted(names, key=lambda use: use.offset), sorted(calls, key=lambda use: use.offset)


def _walk(parsed: Parsed, node: ast.AST, names: list[NameUse], calls: list[CallUse]) -> None:
    if isinstance(node, ast.expr):
        base, keys = unwind(node)
        if isinstance(base, ast.Name):
            if base.id not in LITERALS:
                names.append(NameUse(static_parts(base.id, keys), parsed.offset(base)))
            return
        node = base
    if isinstance(node, ast.Call):
        arguments = tuple(_literal(argument) for argument in node.args)
        known = None if _UNKNOWN in arguments else arguments
        last = arguments[-1] if arguments and isinstance(arguments[-1], str) else ""
        calls.append(CallUse(node.func.id, known, parsed.offset(node), last))  # type: ignore[attr-defined]
        children: list[Any] = list(node.args)
    else:
        children = list(ast.iter_child_nodes(node))
    for child in children:
        _walk(parsed, child, names, calls)


_UNKNOWN = object()


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.Name):
        return LITERALS.get(node.id, _UNKNOWN)
    try:
        return ast.literal_eval(node)
    except ValueError:
        return _UNKNOWN
