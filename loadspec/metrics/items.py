"""How long iterations took by the row of a small pool that they drew: histograms that add up over workers. Pure.

A row is a JSON value: {"pool": its name, "row": number of the row, from 0, "text": the item as it may be shown,
"failed": iterations in which a step failed, "times": a histogram's wire, in ms, of those in which none did}.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from loadspec.metrics.values import Trend

SMALL = 20
"""Pools of at most so many rows are told by row."""

Row = Mapping[str, Any]


def unite_items(rows: Iterable[Row]) -> list[Row]:
    """What several workers or seconds say → one row an item, in the order of pools and rows."""
    found: dict[tuple[str, int], Row] = {}
    for row in rows:
        key = row["pool"], row["row"]
        found[key] = _added(found[key], row) if key in found else row
    return [found[key] for key in sorted(found)]


def _added(one: Row, other: Row) -> Row:
    times = Trend.from_wire(one["times"])
    times.merge(Trend.from_wire(other["times"]))
    return {**one, "failed": one["failed"] + other["failed"], "times": times.to_wire()}
