"""Thresholds as the terminal shows them: the mark, the actual value, the limit, the margin, since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from loadspec.thresholds import (
    Status,
    Threshold,
    ThresholdResult,
    format_actual,
    format_margin,
    format_window,
    worst_first,
)
from loadspec.ui.text import Style, clean, table, truncate, width_of
from loadspec.units import format_clock

_MARKS: dict[Status, tuple[str, str]] = {
    "pass": ("✓", "good"),
    "fail": ("✗", "bad"),
    "warn": ("!", "warn"),
    "pending": ("·", "dim"),
    "inconclusive": ("?", "warn"),
}
_NAME, _LEAST = 28, 20
"""Columns that a name gets before it is left out since when; and in any case."""


class Limit(Struct, frozen=True):
    """One threshold and how it stands, in words."""

    metric: str
    selector: str
    """As the spec has it, without braces: `endpoint:generate`; empty where none is written."""
    aggregate: str
    expression: str
    actual: str
    margin: str
    since: str
    status: Status

    def mark(self, style: Style) -> str:
        """✓, ✗, ! for a warning, · while nothing was measured, ? where the verdict trusts no figure."""
        mark, paint = _MARKS[self.status]
        return style(mark, paint)

    def name(self, width: int = 1000) -> str:
        """`http_req_duration{endpoint:generate} p(95) < 30s`; where that is too wide the metric is cut."""
        series = f"{self.metric}{{{self.selector}}}" if self.selector else self.metric
        return truncate(f"{truncate(series, max(8, width - width_of(self.expression) - 1))} {self.expression}", width)

    @property
    def notes(self) -> str:
        """`14.8 % over, since 00:38`."""
        return ", ".join(note for note in (self.margin, self.since) if note)

    def outcome(self, style: Style) -> str:
        """`p(95)=2.33ms, 92.2 % to spare`; an aggregate without a sample says so."""
        notes = f", {self.notes}" if self.notes else ""
        return style(f"{self.aggregate}={self.actual}", _MARKS[self.status][1]) + style(notes, "dim")


def limit_table(limits: Sequence[Limit], style: Style, width: int) -> list[str]:
    """Mark and name, actual value, margin and since when. Names are cut, then `since` is left out, to fit."""
    notes = [limit.notes for limit in limits]
    if _columns(limits, notes) + _NAME > width:
        notes = [limit.margin for limit in limits]
    figures = _figures(limits, notes, style)
    room = max(_LEAST, width - _columns(limits, notes))
    names = [f"{limit.mark(style)} {limit.name(room)}" for limit in limits]
    return table([[name, *rest] for name, rest in zip(names, figures, strict=True)])


def _figures(limits: Sequence[Limit], notes: Sequence[str], style: Style) -> list[list[str]]:
    rows = zip(limits, notes, strict=True)
    return [[style(limit.actual, _MARKS[limit.status][1]), note] for limit, note in rows]


def _columns(limits: Sequence[Limit], notes: Sequence[str]) -> int:
    """What all but the names takes."""
    return max(map(width_of, table(_figures(limits, notes, Style(False)))), default=0) + 4


def limits_of(results: Iterable[ThresholdResult]) -> list[Limit]:
    """The worst first."""
    return list(map(limit_of, worst_first(results)))


def limit_of(result: ThresholdResult) -> Limit:
    """A threshold's result in words."""
    threshold = result.threshold
    window = format_window(result)
    when = [
        f"in the {window}" if window and not result.passed else "",
        f"since {format_clock(result.failing_since)}" if result.failing_since is not None else "",
        "ended the run" if result.aborted else "",
    ]
    return Limit(
        metric=threshold.metric,
        selector=selector_of(threshold),
        aggregate=clean(threshold.subject),
        expression=clean(threshold.text),
        actual=format_actual(threshold, result.actual),
        margin=format_margin(threshold, result.margin),
        since=", ".join(filter(None, when)),
        status=result.status,
    )


def selector_of(threshold: Threshold) -> str:
    """The selector as written, without its braces."""
    return clean(threshold.key).partition("{")[2].removesuffix("}").strip()
