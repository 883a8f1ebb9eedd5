"""What kinds of values an expression can meet, without evaluating it: what can never work, and what never changes.

A kind is a bit of `functions.row`; an expression may give any of a sum of them. A finding is `certain` where every
evaluation fails (`status + 'a'`), otherwise the expression works and cannot mean what it says (`status == '200'`).
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from loadspec.expr.errors import ExprError
from loadspec.expr.functions import FUNCTIONS, Param
from loadspec.expr.functions.row import ANY, BYTES, LIST, MAP, NULL, NUMBER, TEXT, TRUTH
from loadspec.expr.kindhelp import compare_help, sum_help
from loadspec.expr.parse import LITERALS, Parsed, parse, static_parts, unwind
from loadspec.expr.template import TemplateExpr, parse_template

NameKinds = Callable[[tuple[str, ...]], tuple[int, int]]
"""The parts of a dotted name → (the kinds it may have, how many of its parts that is about)."""

NUMERIC = NUMBER | TRUTH
_WORDS = {
    NULL: "null",
    TRUTH: "true or false",
    NUMBER: "a number",
    TEXT: "text",
    LIST: "a list",
    MAP: "a map",
    BYTES: "bytes",
}
UNKNOWN = object()
"""The value of what is no literal."""


class Doubt(NamedTuple):
    """A finding: its columns, what is wrong and what to do; `constant` says that a condition never changes."""

    offset: int
    length: int
    message: str
    help: str = ""
    certain: bool = False
    constant: bool = False


class Kinds(NamedTuple):
    """What an expression may give, and what was found on the way."""

    gives: int
    doubts: tuple[Doubt, ...]


def kinds_in(text: str, names: NameKinds, condition: bool = False) -> Kinds:
    """The kinds of a bare expression; `condition` says that only its truth counts. Raises ExprError."""
    walk = _Walk(parse(text), names)
    gives = walk.condition(walk.parsed.tree, "this condition") if condition else walk.of(walk.parsed.tree)
    return Kinds(gives, tuple(walk.found))


def kinds_in_template(text: str, names: NameKinds) -> Kinds:
    """The kinds of a template, with columns in the whole text. Raises ExprError."""
    parts = parse_template(text)
    found: list[Doubt] = []
    gives = TEXT
    for part in parts:
        if isinstance(part, TemplateExpr):
            try:
                inner = kinds_in(part.text, names)
            except ExprError as error:
                raise error.shifted(part.offset) from None
            found += [doubt._replace(offset=doubt.offset + part.offset) for doubt in inner.doubts]
            gives = inner.gives if len(parts) == 1 else TEXT
    return Kinds(gives, tuple(found))


def words(kinds: int) -> str:
    """Kinds as a person lists them: `text, a list or a map`."""
    listed = [word for bit, word in _WORDS.items() if kinds & bit]
    return " or ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))


def kind_of(value: Any) -> int:
    """The kind of a value."""
    if value is None:
        return NULL
    for types, kind in ((bool, TRUTH), ((int, float), NUMBER), (str, TEXT), ((list, tuple), LIST), (dict, MAP)):
        if isinstance(value, types):
            return kind
    return BYTES


def literal(node: ast.expr) -> Any:
    """The value of a literal, UNKNOWN for anything else."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return LITERALS.get(node.id, UNKNOWN)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = literal(node.operand)
        return -value if isinstance(value, (int, float)) else UNKNOWN
    if isinstance(node, (ast.List, ast.Tuple)):
        values = [literal(item) for item in node.elts]
        return UNKNOWN if any(value is UNKNOWN for value in values) else values
    return {} if isinstance(node, ast.Dict) and not node.keys else UNKNOWN


class _Walk:
    """One expression: `of` gives a node's kinds and keeps what it finds wrong below it."""

    def __init__(self, parsed: Parsed, names: NameKinds) -> None:
        self.parsed = parsed
        self.names = names
        self.found: list[Doubt] = []

    def of(self, node: ast.expr) -> int:
        value = literal(node)
        if value is not UNKNOWN:
            return kind_of(value)
        return _OF[type(node)](self, node)

    def report(
        self, node: ast.expr, message: str, help: str = "", certain: bool = False, constant: bool = False
    ) -> None:
        length = len(self.parsed.segment(node))
        self.found.append(Doubt(self.parsed.offset(node), length, message, help, certain, constant))

    def fail(self, node: ast.expr, message: str, help: str = "") -> int:
        """A certain failure: what comes of it, nobody sees."""
        self.report(node, message, help, certain=True)
        return ANY

    # Conditions

    def condition(self, node: ast.expr, what: str, help: str = "write a comparison, for example status == 200") -> int:
        """The kinds of what is only asked whether it is true."""
        value = literal(node)
        if value is not UNKNOWN:
            shown = "true" if value else "false"
            self.report(
                node, f"{what} never changes: `{self.parsed.segment(node)}` is always {shown}", help, constant=True
            )
            return kind_of(value)
        if isinstance(node, ast.BoolOp):
            return self.junction(node, condition=True)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self.condition(node.operand, what, help)
            return TRUTH
        return self.of(node)

    def junction(self, node: ast.BoolOp, condition: bool = False) -> int:
        gives = 0
        word = "and" if isinstance(node.op, ast.And) else "or"
        for index, part in enumerate(node.values):
            if condition or index < len(node.values) - 1:
                gives |= self.condition(part, f"this side of `{word}`", self._alone(node, index))
            else:
                gives |= self.of(part)
        self.clashes(node)
        return gives

    def _alone(self, node: ast.BoolOp, index: int) -> str:
        """`status == 200 or 202`: what was meant."""
        before = node.values[index - 1] if index else None
        if isinstance(before, ast.Compare) and len(before.ops) == 1 and isinstance(before.ops[0], (ast.Eq, ast.NotEq)):
            name, first = self.parsed.segment(before.left), self.parsed.segment(before.comparators[0])
            inside = "in" if isinstance(before.ops[0], ast.Eq) else "not in"
            return f"write {name} {inside} [{first}, {self.parsed.segment(node.values[index])}]"
        return "compare it with something, or leave it out"

    def clashes(self, node: ast.BoolOp) -> None:
        """`x == 1 and x == 2` never holds, `x != 1 or x != 2` always does."""
        symbol, sense, help = (
            (ast.Eq, "never holds", "write `or`, or x in [...]")
            if isinstance(node.op, ast.And)
            else (ast.NotEq, "always holds", "write `and`, or x not in [...]")
        )
        seen: dict[str, Any] = {}
        for part in node.values:
            if not isinstance(part, ast.Compare) or len(part.ops) != 1 or not isinstance(part.ops[0], symbol):
                continue
            value = literal(part.comparators[0])
            if value is UNKNOWN:
                continue
            if seen.setdefault(ast.dump(part.left), value) != value:
                self.report(part.comparators[0], f"together with what stands before, this {sense}", help)

    # Comparisons

    def compare(self, node: ast.Compare) -> int:
        operands = [node.left, *node.comparators]
        kinds = [self.of(operand) for operand in operands]
        for index, symbol in enumerate(node.ops):
            self.pair(symbol, operands[index : index + 2], kinds[index], kinds[index + 1])
        self.backwards(node, operands)
        return TRUTH

    def pair(self, symbol: ast.cmpop, operands: Sequence[ast.expr], left: int, right: int) -> None:
        values = [literal(operand) for operand in operands]
        at = operands[0] if values[0] is not UNKNOWN and values[1] is UNKNOWN else operands[1]
        if UNKNOWN not in values:
            self.settled(symbol, operands, values)
        elif isinstance(symbol, (ast.In, ast.NotIn)):
            self.membership(symbol, operands, left, right)
        elif isinstance(symbol, (ast.Eq, ast.NotEq)):
            if not alike(left, right):
                never = "equal: this is always " + ("false" if isinstance(symbol, ast.Eq) else "true")
                message = f"{words(left)} and {words(right)} are never {never}"
                self.report(at, message, compare_help(self.parsed, operands, values, left, right))
        elif not (left & right & (TEXT | LIST) or (left & NUMERIC and right & NUMERIC)):
            sign = _SIGNS[type(symbol)]
            help = compare_help(self.parsed, operands, values, left, right)
            self.fail(at, f"`{sign}` cannot compare {words(left)} with {words(right)}", help)

    def settled(self, symbol: ast.cmpop, operands: Sequence[ast.expr], values: Sequence[Any]) -> None:
        try:
            holds = bool(_ORDER[type(symbol)](*values))
        except TypeError:
            self.fail(operands[1], f"{words(kind_of(values[0]))} and {words(kind_of(values[1]))} cannot be compared so")
            return
        help = "text that names something stands without quotes" if TEXT in map(kind_of, values) else ""
        self.report(operands[0], f"this comparison is always {str(holds).lower()}", help)

    def membership(self, symbol: ast.cmpop, operands: Sequence[ast.expr], left: int, right: int) -> None:
        if not right & (TEXT | LIST | MAP | BYTES):
            self.fail(
                operands[1], f"`in` looks into text, lists and maps; this is {words(right)}", "for one value write =="
            )
        elif right == TEXT and not left & TEXT:
            self.fail(operands[0], f"`in` finds text in text; this is {words(left)}", "write it in quotes, or str(x)")
        elif isinstance(operands[1], (ast.List, ast.Tuple)):
            items = [self.of(item) for item in operands[1].elts]
            if not any(alike(left, item) for item in items):
                verdict = "false" if isinstance(symbol, ast.In) else "true"
                message = f"none of these can be {words(left)}: this is always {verdict}"
                self.report(
                    operands[1], message, "numbers stand without quotes" if left & NUMERIC else "text stands in quotes"
                )

    def backwards(self, node: ast.Compare, operands: Sequence[ast.expr]) -> None:
        """`500 <= status <= 400` never holds."""
        ends = literal(operands[0]), literal(operands[-1])
        if len(operands) < 3 or not all(isinstance(end, (int, float)) for end in ends):
            return
        for family, fits in (((ast.Lt, ast.LtE), operator.le), ((ast.Gt, ast.GtE), operator.ge)):
            if all(isinstance(symbol, family) for symbol in node.ops) and not fits(*ends):
                self.report(operands[-1], "no number is between these two: this is always false", "swap them")

    # Arithmetic

    def binary(self, node: ast.BinOp) -> int:
        left, right = self.of(node.left), self.of(node.right)
        sign = _SIGNS[type(node.op)]
        numbers = left & NUMERIC and right & NUMERIC
        same = left & right & (TEXT | LIST) if isinstance(node.op, ast.Add) else 0
        if not numbers and not same:
            at = node.right if left & NUMERIC else node.left
            what = f"{words(left)} and {words(right)}"
            return self.fail(at, f"`{sign}` cannot take {what}", sum_help(sign, left, right))
        if isinstance(node.op, (ast.Div, ast.FloorDiv, ast.Mod)) and literal(node.right) in (0, 0.0):
            return self.fail(node.right, f"`{sign}` divides by zero")
        return (NUMBER if numbers else 0) | same

    def unary(self, node: ast.UnaryOp) -> int:
        if isinstance(node.op, ast.Not):
            self.condition(node.operand, "what `not` takes")
            return TRUTH
        kinds = self.of(node.operand)
        if not kinds & NUMERIC:
            return self.fail(node.operand, f"`-` cannot take {words(kinds)}")
        return NUMBER

    def choice(self, node: ast.IfExp) -> int:
        self.condition(node.test, "what stands behind `if`")
        return self.of(node.body) | self.of(node.orelse)

    # Calls and look-ups

    def call(self, node: ast.Call) -> int:
        name = node.func.id  # type: ignore[attr-defined]  # parse() allows no other callee
        function = FUNCTIONS.get(name)
        given = [self.of(argument) for argument in node.args]
        if function is None:
            return ANY
        params = list(function.params) + [function.params[-1]] * len(given) if function.params else []
        for argument, kinds, param in zip(node.args, given, params, strict=False):
            if not kinds & param.kinds:
                self.fail(argument, self._unfit(name, param, kinds), function.usage(name))
        if name in ("defined", "default") and literal(node.args[0]) is not UNKNOWN:
            message = f"a constant is always there, so `{name}` decides nothing"
            self.report(node.args[0], message, "names stand without quotes: " + function.signature(name))
        if name == "default":
            return given[0] | given[1]
        return _gathered(given) if name in ("min", "max") and len(given) > 1 else function.gives

    def _unfit(self, name: str, param: Param, kinds: int) -> str:
        return f"`{name}` takes {words(param.kinds)} as `{param.name}`, and this is {words(kinds)}"

    def path(self, node: ast.expr) -> int:
        base, keys = unwind(node)
        if isinstance(base, ast.Name) and base.id not in LITERALS:
            parts = static_parts(base.id, keys)
            kinds, used = self.names(parts)
            done, keys = ".".join(parts[:used]), keys[used - 1 :]
        elif base is node:
            return self.subscript(base) if isinstance(base, ast.Subscript) else ANY
        else:
            kinds, done = self.of(base), self.parsed.segment(base)
        for key in keys:
            needed = MAP if isinstance(key, str) else LIST | TEXT | MAP | BYTES
            if not kinds & needed:
                what = f"key `{key}`" if isinstance(key, str) else f"item {key}"
                help = f"json.{key} reads the body as JSON" if done == "body" else ""
                return self.fail(node, f"`{done}` is {words(kinds)}, which has no {what}", help)
            kinds = TEXT if kinds == TEXT else ANY
        return kinds

    def subscript(self, node: ast.Subscript) -> int:
        kinds = self.of(node.value)
        if not isinstance(node.slice, ast.Slice):
            self.of(node.slice)
            if not kinds & (LIST | TEXT | MAP | BYTES):
                return self.fail(node.value, f"{words(kinds)} has no items")
            return TEXT if kinds == TEXT else ANY
        if not kinds & (LIST | TEXT):
            return self.fail(node.value, f"only text and lists have slices, this is {words(kinds)}")
        return kinds & (LIST | TEXT)

    def list_(self, node: ast.List | ast.Tuple) -> int:
        for item in node.elts:
            self.of(item)
        return LIST

    def dict_(self, node: ast.Dict) -> int:
        for part in (*filter(None, node.keys), *node.values):
            self.of(part)
        return MAP


def alike(left: int, right: int) -> bool:
    """Whether values of these kinds can be equal: `true` is 1."""
    return bool(left & right or (left & NUMERIC and right & NUMERIC))


def _gathered(kinds: Sequence[int]) -> int:
    total = 0
    for kind in kinds:
        total |= kind
    return total


_OF: dict[type[ast.expr], Callable[[_Walk, Any], int]] = {
    ast.Name: _Walk.path,
    ast.Attribute: _Walk.path,
    ast.Subscript: _Walk.path,
    ast.Call: _Walk.call,
    ast.Compare: _Walk.compare,
    ast.BoolOp: _Walk.junction,
    ast.UnaryOp: _Walk.unary,
    ast.BinOp: _Walk.binary,
    ast.IfExp: _Walk.choice,
    ast.List: _Walk.list_,
    ast.Tuple: _Walk.list_,
    ast.Dict: _Walk.dict_,
}
_ORDER: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_SIGNS: dict[type[ast.AST], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}
