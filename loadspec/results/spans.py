"""Stretches of time that come one after another, in constant memory. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from loadspec.results.model import Span


class Spans:
    """At most `most` of them.

    A pause of up to `gap` seconds between two is no pause; where they would be too many, `gap` doubles.
    """

    def __init__(self, gap: float, most: int) -> None:
        assert gap > 0, "it has to grow"
        assert most > 0
        self.gap = gap
        self.most = most
        self._rows: list[Span] = []

    def add(self, begin: float, end: float) -> None:
        """Add one that begins after the others did, or goes on with the last."""
        _add(self._rows, Span(begin, end), self.gap)
        while len(self._rows) > self.most:
            self.gap *= 2
            rows, self._rows = self._rows, []
            for row in rows:
                _add(self._rows, row, self.gap)

    def __iter__(self) -> Iterator[Span]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _add(rows: list[Span], new: Span, gap: float) -> None:
    if rows and new.begin - rows[-1].end <= gap:
        rows[-1] = Span(rows[-1].begin, max(rows[-1].end, new.end))
    else:
        rows.append(new)
