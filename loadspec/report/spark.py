"""Spark lines: how a figure went, small enough for a tile or a row of a table."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from loadspec.report import svg

POINTS = 40
"""A line has at most so many."""
WIDTH, HEIGHT = 120, 24
"""Before it is stretched to its place."""

Spots = Sequence[tuple[float, float | None]]
"""(seconds, figure) by rising time; None where there is none."""


def spark(spots: Spots, end: float) -> str:
    """The path of a line from 0 to its highest value over 0..`end` seconds; empty for fewer than two points."""
    if len(spots) < 2:
        return ""
    x = svg.Scale(0, end, 0, WIDTH)
    y = svg.Scale(0, max((v for _, v in spots if v is not None), default=0) or 1, HEIGHT - 1.5, 1.5)
    return svg.line_path((x(t), None if v is None else y(v)) for t, v in spots)


def thinned(spots: Spots, limit: int = POINTS) -> Spots:
    """At most `limit` spots: of as many neighbours the greatest, in their middle."""
    group = max(1, ceil(len(spots) / limit))
    parts = [spots[i : i + group] for i in range(0, len(spots), group)]
    return [(_middle(part), max((v for _, v in part if v is not None), default=None)) for part in parts]


def _middle(part: Spots) -> float:
    return (part[0][0] + part[-1][0]) / 2
