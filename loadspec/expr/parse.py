"""Text → syntax tree: Python's own parser, then an allow-list. Whatever is not listed here does not exist.

Every error carries the column of its cause. Caps (`MAX_LENGTH`, `MAX_NODES`) bound what a stranger's spec can cost.
"""

from __future__ import annotations

import ast
import warnings
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from loadspec.expr.errors import ExprError
from loadspec.expr.functions import FUNCTIONS, HABITS
from loadspec.expr.traps import blank_strings, check_traps

MAX_LENGTH = 1000
MAX_NODES = 200
MAX_DEPTH = 100

LITERALS = {"true": True, "false": False, "null": None}
"""JSON's spellings, beside Python's own."""

_ALLOWED = (
    ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.IfExp, ast.Constant, ast.Name, ast.Attribute,
    ast.Subscript, ast.Slice, ast.List, ast.Tuple, ast.Dict, ast.Call,
)  # fmt: skip
_OPERATORS = (
    ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.And, ast.Or, ast.Not, ast.USub,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod,
)  # fmt: skip
_REFUSED: dict[type[ast.AST], str] = {
    ast.Lambda: "lambda",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.JoinedStr: "an f-string",
    ast.NamedExpr: "an assignment",
    ast.Starred: "unpacking with `*`",
    ast.Set: "a set",
    ast.Await: "`await`",
    ast.Yield: "`yield`",
    ast.YieldFrom: "`yield`",
}
_GRAMMAR = "legal are == != < <= > >= in, and or not, + - * / // %, `a if b else c`, a.b, a[0] and the functions"
_HINTS = {"invalid syntax": _GRAMMAR, "was never closed": "close it"}
"""How Python's error ends → a way out."""


class Parsed(NamedTuple):
    """A checked expression: its tree, the text that was parsed and the white space cut off before it."""

    tree: ast.expr
    text: str
    lead: int

    def offset(self, node: ast.expr) -> int:
        """The node's column in the text that the user wrote (`ast` counts UTF-8 bytes)."""
        return self.lead + (node.col_offset if self.text.isascii() else len(self._before(node.col_offset)))

    def segment(self, node: ast.expr) -> str:
        """The node as the user wrote it."""
        start, end = node.col_offset, node.end_col_offset or node.col_offset
        if self.text.isascii():
            return self.text[start:end]
        return self.text.encode()[start:end].decode()

    def _before(self, column: int) -> str:
        return self.text.encode()[:column].decode()


@lru_cache(maxsize=256)
def parse(text: str) -> Parsed:
    """Parse and check one bare expression; what looks at a text, looks several times. Raises ExprError."""
    if len(text) > MAX_LENGTH:
        raise ExprError(f"the expression is longer than {MAX_LENGTH} characters", MAX_LENGTH, "split it")
    blank = blank_strings(text)
    check_traps(blank)
    body = text.strip()
    lead = len(text) - len(text.lstrip())
    if not body:
        raise ExprError("the expression is empty", 0, "write a condition or a value, for example status == 200")
    # An expression may span lines of a YAML block: outside string literals a line break is a space.
    inner = blank[lead : lead + len(body)]
    flat = "".join(" " if gap in "\r\n\t\f" else letter for letter, gap in zip(body, inner, strict=True))
    parsed = Parsed(_tree(flat, lead), flat, lead)
    _check(parsed)
    return parsed


def _tree(text: str, lead: int) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # '\\d' in a regex is no news to anybody
            return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        if error.msg == "invalid syntax" and not error.offset:  # Python's way to say: at the end
            raise ExprError("the expression ends too early", lead + len(text), "something has to follow") from None
        column = min(max((error.offset or 1) - 1, 0), len(text))
        hint = _HINTS.get(error.msg.rpartition("' ")[2], "")
        raise ExprError(f"the expression cannot be read: {error.msg}", lead + column, hint) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExprError(f"the expression cannot be read: {error or 'nested too deeply'}", lead) from None


def _check(parsed: Parsed) -> None:
    for count, (node, depth) in enumerate(_walk(parsed.tree), start=1):
        if count > MAX_NODES:
            raise ExprError(f"the expression has more than {MAX_NODES} parts", parsed.offset(node), "split it")
        if depth > MAX_DEPTH:
            raise ExprError(f"the expression is nested more than {MAX_DEPTH} deep", parsed.offset(node), "split it")
        if not isinstance(node, _ALLOWED):
            what = _REFUSED.get(type(node), f"`{parsed.segment(node)}`")
            raise ExprError(f"{what} is not part of the language", parsed.offset(node), _GRAMMAR)
        check = _CHECKS.get(type(node))
        if check:
            check(parsed, node)


def _walk(tree: ast.expr) -> Iterator[tuple[ast.expr, int]]:
    """Every part of the tree and its depth, parents first; no recursion, since the depth is not yet checked."""
    queue = deque([(tree, 1)])
    while queue:
        node, depth = queue.popleft()
        yield node, depth
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                queue.append((child, depth + 1))


def _check_operators(parsed: Parsed, node: Any) -> None:
    operators = node.ops if isinstance(node, ast.Compare) else [node.op]
    for operator in operators:
        if isinstance(operator, (ast.Is, ast.IsNot)):
            hint = "write == or !=; whether something is there: defined(x)"
            raise ExprError("`is` is not an operator here", parsed.offset(node), hint)
        if not isinstance(operator, _OPERATORS):
            raise ExprError(f"the operator in `{parsed.segment(node)}` is not legal", parsed.offset(node), _GRAMMAR)


def _check_constant(parsed: Parsed, node: Any) -> None:
    if node.value is not None and not isinstance(node.value, (bool, int, float, str)):
        message = f"`{parsed.segment(node)}` is not a value of the language"
        raise ExprError(message, parsed.offset(node), "values are numbers, text, true, false, null, lists and maps")


def _check_tuple(parsed: Parsed, node: Any) -> None:
    if any(isinstance(item, ast.Slice) for item in node.elts):
        raise ExprError("one index or slice at a time", parsed.offset(node), "write a[1:2][0]")


def _check_call(parsed: Parsed, node: Any) -> None:
    if isinstance(node.func, ast.Attribute):
        raise ExprError("values have no methods", parsed.offset(node), _method_hint(parsed, node), "function")
    if not isinstance(node.func, ast.Name):
        raise ExprError(f"`{parsed.segment(node.func)}` is not a function", parsed.offset(node))
    if node.keywords:
        raise ExprError("arguments have no names here", parsed.offset(node), "give them by position", "function")


def _method_hint(parsed: Parsed, node: Any) -> str:
    name = node.func.attr
    if name in FUNCTIONS:
        arguments = ", ".join(parsed.segment(part) for part in (node.func.value, *node.args))
        return f"write it as a function: {name}({arguments})"
    return f"here that is {HABITS[name]}" if name in HABITS else "write a function's name first, as in lower(text)"


_CHECKS = {
    ast.Compare: _check_operators,
    ast.BoolOp: _check_operators,
    ast.UnaryOp: _check_operators,
    ast.BinOp: _check_operators,
    ast.Constant: _check_constant,
    ast.Tuple: _check_tuple,
    ast.Call: _check_call,
}


def unwind(node: ast.expr) -> tuple[ast.expr, tuple[str | int, ...]]:
    """A chain of look-ups → its base and its constant keys: `a.b['c'][0]` → (`a`, ("b", "c", 0))."""
    keys: list[str | int] = []
    while True:
        if isinstance(node, ast.Attribute):
            keys.append(node.attr)
        elif isinstance(node, ast.Subscript) and (key := _literal_key(node.slice)) is not None:
            keys.append(key)
        else:
            return node, tuple(reversed(keys))
        node = node.value


def static_parts(name: str, keys: tuple[str | int, ...]) -> tuple[str, ...]:
    """The dotted name that a chain begins with: `a`, ("b", 0, "c") → ("a", "b")."""
    parts = [name]
    for key in keys:
        if not isinstance(key, str):
            break
        parts.append(key)
    return tuple(parts)


def _literal_key(node: ast.expr) -> str | int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        key = _literal_key(node.operand)
        return -key if isinstance(key, int) else None
    if isinstance(node, ast.Constant) and type(node.value) in (str, int):
        return node.value  # type: ignore[return-value]
    return None
