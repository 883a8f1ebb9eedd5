"""Samples kept one by one, where somebody asked for them: beside the meters, which only add up.

On the hot path a sample is one tuple and one append. Whoever takes the rows reads them by the kind of their source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from loadspec.clock import monotonic

Row = tuple[Any, ...]
"""(its Source, …): what follows is of the source's kind, times in seconds of the monotonic clock.

`answered`: started, ready, sent, first, ended, blocked, connecting, tls, late (None where nothing is scheduled),
status, bytes sent, bytes received, user, iteration. `lost`: started, error, phase, bytes sent, user, iteration.
`iteration`: started, ended, user, iteration. `check`, one that failed: when, status, user, iteration.
`metric`: when, value.
"""


class Source(Struct, frozen=True, eq=False):
    """What all rows of one place of the plan have in common. `name`: of the check, or of the metric."""

    kind: str
    phase: str
    tags: Mapping[str, str]
    name: str = ""
    expected: bool | None = None


class Tape:
    """The samples of one phase of one worker, in order; `add` is the list's append."""

    __slots__ = ("add", "phase", "rows")

    def __init__(self, phase: str) -> None:
        self.phase = phase
        self.rows: list[Row] = []
        self.add: Callable[[Row], None] = self.rows.append

    def source(self, kind: str, tags: Mapping[str, str], name: str = "", expected: bool | None = None) -> Source:
        """A new source of rows."""
        return Source(kind, self.phase, tags, name, expected)

    def take(self) -> list[Row]:
        """The rows since the last call."""
        rows = self.rows[:]
        self.rows.clear()
        return rows

    def beside(self, add: Callable[[Any], None], metric: str, tags: Mapping[str, str]) -> Callable[[Any], None]:
        """→ what does the same as a meter's `add`, and keeps the sample."""
        source, keep = self.source("metric", tags, metric), self.add

        def both(value: Any) -> None:
            add(value)
            keep((source, monotonic(), value))

        return both
