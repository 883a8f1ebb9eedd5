"""What can be said of one text with expressions, whatever file it stands in: compiled, named, its kinds inferred."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from loadspec.expr import (
    Binding,
    CallUse,
    Doubt,
    ExprError,
    Getter,
    NameUse,
    Scope,
    calls_in,
    calls_in_template,
    compile_expression,
    compile_template,
    kinds_in,
    kinds_in_template,
    names_in,
    names_in_template,
)
from loadspec.expr.functions.row import ANY, KINDS
from loadspec.extract.jsonpath import compile_jsonpath

CACHED = 1 << 14


class Analysis(NamedTuple):
    """`error` if it does not compile; else its names, calls, doubts, and the kinds that it may give."""

    error: ExprError | None = None
    names: tuple[NameUse, ...] = ()
    calls: tuple[CallUse, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    gives: int = ANY


@lru_cache(maxsize=CACHED)
def condition(text: str) -> Analysis:
    """A bare expression of which only the truth counts."""
    return _analyse(text, names_in, calls_in, compile_expression, lambda text: kinds_in(text, name_kinds, True))


@lru_cache(maxsize=CACHED)
def value(text: str) -> Analysis:
    """A bare expression that gives a value, such as a sample."""
    return _analyse(text, names_in, calls_in, compile_expression, lambda text: kinds_in(text, name_kinds))


@lru_cache(maxsize=CACHED)
def template(text: str) -> Analysis:
    """A text with `{{ }}`."""
    kinds = lambda text: kinds_in_template(text, name_kinds)  # noqa: E731
    return _analyse(text, names_in_template, calls_in_template, compile_template, kinds)


def _analyse(
    text: str,
    names: Callable[[str], list[NameUse]],
    calls: Callable[[str], list[CallUse]],
    compile_text: Callable[[str, Scope], Any],
    kinds: Callable[[str], Any],
) -> Analysis:
    """A scope that knows every name finds what is wrong with the rest."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile_text(text, _EVERYTHING)
        found = kinds(text)
        return Analysis(None, tuple(names(text)), tuple(calls(text)) if "(" in text else (), found.doubts, found.gives)
    except ExprError as error:
        return Analysis(error)


_NAMES: dict[str, tuple[int, int]] = {
    "status": (KINDS["number"], 1),
    "duration": (KINDS["number"], 1),
    "size": (KINDS["number"], 1),
    "vu": (KINDS["number"], 1),
    "iteration": (KINDS["number"], 1),
    "ok": (KINDS["truth"], 1),
    "body": (KINDS["text"], 1),
    "error": (KINDS["text"] | KINDS["null"], 1),
    "error_code": (KINDS["number"], 1),
    "run.id": (KINDS["text"], 2),
    "run.seed": (KINDS["number"], 2),
}
_PARTS = {"ok": KINDS["truth"], "status": KINDS["number"], "duration": KINDS["number"]}


def name_kinds(parts: tuple[str, ...]) -> tuple[int, int]:
    """The kinds that a dotted name may have, and how many of its parts that is about."""
    head = parts[0]
    found = _NAMES.get(head) or _NAMES.get(".".join(parts[:2]))
    if found:
        return found
    if head == "headers":
        return (KINDS["text"], 2) if len(parts) > 1 else (KINDS["map"], 1)
    if head == "env" and len(parts) > 1:
        return KINDS["text"], 2
    if head == "steps" and len(parts) > 2:
        return _PARTS.get(parts[2], ANY), 3
    return ANY, min(len(parts), 2) if head in ("vars", "pool", "setup", "steps", "run") else 1


def _nothing(_: Any) -> Any:
    return None


class _Everything(Scope):
    """Binds every name: what it refuses is not a matter of names."""

    chance = staticmethod(_nothing)
    paths = staticmethod(compile_jsonpath)

    def resolve(self, parts: tuple[str, ...]) -> Binding:
        return Binding(get=_nothing, used=len(parts))


def _context_function(arguments: tuple[Any, ...]) -> Getter:
    if len(arguments) != 1 or not isinstance(arguments[0], str):
        raise ValueError("it takes one name in quotes")
    return _nothing


_EVERYTHING = _Everything(functions={"since": _context_function, "draw": _context_function})
