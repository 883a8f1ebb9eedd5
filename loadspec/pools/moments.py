"""When each row of a pool was recorded: a column of times, as a trace needs it."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice, pairwise
from typing import Any

from loadspec.pools.errors import CellError, DataError
from loadspec.pools.reading import keys_of
from loadspec.pools.rows import Rows

UNITS: Mapping[str, float] = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
"""Unit of times that are numbers → seconds."""


def read_moments(rows: Rows, field: str, unit: str) -> tuple[array[float], array[int]]:
    """→ (seconds after the earliest row, sorted; the number of the row of each). Rows of one time keep their order.

    Raises DataError: kind `column` where rows have no such field, else with the line of the first that has no time.
    """
    known = rows.columns if rows.columns is not None else keys_of(islice(rows.scan(), 1))
    if known is not None and field not in known:
        raise DataError(f"there is no column `{field}`", kind="column", word=field, known=known)
    scale = UNITS[unit]
    found = rows.measure(lambda item: moment(item, field, scale))
    order = array("I", range(len(found)))
    if any(later < earlier for earlier, later in pairwise(found)):
        order = array("I", sorted(order, key=found.__getitem__))
    first = found[order[0]] if found else 0.0
    return array("d", (found[row] - first for row in order)), order


def moment(item: Any, field: str, scale: float) -> float:
    """The time of a row in seconds. Raises CellError; the text is never shown, it may be anything."""
    value = item.get(field) if isinstance(item, Mapping) else None
    seconds = math.nan
    if isinstance(value, str):
        seconds = _text(value.strip(), scale)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value * scale
    if not math.isfinite(seconds):
        what = "is no time" if value is not None else "is missing"
        raise CellError(f"`{field}` {what}: a number, or a time such as 2026-01-31T12:00:00.250Z")
    return seconds


def _text(text: str, scale: float) -> float:
    """A number in a text, or ISO 8601; what names no zone is UTC."""
    try:
        return float(text) * scale
    except ValueError:
        pass
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return math.nan
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
