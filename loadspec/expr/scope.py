"""What names mean: the one thing an expression must be told from outside."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from loadspec.expr.errors import UnknownName

Getter = Callable[[Any], Any]
"""Reads one value out of the evaluation's context; raises `Missing` where there is none."""

Factory = Callable[[tuple[Any, ...]], Getter]
"""Makes the getter of a context function's call, such as `since('generate')`, of its constant arguments.

Raises `ValueError` (or `ExprError` with a hint, or `UnknownName`) for arguments that make no sense.
"""


class Binding(Struct, frozen=True):
    """What the first `used` parts of a dotted path stand for: `get` reads it, or without `get` it is `constant`."""

    get: Getter | None = None
    constant: Any = None
    used: int = 1


Paths = Callable[[str], Any]
"""Compiles a JSONPath: the result's `first(value)` and `every(value)` find its matches. Raises `ExprError`."""


def wall(_ctx: Any) -> float:
    """Milliseconds since 1970."""
    return time.time() * 1000.0


class Scope:
    """A table of names and context functions; subclasses may override `resolve`.

    `chance` reads what gives 64 random bits a call out of the context, `clock` the milliseconds since 1970, `paths`
    compiles JSONPaths; without `chance` no expression here may draw, without `clock` none may ask for the time.

    `names` maps dotted names (`"status"`, `"steps.generate.ok"`, or a tuple of parts) to getters,
    `constants` maps them to values that never change, `functions` maps names to factories.
    """

    chance: Getter | None = None
    clock: Getter | None = staticmethod(wall)
    paths: Paths | None = None

    def __init__(
        self,
        names: Mapping[str | tuple[str, ...], Getter] | None = None,
        constants: Mapping[str | tuple[str, ...], Any] | None = None,
        functions: Mapping[str, Factory] | None = None,
    ) -> None:
        self.functions: Mapping[str, Factory] = dict(functions or {})
        self._table: dict[tuple[str, ...], Binding] = {}
        for name, get in (names or {}).items():
            parts = _parts(name)
            self._table[parts] = Binding(get=get, used=len(parts))
        for name, value in (constants or {}).items():
            parts = _parts(name)
            self._table[parts] = Binding(constant=value, used=len(parts))

    def resolve(self, parts: tuple[str, ...]) -> Binding:
        """The binding of the longest prefix of `parts` that has one; the rest are look-ups at run time.

        Raises UnknownName with the nearest legal names.
        """
        for used in range(len(parts), 0, -1):
            binding = self._table.get(parts[:used])
            if binding is not None:
                return binding
        raise UnknownName(parts, nearest(".".join(parts), [".".join(known) for known in self._table]))


def nearest(word: str, known: list[str]) -> list[str]:
    """Up to three of `known` that `word` may have meant, the likeliest first."""
    from difflib import get_close_matches  # lazily: only mistakes need it, and workers are told none

    return get_close_matches(word, known, n=3, cutoff=0.6)


def _parts(name: str | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.split(".")) if isinstance(name, str) else name
