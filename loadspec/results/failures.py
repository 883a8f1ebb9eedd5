"""Rows of failures of one class, from several workers and seconds, as one: what `FailureLog.drain` gives, added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

LATER = 2
"""So many samples of a class beside its first one."""

_DESCRIBED = ("message", "sample")


def unite_failures(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row a class; whoever comes first describes it."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(row["key"])
        if key in found:
            add_failures(found[key], row)
        else:
            found[key] = dict(row)
    return list(found.values())


def add_failures(known: dict[str, Any], row: Mapping[str, Any]) -> None:
    """Add a row to a known one of its class. The first message and sample stay; further samples follow, a few."""
    later = [*known.get("later_samples", ())]
    if "sample" in known and "sample" in row:
        later.append(row["sample"])
    later += row.get("later_samples", ())
    for name in _DESCRIBED:
        if name in row:
            known.setdefault(name, row[name])
    if later:
        known["later_samples"] = later[:LATER]
    known["count"] += row["count"]
    known["first"] = min(known["first"], row["first"])  # a worker may be late to tell
    known["last"] = max(known["last"], row["last"])
