"""Syntax tree → closures, once. Constant parts are folded, names are bound by the caller's scope."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from loadspec.expr import lookups, operators
from loadspec.expr.code import Code, constant, folded
from loadspec.expr.errors import EvalError, ExprError, Missing, Topic, UnknownName
from loadspec.expr.functions import FUNCTIONS, HABITS, Function
from loadspec.expr.parse import LITERALS, Parsed, parse, static_parts, unwind
from loadspec.expr.regex import Regex, compile_regex
from loadspec.expr.scope import Getter, Scope, nearest
from loadspec.expr.values import kind


def compile_expression(text: str, scope: Scope) -> Getter:
    """A bare expression → `fn(ctx)`. Raises ExprError; the function raises Missing (or EvalError, one of its kind)."""
    return compile_code(text, scope).run


def compile_code(text: str, scope: Scope) -> Code:
    """As `compile_expression`, and it also says whether the expression is constant. Raises ExprError."""
    parsed = parse(text)
    return _Compiler(parsed, scope).build(parsed.tree)


_DASHED = r"^[\w-]*"


class _Compiler:
    """One expression on its way from tree to closure: a method for each kind of node (`_BUILDERS`)."""

    def __init__(self, parsed: Parsed, scope: Scope) -> None:
        self.parsed = parsed
        self.scope = scope

    def build(self, node: ast.expr) -> Code:
        return _BUILDERS[type(node)](self, node)

    def build_all(self, nodes: list[ast.expr]) -> list[Code]:
        return [self.build(node) for node in nodes]

    def fail(self, node: ast.expr, message: str, hint: str = "", topic: Topic = "syntax") -> ExprError:
        return ExprError(message, self.parsed.offset(node), hint, topic)

    # Names and look-ups

    def path(self, node: ast.expr) -> Code:
        """`name`, `a.b`, `a['b']`, `a[0]`, `f(x).b`, `a[b]`, `a[1:3]`."""
        base, keys, text = self.start(node)
        if not keys:
            return base
        return folded(lookups.lookup(base.run, keys, text), base)

    def start(self, node: ast.expr) -> tuple[Code, tuple[str | int, ...], str]:
        """What a chain of look-ups starts from, the keys left to look up at run time, and its start as text."""
        base, keys = unwind(node)
        if isinstance(base, ast.Name) and base.id not in LITERALS:
            parts = static_parts(base.id, keys)
            binding = self.resolve(base, parts)
            piece = Code(binding.get) if binding.get is not None else constant(binding.constant)
            text = lookups.path_text(base.id, keys[: binding.used - 1])
            return piece, keys[binding.used - 1 :], text
        if isinstance(base, ast.Name):
            return constant(LITERALS[base.id]), keys, base.id
        if isinstance(base, ast.Subscript):
            return self.subscript(base), keys, self.parsed.segment(base)
        return self.build(base), keys, self.parsed.segment(base)

    def resolve(self, node: ast.Name, parts: tuple[str, ...]) -> Any:
        try:
            return self.scope.resolve(parts)
        except UnknownName as error:
            raise self.fail(node, f"nothing is called `{'.'.join(error.parts)}`", self.name_hint(node, error)) from None

    def name_hint(self, node: ast.Name, error: UnknownName) -> str:
        column = self.parsed.offset(node) - self.parsed.lead
        before, after = self.parsed.text[:column], self.parsed.text[column:]
        dashed = re.search(r"([A-Za-z_][\w.]*)\.([\w-]+)-$", before)
        if dashed:
            return (
                f"a key with a dash is written in brackets: {dashed[1]}['{dashed[2]}-{re.findall(_DASHED, after)[0]}']"
            )
        if node.id in FUNCTIONS or node.id in self.scope.functions:
            return f"`{node.id}` is a function: {node.id}(…)"
        if error.suggestions:
            return "did you mean " + " or ".join(f"`{name}`" for name in error.suggestions) + "?"
        return "text stands in quotes; a capture has to come from an earlier step"

    def subscript(self, node: ast.Subscript) -> Code:
        """`a[b]` with a computed key, or a slice with constant ends."""
        base = self.build(node.value)
        text = self.parsed.segment(node.value)
        if not isinstance(node.slice, ast.Slice):
            key = self.build(node.slice)
            return folded(lookups.lookup_computed(base.run, key.run, text), base, key)
        ends = [
            constant(None) if end is None else self.build(end)
            for end in (node.slice.lower, node.slice.upper, node.slice.step)
        ]
        if not all(end.constant and (end.value is None or type(end.value) is int) for end in ends):
            raise self.fail(node, "the ends of a slice are constant whole numbers", "for example [0:3] or [-1:]")
        if ends[2].value == 0:
            raise self.fail(node, "the step of a slice cannot be 0")
        return folded(_slice(base.run, slice(*(end.value for end in ends))), base)

    # Calls

    def call(self, node: ast.Call) -> Code:
        name = node.func.id  # type: ignore[attr-defined]  # parse() allows no other callee
        if name in self.scope.functions:
            return self.context_call(node, name)
        function = FUNCTIONS.get(name)
        if function is None:
            raise self.unknown_function(node, name)
        if not function.min_args <= len(node.args) <= function.max_args:
            message = f"`{name}` does not take {_count(len(node.args))}"
            raise self.fail(node, message, function.usage(name), "function")
        if name in FORMS:
            return FORMS[name](self, node)
        pieces = self.build_all(node.args)
        return operators.call(name, function.call, pieces, self.given(node, name, function), function.pure)

    def given(self, node: ast.Call, name: str, function: Function) -> Getter | None:
        """Where a function of chance or time gets what it needs; None for all others."""
        if function.needs not in ("chance", "clock"):
            return None
        if function.needs == "chance" and self.scope.chance is not None:
            return self.scope.chance
        if function.needs == "clock" and self.scope.clock is not None:
            return self.scope.clock
        raise self.fail(node, f"`{name}` has no value here", "chance and time belong to a running user", "function")

    def unknown_function(self, node: ast.Call, name: str) -> ExprError:
        known = sorted({*FUNCTIONS, *self.scope.functions})
        if name in HABITS:
            hint = f"here that is {HABITS[name]}"
        else:
            near = nearest(name, known)
            hint = f"did you mean `{near[0]}`?" if near else f"the functions are {', '.join(known)}"
        return self.fail(node, f"there is no function `{name}`", hint, "function")

    def context_call(self, node: ast.Call, name: str) -> Code:
        """`since('generate')`: the scope makes a getter of the constant arguments."""
        arguments = self.build_all(node.args)
        if not all(piece.constant for piece in arguments):
            wrong = next(argument for argument, piece in zip(node.args, arguments, strict=True) if not piece.constant)
            meant = wrong.id if isinstance(wrong, ast.Name) else "a_name"
            hint = f"a name stands in quotes: {name}('{meant}')"
            raise self.fail(wrong, f"the arguments of `{name}` are constants", hint, "function")
        try:
            return Code(self.scope.functions[name](tuple(piece.value for piece in arguments)))
        except ExprError as error:
            raise self.fail(node, error.message, error.hint) from None
        except UnknownName as error:
            hint = "did you mean " + " or ".join(f"`{near}`" for near in error.suggestions) + "?"
            message = f"nothing is called `{'.'.join(error.parts)}`"
            raise self.fail(node, message, hint if error.suggestions else "") from None
        except ValueError as error:
            raise self.fail(node, str(error)) from None

    def defined(self, node: ast.Call) -> Code:
        base, keys, _ = self.start(node.args[0])
        return folded(lookups.defined(base.run, keys), base)

    def default(self, node: ast.Call) -> Code:
        piece, fallback = self.build_all(node.args)
        if piece.constant:
            return piece
        get, other = piece.run, fallback.run

        def run(ctx: Any) -> Any:
            try:
                return get(ctx)
            except Missing:
                return other(ctx)

        return Code(run)

    def matches(self, node: ast.Call) -> Code:
        """Never folded, as its like: `validate` of a stranger's spec runs no regular expression."""
        return Code(_holds(self.build(node.args[0]).run, self.regex(node, 1)))

    def find(self, node: ast.Call) -> Code:
        return Code(_find(self.build(node.args[0]).run, self.regex(node, 1), self.parsed.segment(node)))

    def find_all(self, node: ast.Call) -> Code:
        return Code(_find_all(self.build(node.args[0]).run, self.regex(node, 1)))

    def regex(self, node: ast.Call, index: int) -> Regex:
        """The constant regular expression among a call's arguments, compiled."""
        argument = node.args[index]
        try:
            return compile_regex(self.constant_text(node, argument, "regular expression"))
        except ExprError as error:
            raise self.inside(argument, error) from None

    def path_of(self, node: ast.Call) -> Any:
        argument = node.args[1]
        text = self.constant_text(node, argument, "JSONPath")
        if self.scope.paths is None:
            raise self.fail(node, "no JSONPath is known here", "", "function")
        try:
            return self.scope.paths(text)
        except ExprError as error:
            raise self.inside(argument, ExprError(error.message, error.offset, error.hint, "function")) from None

    def jsonpath(self, node: ast.Call) -> Code:
        return Code(_applied(self.build(node.args[0]).run, self.path_of(node).first))

    def jsonpath_all(self, node: ast.Call) -> Code:
        return Code(_applied(self.build(node.args[0]).run, self.path_of(node).every))

    def constant_text(self, node: ast.Call, argument: ast.expr, what: str) -> str:
        piece = self.build(argument)
        if not piece.constant or not isinstance(piece.value, str):
            name = node.func.id  # type: ignore[attr-defined]
            raise self.fail(
                argument, f"the {what} of `{name}` is a constant text", "write it here, in quotes", "function"
            )
        return piece.value

    def inside(self, argument: ast.expr, error: ExprError) -> ExprError:
        """An error in a text, moved to where the text is written: its column is known where nothing is escaped."""
        written = self.parsed.segment(argument)
        start = re.match(r"[rR]?['\"]", written)
        plain = isinstance(argument, ast.Constant) and start and written[start.end() : -1] == argument.value
        return error.shifted(self.parsed.offset(argument) + (start.end() if start and plain else -error.offset))

    def elsewhere(self, node: ast.Call) -> Code:
        """`since` and `draw`, where the scope has none."""
        raise self.fail(
            node, f"`{self.parsed.segment(node.func)}` has no value here", "it belongs to a step", "function"
        )

    # Everything else

    def literal(self, node: ast.Constant) -> Code:
        return constant(node.value)

    def compare(self, node: ast.Compare) -> Code:
        return operators.compare(node.ops, self.build_all([node.left, *node.comparators]))

    def junction(self, node: ast.BoolOp) -> Code:
        pieces = self.build_all(node.values)
        return operators.both(pieces) if isinstance(node.op, ast.And) else operators.either(pieces)

    def unary(self, node: ast.UnaryOp) -> Code:
        piece = self.build(node.operand)
        return operators.negation(piece) if isinstance(node.op, ast.Not) else operators.minus(piece)

    def binary(self, node: ast.BinOp) -> Code:
        return operators.arithmetic(node.op, self.build(node.left), self.build(node.right))

    def choice(self, node: ast.IfExp) -> Code:
        return operators.choice(self.build(node.test), self.build(node.body), self.build(node.orelse))

    def list_(self, node: ast.List) -> Code:
        return operators.sequence(list, self.build_all(node.elts))

    def tuple_(self, node: ast.Tuple) -> Code:
        return operators.sequence(tuple, self.build_all(node.elts))

    def dict_(self, node: ast.Dict) -> Code:
        keys = [key for key in node.keys if key is not None]
        return operators.mapping(self.build_all(keys), self.build_all(node.values))


FORMS: dict[str, Callable[[_Compiler, ast.Call], Code]] = {
    "defined": _Compiler.defined,
    "default": _Compiler.default,
    "matches": _Compiler.matches,
    "find": _Compiler.find,
    "find_all": _Compiler.find_all,
    "jsonpath": _Compiler.jsonpath,
    "jsonpath_all": _Compiler.jsonpath_all,
    "since": _Compiler.elsewhere,
    "draw": _Compiler.elsewhere,
}
"""Functions whose arguments are not simply evaluated first."""

_BUILDERS: dict[type[ast.expr], Callable[[_Compiler, Any], Code]] = {
    ast.Name: _Compiler.path,
    ast.Attribute: _Compiler.path,
    ast.Subscript: _Compiler.path,
    ast.Call: _Compiler.call,
    ast.Constant: _Compiler.literal,
    ast.Compare: _Compiler.compare,
    ast.BoolOp: _Compiler.junction,
    ast.UnaryOp: _Compiler.unary,
    ast.BinOp: _Compiler.binary,
    ast.IfExp: _Compiler.choice,
    ast.List: _Compiler.list_,
    ast.Tuple: _Compiler.tuple_,
    ast.Dict: _Compiler.dict_,
}


def _slice(get: Getter, cut: slice) -> Getter:
    def run(ctx: Any) -> Any:
        value = get(ctx)
        if not isinstance(value, (str, list, tuple)):
            raise EvalError(f"only text and lists have slices, this is {kind(value)}")
        return value[cut]

    return run


def _holds(get: Getter, regex: Regex) -> Getter:
    encoded, search = regex.encoded, regex.search
    return lambda ctx: search(encoded(get(ctx)))[0][0] >= 0


def _find(get: Getter, regex: Regex, text: str) -> Getter:
    encoded, search, group = regex.encoded, regex.search, regex.group

    def run(ctx: Any) -> str:
        data = encoded(get(ctx))
        start, end = search(data)[group]
        if start < 0:
            raise Missing(text)
        return data[start:end].decode("utf-8", "replace")

    return run


def _find_all(get: Getter, regex: Regex) -> Getter:
    return lambda ctx: [found.decode("utf-8", "replace") for found in regex.each(regex.encoded(get(ctx)))]


def _applied(get: Getter, function: Callable[[Any], Any]) -> Getter:
    return lambda ctx: function(get(ctx))


def _count(number: int) -> str:
    return f"{number} argument" + ("" if number == 1 else "s")
