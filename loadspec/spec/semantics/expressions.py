"""Expressions and templates, checked at their places without evaluating anything."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from loadspec.expr import (
    Binding,
    CallUse,
    ExprError,
    Getter,
    NameUse,
    Scope,
    calls_in,
    calls_in_template,
    compile_expression,
    compile_template,
    names_in,
    names_in_template,
)
from loadspec.extract.jsonpath import compile_jsonpath
from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.places import Places
from loadspec.spec.semantics.assignment import asked_for
from loadspec.spec.semantics.names import Problem, View, check_call, check_name

MAX_CHECKS = 50_000
MAX_TEMPLATES = 200
_QUOTED = re.compile(r"\w+\s*\(\s*['\"]")  # since('


@dataclass
class Work:
    """How many texts were checked: every step checks those of its endpoint again, and a file can ask for too many."""

    done: int = 0

    @property
    def exhausted(self) -> bool:
        """Nothing more will be checked; a diagnostic has said so."""
        return self.done >= MAX_CHECKS


class Expressions:
    """Checks texts at paths; collects what it finds."""

    def __init__(self, places: Places, work: Work) -> None:
        self.places = places
        self.work = work
        self.found: list[Diagnostic] = []

    def bare(self, value: Any, path: Path, view: View) -> None:
        """A bare expression; YAML may have read it as a number or truth value, which are fine."""
        if isinstance(value, str):
            self._check(value, path, view, _bare)

    def template(self, value: Any, path: Path, view: View) -> None:
        """A text with `{{ }}`, or any other value."""
        if isinstance(value, str) and "{{" in value:
            self._check(value, path, view, _template)

    def _check(self, text: str, path: Path, view: View, analyse: Callable[[str], _Analysis]) -> None:
        if self.work.exhausted:
            return
        self.work.done += 1
        if self.work.exhausted:
            message = f"steps and profiles together hold more than {MAX_CHECKS} expressions"
            self.found.append(self.places.value(path, "LS008", message, help="make several files of it"))
            return
        if text.count("{{") > MAX_TEMPLATES:
            message = f"a text holds at most {MAX_TEMPLATES} templates"
            self.found.append(self.places.value(path, "LS008", message, help="put the data into a pool"))
            return
        result = analyse(text)
        if isinstance(result, ExprError):
            self.found.append(self.places.text(path, text, result.offset, "LS026", result.message, help=result.hint))
            return
        if view.maybe and (asked := asked_for(text) & view.maybe):
            view = replace(view, captures=view.captures | asked)
        for use in result[0]:
            problem = check_name(use, view)
            if problem:
                self._report(text, path, use.offset, problem)
        for call in result[1]:
            problem = check_call(call, view)
            if problem:
                quoted = _QUOTED.match(text, call.offset)
                self._report(text, path, quoted.end() if quoted else call.offset, problem)

    def _report(self, text: str, path: Path, offset: int, problem: Problem) -> None:
        at = offset + problem.shift
        found = self.places.text(
            path,
            text,
            at,
            problem.code,
            problem.message,
            problem.length,
            label=problem.label,
            help=problem.help,
            level=problem.level,
        )
        self.found.append(found)


_Analysis = ExprError | tuple[tuple[NameUse, ...], tuple[CallUse, ...]]


@lru_cache(maxsize=1 << 14)
def _bare(text: str) -> _Analysis:
    return _analyse(text, names_in, calls_in, compile_expression)


@lru_cache(maxsize=1 << 14)
def _template(text: str) -> _Analysis:
    return _analyse(text, names_in_template, calls_in_template, compile_template)


def _analyse(
    text: str,
    names: Callable[[str], list[NameUse]],
    calls: Callable[[str], list[CallUse]],
    compile_text: Callable[[str, Scope], Any],
) -> _Analysis:
    """Names and calls of a text, or why it cannot be compiled: a scope that knows everything finds what is left."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile_text(text, _EVERYTHING)
            found = tuple(names(text)), tuple(calls(text)) if "(" in text else ()
    except ExprError as error:
        return error
    return found


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
