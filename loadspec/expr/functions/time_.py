"""Functions of points in time: milliseconds since 1970, in UTC. `clock` rows get the present as first argument."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from loadspec.expr.functions import row as guards
from loadspec.expr.functions.row import Function, row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BAD_DIRECTIVE = r"%(?![aAbBdfHIjmMpSyYzZ%])"
_MAX_FORMAT = 100


def _now(now: float) -> int:
    return int(now)


def _timestamp(now: float) -> int:
    return int(now) // 1000


def _at(milliseconds: float) -> datetime:
    return _EPOCH + timedelta(milliseconds=guards.number(milliseconds))


def _iso_date(now: float, milliseconds: float | None = None) -> str:
    at = _at(int(now) if milliseconds is None else milliseconds)
    return at.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _format_date(now: float, form: str, milliseconds: float | None = None) -> str:
    if len(form) > _MAX_FORMAT or re.search(_BAD_DIRECTIVE, form):
        raise ValueError
    return _at(int(now) if milliseconds is None else milliseconds).strftime(form)


def _parse_date(value: str) -> float:
    if not isinstance(value, str) or len(value) > _MAX_FORMAT:
        raise ValueError
    try:
        at = datetime.fromisoformat(value)
    except ValueError:  # an HTTP header's
        from email.utils import parsedate_to_datetime

        at = parsedate_to_datetime(value)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    milliseconds = (at - _EPOCH) / timedelta(milliseconds=1)
    return int(milliseconds) if milliseconds == int(milliseconds) else milliseconds


ROWS: Mapping[str, Function] = {
    "now": row(_now, "", "number", "milliseconds since 1970, whole", "now()", needs="clock"),
    "timestamp": row(_timestamp, "", "number", "seconds since 1970, whole", "timestamp()", needs="clock"),
    "iso_date": row(
        _iso_date,
        "ms: number?",
        "text",
        "a time as ISO 8601 in UTC; without ms the present",
        "iso_date(0)",
        "1970-01-01T00:00:00.000Z",
        "clock",
    ),
    "format_date": row(
        _format_date,
        "format: text, ms: number?",
        "text",
        "a time in UTC by strftime's letters; without ms the present",
        "format_date('%d.%m.%Y', 0)",
        "01.01.1970",
        "clock",
    ),
    "parse_date": row(
        _parse_date,
        "text: text",
        "number",
        "milliseconds since 1970 of an ISO 8601 or HTTP date; without a zone it is UTC",
        "parse_date('1970-01-01T00:00:01Z')",
        1000,
    ),
}
