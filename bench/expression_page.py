"""Nanoseconds an evaluation → the page bench/EXPRESSIONS.md and a verdict. Pure: numbers in, text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bench.page import number, table

BOUND = 2000.0
"""Nanoseconds that an evaluation may take: expressions are evaluated several times a request."""

INTRO = """\
Written by `python bench/expressions.py` and by nothing else. A row is one evaluation of a compiled expression, template
or body on a user whose answer has been parsed: the best of {rounds} rounds of {count} evaluations, CPU time of the
process, the price of the loop taken off. An *expression* has a bound of {bound} ns; rows without one serialise, or
their price follows from the length of what they are given."""


class Row(NamedTuple):
    """One measured line: its section, what was evaluated, nanoseconds, and the most it may take (None: no bound)."""

    section: str
    text: str
    nanoseconds: float
    bound: float | None = BOUND


class Verdict(NamedTuple):
    """`slow` are the rows beyond their bound, `worst` the dearest row that has one."""

    slow: tuple[Row, ...]
    worst: Row | None

    @property
    def holds(self) -> bool:
        """Whether something was bounded, and nothing went beyond."""
        return self.worst is not None and not self.slow


def judge(rows: Sequence[Row]) -> Verdict:
    """Each row against its bound; nothing measured is no pass."""
    bounded = [row for row in rows if row.bound is not None]
    slow = tuple(row for row in bounded if not row.nanoseconds <= (row.bound or 0.0))
    return Verdict(slow, max(bounded, key=lambda row: row.nanoseconds, default=None))


def sentence(verdict: Verdict) -> str:
    """The verdict in a line."""
    if verdict.worst is None:
        return "Nothing was measured."
    if verdict.slow:
        names = ", ".join(f"`{row.text}` ({number(row.nanoseconds, 0)} ns)" for row in verdict.slow)
        return f"Not met: beyond their bound are {names}."
    worst = verdict.worst
    return f"Met: the dearest of them, `{worst.text}`, takes {number(worst.nanoseconds, 0)} ns."


def page(rows: Sequence[Row], facts: Mapping[str, str], rounds: int, count: int) -> str:
    """The whole page."""
    intro = INTRO.format(rounds=rounds, count=number(count, 0), bound=number(BOUND, 0))
    parts = ["# What an evaluation costs", intro, table(("", ""), list(facts.items())), sentence(judge(rows))]
    for section in dict.fromkeys(row.section for row in rows):
        lines = [(_code(row.text), number(row.nanoseconds, 0)) for row in rows if row.section == section]
        parts += [f"## {section}", table(("", "ns"), lines, numbers=True)]
    return "\n\n".join(parts) + "\n"


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"
