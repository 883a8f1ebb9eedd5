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
"""Letters or items of a constant that no function is called on before the run: `validate` shall do no work for it."""


def small(piece: Code) -> bool:
    """Whether a constant is small enough to be worked on before the run; True for what is no constant."""
    value = piece.value
    return not isinstance(value, (str, bytes, list, tuple, dict)) or len(value) <= LARGE


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
