"""Definite assignment: which captures are there at each step of a flow, on every way to it or on some only.

The rules are those of languages with definite assignment (the Java Language Specification, chapter 16), where a
capture is the assignment: one made in every branch is there afterwards, one made in some branches, in a loop that may
run no pass or in a step with `when` is there maybe. A step that runs under a condition which asks for a name
(`defined(x)`), for a step (`steps.login.ok`), or in the words of an earlier condition, may count on what goes with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from loadspec.spec.diagnostics import Path
from loadspec.spec.semantics.values import mapping
from loadspec.spec.tree import CHILDREN, children

Raw = Mapping[str, Any]
Names = frozenset[str]
NONE: Names = frozenset()

_ASKED = r"\b(?:defined|default)\s*\(\s*([A-Za-z_]\w*)"
_STEP_OK = r"\bsteps\.(\w+)\.ok\b"


class There(Struct, frozen=True):
    """What is there at a point: captures made on every way to it, on some ways only, and steps that may have run."""

    sure: Names = NONE
    maybe: Names = NONE
    steps: Names = NONE

    def also(self, captures: Names, steps: Names = NONE) -> There:
        """With captures that are there for sure."""
        if captures <= self.sure and steps <= self.steps:
            return self
        return There(self.sure | captures, self.maybe - captures, self.steps | steps)

    def perhaps(self, captures: Names, steps: Names = NONE) -> There:
        """With captures that are there on some ways."""
        return There(self.sure, self.maybe | (captures - self.sure), self.steps | steps)


def join(ways: Sequence[There]) -> There:
    """After ways of which one was gone."""
    sure = frozenset.intersection(*(way.sure for way in ways))
    any_of = NONE.union(*(way.sure | way.maybe for way in ways))
    return There(sure, any_of - sure, NONE.union(*(way.steps for way in ways)))


def asked_for(text: Any) -> Names:
    """Names that a text looks for before it uses them."""
    return frozenset(re.findall(_ASKED, text)) if isinstance(text, str) else NONE


class Assignment(Struct):
    """Goes through a flow. `captured` and `name_of` say what a step captures and is called.

    `at` is told of each step (step, path, there, within, after): what is there when it begins, what may be counted on
    once its `when` holds, and what is there when it has captured; for a `repeat`, before each pass.
    """

    captured: Callable[[Raw], Names]
    name_of: Callable[[Raw], str]
    at: Callable[[Raw, Path, There, There, There], None]
    has_pass: Callable[[Raw], bool] = lambda step: isinstance(how_often(step), int)
    """Whether a `repeat` runs one pass at least."""
    _under: dict[str, set[str]] = field(default_factory=dict)
    """A condition's words → what was captured under it."""
    _signs: dict[str, Names] = field(default_factory=dict)
    """A capture, or steps.NAME.ok → what is there wherever that is."""

    def flow(self, steps: Iterable[Any], path: Path, there: There) -> There:
        """→ what is there after all of the steps."""
        for index, step in enumerate(steps):
            if isinstance(step, Mapping):
                there = self._step(step, (*path, index), there)
        return there

    def _step(self, step: Raw, path: Path, there: There) -> There:
        if "when" not in step:
            return self._bare(step, path, there, there)
        within = self._given(step["when"], there)
        after = self._bare(step, path, there, within)
        self._note(step["when"], after.sure - there.sure)
        return join((there, after))

    def _bare(self, step: Raw, path: Path, there: There, within: There) -> There:
        for action, run in _CONTAINERS.items():
            if action in step:
                return run(self, step, path, there, within)
        name, captures = self.name_of(step), self.captured(step)
        after = within.also(captures, frozenset((name,)) if name else NONE)
        self.at(step, path, there, within, after)
        for sign in (f"steps.{name}.ok", *captures):
            known = self._signs.get(sign)
            self._signs[sign] = after.sure if known is None else known & after.sure
        return after

    def _given(self, condition: Any, there: There) -> There:
        """Where a condition holds."""
        if not isinstance(condition, str):
            return there
        asked = asked_for(condition) & there.maybe
        signs = [*asked, *(f"steps.{name}.ok" for name in re.findall(_STEP_OK, condition))]
        found = (self._signs.get(sign, NONE) for sign in signs)
        return there.also(asked.union(self._under.get(condition.strip(), NONE), *found))

    def _note(self, condition: Any, captures: Names) -> None:
        if isinstance(condition, str) and captures:
            self._under.setdefault(condition.strip(), set()).update(captures)

    def _if(self, step: Raw, path: Path, there: There, within: There) -> There:
        self.at(step, path, there, within, within)
        ways = [] if "else" in step or step.get("if") is True else [within]
        for below, steps in CHILDREN["if"](step):
            row: Any = step
            for part in below[:-1]:
                row = row[part]
            start = within if below == ("else",) else self._given(row.get("if"), within)
            end = self.flow(steps, (*path, *below), start)
            if below != ("else",):
                self._note(row.get("if"), end.sure - within.sure)
            ways.append(end)
        return join(ways or [within])

    def _choose(self, step: Raw, path: Path, there: There, within: There) -> There:
        self.at(step, path, there, within, within)
        ways = []
        for below, steps in CHILDREN["choose"](step):
            end = self.flow(steps, (*path, *below), within)
            if step["choose"][below[1]].get("weight") != 0:
                ways.append(end)
        return join(ways or [within])

    def _parallel(self, step: Raw, path: Path, there: There, within: There) -> There:
        self.at(step, path, there, within, within)
        after = within
        for below, steps in CHILDREN["parallel"](step):
            for index, branch in enumerate(steps):
                if isinstance(branch, Mapping):
                    end = self._step(branch, (*path, *below, index), within)
                    after = after.also(end.sure, end.steps).perhaps(end.maybe)
        return after

    def _group(self, step: Raw, path: Path, there: There, within: There) -> There:
        self.at(step, path, there, within, within)
        for below, steps in CHILDREN["group"](step):
            within = self.flow(steps, (*path, *below), within)
        return within

    def _repeat(self, step: Raw, path: Path, there: There, within: There) -> There:
        own = loop_names(step)
        everything = [inner for _, steps in CHILDREN["repeat"](step) for inner in self._all(steps)]
        captures = NONE.union(*(self.captured(inner) for inner in everything))
        names = frozenset(filter(None, map(self.name_of, everything)))
        head = within.perhaps(captures, names)
        self.at(step, path, there, within, head)
        end = head
        for below, steps in CHILDREN["repeat"](step):
            end = self.flow(steps, (*path, *below), head.also(own))
        end = replace(end, sure=end.sure - (own - head.sure))
        return end if self.has_pass(step) else join((head, end))

    def _all(self, steps: Iterable[Any]) -> Iterable[Raw]:
        for step in steps:
            if isinstance(step, Mapping):
                yield step
                for _, inner in children(step):
                    yield from self._all(inner)


_CONTAINERS: dict[str, Callable[[Assignment, Raw, Path, There, There], There]] = {
    "if": Assignment._if,
    "choose": Assignment._choose,
    "parallel": Assignment._parallel,
    "group": Assignment._group,
    "repeat": Assignment._repeat,
}
"""Action key → what goes on inside."""


def how_often(step: Raw) -> Any:
    """A `repeat` step's `times`, in its short or its long form; None where there is none, or 0."""
    how = step.get("repeat")
    times = how.get("times") if isinstance(how, Mapping) else how
    return times or None


def loop_names(step: Raw) -> Names:
    """The names that a `repeat` step gives to the steps in it."""
    how = mapping(step, "repeat")
    return frozenset(how[key] for key in ("as", "index") if isinstance(how.get(key), str))
