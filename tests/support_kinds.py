"""Which kinds of errors the source makes: read off its text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import loadspec
from loadspec.transports import base, tls

PACKAGE = Path(loadspec.__file__).parent
_RAISED = ("ExchangeError", "ProtocolError")


def made_kinds() -> set[tuple[str, str]]:
    """(kind, phase) wherever both are written out; the phase is empty where only the kind is."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text())
        found |= set(_made(tree))
        if path.parent.name == "transports":
            found |= set(_chosen(tree))
    tables = [*base._ERRNO_KINDS.values(), *tls._CERTIFICATES.values(), *tls._WORDS.values()]
    return found | {(kind, "") for kind in tables}


def _made(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _called(node)
        elif isinstance(node, ast.ClassDef):
            yield from _class(node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if names == ["_WHY"]:
                yield from ((key.value, "poll") for key in node.value.keys if isinstance(key, ast.Constant))


def _chosen(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """`kind = ...`, and what stands for what a table lacks: `_TABLE.get(..., "kind")`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                target, value = target.elts[0], value.elts[0]
            if isinstance(target, ast.Name) and target.id == "kind":
                yield from ((kind, "") for kind in _texts(value))
        elif isinstance(node, ast.Call) and re.match(r"_[A-Z_]+\.get\(.*, ", ast.unparse(node)):
            yield from ((kind, "") for kind in _texts(node.args[1]) if kind.isidentifier())


def _called(node: ast.Call) -> Iterator[tuple[str, str]]:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if name in _RAISED and len(node.args) >= 2:
        kinds = _texts(node.args[0])
        phases = _texts(node.args[1]) or [""]
        yield from ((kind, phase) for kind in kinds for phase in phases)
    elif name == "note" and node.args and isinstance(node.args[0], ast.Tuple) and len(node.args[0].elts) == 4:
        yield from ((kind, "") for kind in _texts(node.args[0].elts[1]))
    elif name == "fail" and getattr(node.args[0], "id", "") == "user":
        yield from ((kind, "flow") for kind in _texts(node.args[1]))


def _class(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """`kind = "..."` of the values that an evaluation may lack."""
    bases = {base.id for base in node.bases if isinstance(base, ast.Name)} | {node.name}
    if not bases & {"Missing", "EvalError"}:
        return
    for line in node.body:
        if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "kind":
            yield from ((kind, "template") for kind in _texts(line.value))


def _texts(node: ast.expr) -> list[str]:
    """The texts that an expression is or may become: a constant, or either side of a condition."""
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []
