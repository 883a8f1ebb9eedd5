"""A compiled piece of an expression, and constant folding."""

from __future__ import annotations

from typing import Any, NamedTuple

from loadspec.expr.errors import Missing
from loadspec.expr.scope import Getter


class Code(NamedTuple):
    """A compiled piece: `run(ctx)` gives its value; where `constant`, `value` is that value."""

    run: Getter
    constant: bool = False
    value: Any = None


def constant(value: Any) -> Code:
    """A piece that never changes."""
    return Code(lambda _ctx: value, True, value)


LARGE = 4096
"""Letters and items, all that is in it counted, of a constant that no function is called on before the run."""


def small(piece: Code) -> bool:
    """Whether a constant is small enough to be worked on before the run; True for what is no constant."""
    room, rest = LARGE, [piece.value]
    while rest:
        value = rest.pop()
        if isinstance(value, (str, bytes, list, tuple, dict)):
            room -= len(value)
            if room < 0:
                return False
            if isinstance(value, dict):
                rest += [*value.keys(), *value.values()]
            elif isinstance(value, (list, tuple)):
                rest += value
    return True


def folded(run: Getter, *inputs: Code) -> Code:
    """`run`, evaluated now where all its inputs are constant.

    A failure stays for run time, since `default(…)` may be around it.
    """
    if all(piece.constant for piece in inputs):
        try:
            return constant(run(None))
        except Missing:
            pass
    return Code(run)
