"""Operators as closures. The common shapes (`name == constant`, a range, two conditions) have their own.

Only the operation itself stands inside a `try`, so that a bug in a getter is not taken for a clash of types.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any

from loadspec.expr.code import Code, constant, folded, small
from loadspec.expr.errors import EvalError
from loadspec.expr.scope import Getter
from loadspec.expr.values import MAX_ITEMS, MAX_NUMBER, MAX_TEXT, kind

Operation = Callable[[Any, Any], Any]
_CLASH = (TypeError, ValueError, RecursionError)
_FAILURES = (TypeError, ValueError, ArithmeticError, RecursionError)


def _inside(left: Any, right: Any) -> bool:
    return left in right


def _outside(left: Any, right: Any) -> bool:
    return left not in right


COMPARISONS: dict[type[ast.cmpop], tuple[str, Operation]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.In: ("in", _inside),
    ast.NotIn: ("not in", _outside),
}


def compare(symbols: Sequence[ast.cmpop], operands: Sequence[Code]) -> Code:
    """`a < b`, or a chain `a < b < c`. Raises (at run time) EvalError where the types have no order."""
    rows = [COMPARISONS[type(symbol)] for symbol in symbols]
    if len(rows) == 1:
        return folded(_compare_one(type(symbols[0]), operands[0], operands[1]), *operands)
    return folded(_chain(rows, operands), *operands)


def _compare_one(symbol: type[ast.cmpop], left: Code, right: Code) -> Getter:
    get, other, value = left.run, right.run, right.value
    if right.constant:
        if symbol is ast.Eq:
            return lambda ctx: get(ctx) == value
        if symbol is ast.NotEq:
            return lambda ctx: get(ctx) != value
        if symbol is ast.In and isinstance(value, (list, tuple)):
            members = tuple(value)
            return lambda ctx: get(ctx) in members
    name, operation = COMPARISONS[symbol]

    def run_constant(ctx: Any) -> Any:
        found = get(ctx)
        try:
            return operation(found, value)
        except _CLASH:
            raise _clash(name, found, value) from None

    def run(ctx: Any) -> Any:
        first, second = get(ctx), other(ctx)
        try:
            return operation(first, second)
        except _CLASH:
            raise _clash(name, first, second) from None

    return run_constant if right.constant else run


def _chain(rows: Sequence[tuple[str, Operation]], operands: Sequence[Code]) -> Getter:
    first = operands[0].run
    rest = [(name, operation, piece.run) for (name, operation), piece in zip(rows, operands[1:], strict=True)]

    def run(ctx: Any) -> bool:
        left = first(ctx)
        for name, operation, get in rest:
            right = get(ctx)
            try:
                holds = operation(left, right)
            except _CLASH:
                raise _clash(name, left, right) from None
            if not holds:
                return False
            left = right
        return True

    return run


def _clash(name: str, left: Any, right: Any) -> EvalError:
    return EvalError(f"`{name}` cannot compare {kind(left)} with {kind(right)}")


def both(pieces: Sequence[Code]) -> Code:
    """`a and b and …`: the first value that is false, else the last."""
    return _junction(pieces, stop=False)


def either(pieces: Sequence[Code]) -> Code:
    """`a or b or …`: the first value that is true, else the last."""
    return _junction(pieces, stop=True)


def _junction(pieces: Sequence[Code], stop: bool) -> Code:
    kept: list[Code] = []
    for piece in pieces:
        if piece.constant and bool(piece.value) == stop:
            kept.append(piece)
            break  # nothing behind it is ever looked at
        if piece.constant and piece is not pieces[-1]:
            continue  # it never decides
        kept.append(piece)
    if len(kept) == 1:
        return kept[0]
    first, second = kept[0].run, kept[1].run
    if len(kept) == 2:
        return Code((lambda ctx: first(ctx) or second(ctx)) if stop else (lambda ctx: first(ctx) and second(ctx)))
    runs = [piece.run for piece in kept]

    def run(ctx: Any) -> Any:
        value = None
        for get in runs:
            value = get(ctx)
            if bool(value) == stop:
                return value
        return value

    return Code(run)


def negation(piece: Code) -> Code:
    """`not a`."""
    get = piece.run
    return folded(lambda ctx: not get(ctx), piece)


def minus(piece: Code) -> Code:
    """`-a`. Raises (at run time) EvalError for what is no number."""
    get = piece.run

    def run(ctx: Any) -> Any:
        value = get(ctx)
        try:
            return -value
        except TypeError:
            raise EvalError(f"`-` cannot take {kind(value)}") from None

    return folded(run, piece)


def choice(test: Code, then: Code, other: Code) -> Code:
    """`then if test else other`."""
    if test.constant:
        return then if test.value else other
    decide, yes, no = test.run, then.run, other.run
    return Code(lambda ctx: yes(ctx) if decide(ctx) else no(ctx))


def _add(left: Any, right: Any) -> Any:
    total = left + right
    if isinstance(total, str) and len(total) > MAX_TEXT:
        raise EvalError(f"`+` would make a text longer than {MAX_TEXT} characters")
    if isinstance(total, (list, tuple)) and len(total) > MAX_ITEMS:
        raise EvalError(f"`+` would make a list longer than {MAX_ITEMS} items")
    return total


def _multiply(left: Any, right: Any) -> Any:
    """Numbers only: `'a' * 10**8` must not exist."""
    if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
        raise TypeError
    product = left * right
    if not -MAX_NUMBER < product < MAX_NUMBER and isinstance(product, int):
        raise EvalError("`*` would make a number of more than a thousand digits")
    return product


def _modulo(left: Any, right: Any) -> Any:
    """Numbers only: `'%999999999d' % 1` must not exist."""
    if not isinstance(left, (int, float)):
        raise TypeError
    return left % right


ARITHMETIC: dict[type[ast.operator], tuple[str, Operation]] = {
    ast.Add: ("+", _add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", _multiply),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", _modulo),
}


def arithmetic(symbol: ast.operator, left: Code, right: Code) -> Code:
    """`a + b` and its like. Raises (at run time) EvalError for types that do not fit and divisions by zero."""
    name, operation = ARITHMETIC[type(symbol)]
    get, other = left.run, right.run

    def run(ctx: Any) -> Any:
        first, second = get(ctx), other(ctx)
        try:
            return operation(first, second)
        except ZeroDivisionError:
            raise EvalError(f"`{name}` divides by zero") from None
        except _FAILURES:
            raise EvalError(f"`{name}` cannot take {kind(first)} and {kind(second)}") from None

    return folded(run, left, right)


def call(
    name: str, function: Callable[..., Any], arguments: Sequence[Code], given: Getter | None = None, pure: bool = True
) -> Code:
    """A call of the function table. Raises (at run time) EvalError for arguments that do not fit.

    `given` reads a first argument out of the context, such as the user's chance: the call is never folded then.
    """
    gets = [piece.run for piece in arguments]

    def fail(values: Sequence[Any]) -> EvalError:
        return EvalError(f"{name}() cannot use what it was given: {', '.join(kind(value) for value in values)}")

    if given is not None:
        return Code(_call_given(function, gets, given, fail))
    run = _call_pure(function, gets, fail)
    return folded(run, *arguments) if pure and all(map(small, arguments)) else Code(run)


_Fail = Callable[[Sequence[Any]], EvalError]


def _call_pure(function: Callable[..., Any], gets: Sequence[Getter], fail: _Fail) -> Getter:
    first, second = gets[0], gets[-1]

    def run_one(ctx: Any) -> Any:
        value = first(ctx)
        try:
            return function(value)
        except _FAILURES:
            raise fail([value]) from None

    def run_two(ctx: Any) -> Any:
        value, other = first(ctx), second(ctx)
        try:
            return function(value, other)
        except _FAILURES:
            raise fail([value, other]) from None

    def run(ctx: Any) -> Any:
        values = [get(ctx) for get in gets]
        try:
            return function(*values)
        except _FAILURES:
            raise fail(values) from None

    return {1: run_one, 2: run_two}.get(len(gets), run)


def _call_given(function: Callable[..., Any], gets: Sequence[Getter], given: Getter, fail: _Fail) -> Getter:
    def run_none(ctx: Any) -> Any:
        return function(given(ctx))

    def run(ctx: Any) -> Any:
        values = [get(ctx) for get in gets]
        try:
            return function(given(ctx), *values)
        except _FAILURES:
            raise fail(values) from None

    return run if gets else run_none


def sequence(make: Callable[[list[Any]], Any], pieces: Sequence[Code]) -> Code:
    """A list or tuple of pieces."""
    gets = [piece.run for piece in pieces]
    if not gets:
        return constant(make([]))
    return folded(lambda ctx: make([get(ctx) for get in gets]), *pieces)


def mapping(keys: Sequence[Code], values: Sequence[Code]) -> Code:
    """A dict of pieces. Raises (at run time) EvalError for a key that is a list or a map."""
    pairs = [(key.run, value.run) for key, value in zip(keys, values, strict=True)]

    def run(ctx: Any) -> dict[Any, Any]:
        items = [(key(ctx), value(ctx)) for key, value in pairs]
        try:
            return dict(items)
        except TypeError:
            raise EvalError("a list or a map cannot be a key") from None

    return folded(run, *keys, *values)
