"""Expressions and templates, checked at their places without evaluating anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from loadspec.expr import CallUse, compile_regex
from loadspec.expr.functions.row import KINDS
from loadspec.expr.kinds import words
from loadspec.spec.diagnostics import Diagnostic, Level, Path
from loadspec.spec.places import Places
from loadspec.spec.semantics import analysis
from loadspec.spec.semantics.analysis import Analysis
from loadspec.spec.semantics.assignment import asked_for
from loadspec.spec.semantics.names import Problem, View, check_call, check_name

MAX_CHECKS = 50_000
MAX_TEMPLATES = 200
MAX_LETTERS = 250_000
"""Letters of all different expressions and templates: some 0.8 s of compiling."""
MAX_PATTERNS = 500_000
"""Steps of all compiled regular expressions: some 0.2 s of compiling."""
_QUOTED = r"\w+\s*\(\s*['\"]"  # since('
_TOPICS = {"syntax": "LS026", "function": "LS098", "regex": "LS097"}
_VALUES = ("repeat", "times", "over")
"""Keys whose bare expressions give a value, not only a truth."""
_PATTERNS = ("matches", "find", "find_all")
_REFUSED = 20_000
"""What a regular expression costs that turns out to be too large."""


class Work(Struct):
    """How many texts were checked: every step checks those of its endpoint again, and a file can ask for too many."""

    done: int = 0
    patterns: int = 0
    """Steps of the regular expressions so far."""
    letters: int = 0
    seen: set[str] = field(default_factory=set)

    @property
    def exhausted(self) -> bool:
        """Nothing more will be checked; a diagnostic has said so."""
        return self.done >= MAX_CHECKS or self.letters >= MAX_LETTERS or self.patterns >= MAX_PATTERNS

    def add(self, text: str) -> None:
        """Count one more text; the same text again costs next to nothing."""
        self.done += 1
        if text not in self.seen:
            self.seen.add(text)
            self.letters += len(text)


class Expressions:
    """Checks texts at paths; collects what it finds."""

    def __init__(self, places: Places, work: Work) -> None:
        self.places = places
        self.work = work
        self.found: list[Diagnostic] = []

    def bare(self, value: Any, path: Path, view: View) -> None:
        """A condition; YAML may have read it as a number or truth value, which are fine."""
        if isinstance(value, str):
            self._check(value, path, view, analysis.value if path[-1] in _VALUES else analysis.condition)

    def sample(self, value: Any, path: Path, view: View, metric: str) -> None:
        """A bare expression that gives samples of a kind of metric."""
        if not isinstance(value, str):
            return
        found = self._check(value, path, view, analysis.value)
        if found is not None and metric in ("trend", "counter", "gauge") and not found.gives & KINDS["number"]:
            message = f"a {metric} takes numbers, and this is {words(found.gives)}: no sample ever comes of it"
            help = "declare the metric as `rate`" if found.gives & KINDS["truth"] else "for example duration, or len(x)"
            self.found.append(self.places.text(path, value, 0, "LS095", message, len(value.rstrip()), help=help))

    def template(self, value: Any, path: Path, view: View) -> None:
        """A text with `{{ }}`, or any other value."""
        if isinstance(value, str) and "{{" in value:
            self._check(value, path, view, analysis.template)

    def _check(self, text: str, path: Path, view: View, analyse: Callable[[str], Analysis]) -> Analysis | None:
        """What was found out about it, where it compiles."""
        if self.work.exhausted:
            return None
        self.work.add(text)
        if self.work.exhausted:
            message = f"this file holds more than {MAX_CHECKS} expressions, or {MAX_LETTERS} letters of them"
            self.found.append(self.places.value(path, "LS008", message, help="make several files of it"))
            return None
        if text.count("{{") > MAX_TEMPLATES:
            message = f"a text holds at most {MAX_TEMPLATES} templates"
            self.found.append(self.places.value(path, "LS008", message, help="put the data into a pool"))
            return None
        result = analyse(text)
        if result.error is not None:
            error = result.error
            code = _TOPICS[error.topic]
            self._patterns(path, _REFUSED if error.topic == "regex" else 0)
            self.found.append(self.places.text(path, text, error.offset, code, error.message, help=error.hint))
            return None
        if view.maybe and (asked := asked_for(text) & view.maybe):
            view = replace(view, captures=view.captures | asked)
        for use in result.names:
            problem = check_name(use, view)
            if problem:
                self._report(text, path, use.offset, problem)
        for call in result.calls:
            problem = check_call(call, view)
            if problem:
                quoted = re.compile(_QUOTED).match(text, call.offset) if call.name in ("since", "draw") else None
                self._report(text, path, quoted.end() if quoted else call.offset, problem)
        self._patterns(path, sum(map(_steps, result.calls)))
        self._doubts(text, path, result)
        return result

    def _patterns(self, path: Path, steps: int) -> None:
        self.work.patterns += steps
        if steps and self.work.exhausted:
            message = "the regular expressions of this file are too large together"
            self.found.append(self.places.value(path, "LS008", message, help="make several files of it"))

    def _doubts(self, text: str, path: Path, result: Analysis) -> None:
        named = result.names or result.calls  # one that names nothing is a matter of `lints.conditions`
        for doubt in result.doubts if named else [doubt for doubt in result.doubts if doubt.certain]:
            code = "LS095" if doubt.certain else "LS099" if doubt.constant else "LS096"
            level: Level = "error" if doubt.certain else "warning"
            more = {"help": doubt.help, "level": level}
            self.found.append(self.places.text(path, text, doubt.offset, code, doubt.message, doubt.length, **more))

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


def _steps(call: CallUse) -> int:
    return compile_regex(call.last).size if call.name in _PATTERNS else 0
