"""What k6 and loadspec made of the same load, compared, and the page bench/PARITY.md. Pure: numbers in, text out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bench.page import table

TOLERANCE = 1
"""Starts and ends that are due together may fall on either side."""

INTRO = """\
Written by `make parity` and by nothing else: the same loads, run by k6 and by loadspec (once on one worker, once on
two) against one server on loopback. Each iteration is one request and a fixed thinking time. A cell is *iterations
completed / interrupted / dropped*, then the requests that the server counted. Counts may differ by {tolerance}.
"""
HEADS = ("load", "k6", "loadspec", "2 workers", "")


class Counts(NamedTuple):
    """What became of one run; `requests` is the server's count."""

    completed: int
    interrupted: int
    dropped: int
    requests: int

    def __str__(self) -> str:
        return f"{self.completed} / {self.interrupted} / {self.dropped}, {self.requests}"


def of_k6(output: str, summary: Mapping[str, Any], requests: int) -> Counts:
    """From what k6 printed and its --summary-export. Raises ValueError where it says nothing of iterations."""
    told = re.findall(r"(\d+) complete and (\d+) interrupted iterations", output)
    if not told:
        raise ValueError("k6 told of no iterations")
    dropped = summary["metrics"].get("dropped_iterations", {"count": 0})["count"]
    return Counts(int(told[-1][0]), int(told[-1][1]), int(dropped), requests)


def of_loadspec(results: Mapping[str, Any], requests: int) -> Counts:
    """From a results.json."""
    books = results["iterations"]
    return Counts(books["completed"], books["interrupted"], books["dropped"], requests)


def apart(one: Counts, other: Counts) -> int:
    """By how much the counts differ that differ most."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


class Row(NamedTuple):
    """One case: k6's counts, and loadspec's by number of workers; None where a run failed."""

    name: str
    k6: Counts | None
    loadspec: Mapping[int, Counts | None]

    @property
    def apart(self) -> int | None:
        """The greatest difference of any run to k6's; None where one is missing."""
        if self.k6 is None or not self.loadspec:
            return None
        found = [None if counts is None else apart(self.k6, counts) for counts in self.loadspec.values()]
        return None if None in found else max(found)  # type: ignore[type-var]

    @property
    def holds(self) -> bool:
        """Whether the tools agree."""
        return self.apart is not None and self.apart <= TOLERANCE

    @property
    def verdict(self) -> str:
        """In a word or two."""
        if self.apart is None:
            return "**failed**"
        if self.apart == 0:
            return "equal"
        return f"within {TOLERANCE}" if self.holds else f"**differs by {self.apart}**"


def page(rows: Sequence[Row], facts: Mapping[str, str], cases: Mapping[str, str]) -> str:
    """The whole page; `cases` says of each row what both tools were told, as text."""
    parts = ["# The same load as k6", INTRO.format(tolerance=TOLERANCE), table(["", ""], list(facts.items()))]
    parts += [counts_table(rows), "## What they were told"]
    parts += [f"{name}:\n\n```text\n{text}\n```" for name, text in cases.items()]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def counts_table(rows: Sequence[Row]) -> str:
    """One row a case, as the documentation has it, too."""
    return table(HEADS, [_cells(row) for row in rows])


def _cells(row: Row) -> tuple[str, ...]:
    counts = (row.k6, row.loadspec.get(1), row.loadspec.get(2))
    return (row.name, *("–" if one is None else str(one) for one in counts), row.verdict)
