"""Names and functions inside expressions and templates, checked without evaluating anything."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
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
from loadspec.spec.diagnostics import Diagnostic, Path, did_you_mean, listed
from loadspec.spec.places import Places

ANSWER = ("status", "duration", "ok", "json", "body", "headers", "error", "size")
CONTEXT = ("env", "vars", "pool", "setup", "steps", "run", "vu", "iteration")
RESERVED = (*ANSWER, *CONTEXT)
OUTCOMES = ("ok", "status", "duration")


@dataclass(frozen=True, slots=True)
class Known:
    """What a document declares: the same for all its expressions."""

    env: frozenset[str] = frozenset()
    vars: frozenset[str] = frozenset()
    pools: frozenset[str] = frozenset()
    setup: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class View:
    """What one expression may name.

    `constants` restricts it to env and vars. `answer` says that an answer is there, `ok` that it has been judged.
    `captures` and `steps` are there by now; `later` are captures and steps that come only later in the flow.
    """

    known: Known
    where: str = "the flow"
    constants: bool = False
    answer: bool = False
    ok: bool = False
    captures: frozenset[str] = frozenset()
    later_captures: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()
    later_steps: frozenset[str] = frozenset()
    setup_over: bool = True
    drawn: set[str] = field(default_factory=set)
    """Pools that were drawn from, for whoever looks for unused ones."""


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
        more = {"label": problem.label, "help": problem.help}
        self.found.append(self.places.text(path, text, at, problem.code, problem.message, problem.length, **more))


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding about one name: `shift` and `length` say which part of it."""

    code: str
    message: str
    label: str = ""
    help: str = ""
    shift: int = 0
    length: int = 0


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
            named = any(function in text for function in _EVERYTHING.functions)
            found = tuple(names(text)), tuple(calls(text)) if named else ()
    except ExprError as error:
        return error
    return found


class _Everything(Scope):
    """Binds every name: what it refuses is not a matter of names."""

    def resolve(self, parts: tuple[str, ...]) -> Binding:
        return Binding(get=_nothing, used=len(parts))


def _nothing(_: Any) -> Any:
    return None


def _context_function(arguments: tuple[Any, ...]) -> Getter:
    if len(arguments) != 1 or not isinstance(arguments[0], str):
        raise ValueError("it takes one name in quotes")
    return _nothing


_EVERYTHING = _Everything(functions={"since": _context_function, "draw": _context_function})


def check_name(use: NameUse, view: View) -> Problem | None:
    """What is wrong with one dotted name, or None."""
    head = use.parts[0]
    if head in ANSWER:
        return _answer(head, view)
    if view.constants and head not in ("env", "vars"):
        message = f"`{head}` has no value here: only env and vars are known before the run"
        return Problem("LS039", message, length=len(head))
    check = _HEADS.get(head)
    if check:
        if len(use.parts) < 2:
            return Problem("LS024", f"`{head}` needs a name: `{head}.NAME`", length=len(head))
        return check(use, view)
    if head in CONTEXT:
        return None
    return _capture(head, view)


def _answer(head: str, view: View) -> Problem | None:
    length = len(head)
    if not view.answer:
        help = "another step's outcome is steps.NAME.ok, .status or .duration"
        return Problem("LS039", f"`{head}` is the answer's, and no answer is there yet", help=help, length=length)
    if head == "ok" and not view.ok:
        message = "`ok` is what the checks amount to: a check cannot use it"
        return Problem("LS039", message, help="for example status == 200", length=length)
    return None


def _declared(kind: str, code: str, section: str, names: Callable[[View], Iterable[str]]) -> _Check:
    def check(use: NameUse, view: View) -> Problem | None:
        name, known = use.parts[1], sorted(names(view))
        if section == "pools":
            view.drawn.add(name)
        if name in known:
            return None
        help = f"declared under `{section}`: {listed(known)}" if known else f"declare it under `{section}`"
        message = f"no {kind} is called `{name}`"
        return Problem(code, message, did_you_mean(name, known), help, _shift(use), len(name))

    return check


def _setup(use: NameUse, view: View) -> Problem | None:
    name, known = use.parts[1], sorted(view.known.setup)
    if not view.setup_over:
        return Problem("LS039", "setup is not over: in it, captures are read by their own name", length=len("setup"))
    if name in known:
        return None
    help = f"setup captures {listed(known)}" if known else "no step of `setup` captures anything"
    message = f"setup captures no `{name}`"
    return Problem("LS024", message, did_you_mean(name, known), help, _shift(use), len(name))


def _steps(use: NameUse, view: View) -> Problem | None:
    problem = _step(use.parts[1], view, _shift(use))
    if problem is None and len(use.parts) > 2 and use.parts[2] not in OUTCOMES:
        part = use.parts[2]
        shift = _shift(use) + len(use.parts[1]) + 1
        help = f"a step has {listed(OUTCOMES)}"
        message = f"a step has no `{part}`"
        problem = Problem("LS024", message, did_you_mean(part, OUTCOMES), help, shift, len(part))
    if problem is None and len(use.parts) < 3:
        name = use.parts[1]
        problem = Problem("LS024", f"say what of step `{name}`: steps.{name}.ok, .status or .duration")
    return problem


def _step(name: str, view: View, shift: int) -> Problem | None:
    if name in view.steps:
        return None
    if name in view.later_steps:
        message = f"step `{name}` comes only later in {view.where}"
        return Problem("LS039", message, shift=shift, length=len(name))
    known = sorted(view.steps)
    help = f"the steps before this one are {listed(known)}" if known else "no step comes before this one"
    message = f"no step of {view.where} is called `{name}`"
    return Problem("LS025", message, did_you_mean(name, view.steps | view.later_steps), help, shift, len(name))


def _capture(name: str, view: View) -> Problem | None:
    if name in view.captures:
        return None
    length = len(name)
    if name in view.later_captures:
        message = f"`{name}` is captured only later in {view.where}"
        return Problem("LS039", message, help="move the step that captures it up", length=length)
    for section, names in (("setup", view.known.setup), ("vars", view.known.vars), ("env", view.known.env)):
        if name in names:
            return Problem(
                "LS024", f"nothing is called `{name}` here", f"did you mean `{section}.{name}`?", length=length
            )
    if name in view.known.pools:
        return Problem("LS024", f"nothing is called `{name}` here", f"did you mean `pool.{name}`?", length=length)
    known = [*sorted(view.captures), *(RESERVED if view.answer else CONTEXT)]
    help = f"the names here are {listed(known)}"
    message = f"nothing is called `{name}`: no step before this one captures it"
    return Problem("LS024", message, did_you_mean(name, known), help, length=length)


def check_call(call: CallUse, view: View) -> Problem | None:
    """What is wrong with the name that `since` or `draw` is given, or None."""
    if call.name not in ("since", "draw"):
        return None
    if view.constants:
        message = f"`{call.name}` has no value here: only env and vars are known before the run"
        return Problem("LS039", message, length=len(call.name))
    name = str((call.args_constant or ("",))[0])
    if call.name == "since":
        return _step(name, view, 0)
    view.drawn.add(name)
    known = sorted(view.known.pools)
    if name in known:
        return None
    return Problem("LS022", f"no pool is called `{name}`", did_you_mean(name, known), f"the pools are {listed(known)}")


def _shift(use: NameUse) -> int:
    return len(use.parts[0]) + 1


_Check = Callable[[NameUse, View], Problem | None]

_HEADS: dict[str, _Check] = {
    "env": _declared("environment variable", "LS023", "env", lambda view: view.known.env),
    "vars": _declared("variable", "LS024", "vars", lambda view: view.known.vars),
    "pool": _declared("pool", "LS022", "pools", lambda view: view.known.pools),
    "setup": _setup,
    "steps": _steps,
}
"""First part of a dotted name → who checks the second."""
