"""The phases of a request one after another, as bars: each begins where the one before it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

from loadspec.metrics import Store, Trend
from loadspec.report.svg import Scale

PHASES: Mapping[str, str] = {
    "blocked": "until there was a connection: DNS, connecting, TLS",
    "connecting": "TCP connect, a part of blocked",
    "tls_handshaking": "TLS handshake, a part of blocked",
    "sending": "writing the request",
    "waiting": "until the first byte of the answer",
    "receiving": "reading the answer",
}
"""k6's phases. `connecting` and `tls_handshaking` lie in `blocked`; the others follow each other."""
INSIDE = ("connecting", "tls_handshaking")
AT = (50, 99)
"""Percentiles that are drawn."""

Bar = tuple[float, float]
"""(begin, width) in per cent of the longest row of bars."""


def trends_of(store: Store, **tags: str) -> dict[str, Trend]:
    """Phase → its trend, of those that ever took any time."""
    found = {name: store.where(f"http_req_{name}", **tags) for name in PHASES}
    return {name: trend for name, trend in found.items() if isinstance(trend, Trend) and trend.count and trend.max}


def bars_of(trends: Mapping[str, Trend]) -> dict[str, Sequence[Bar]]:
    """Phase → its bar at each percentile of `AT`, all on one scale."""
    values = zip(*(trend.percentiles(AT) for trend in trends.values()), strict=True)
    rows = [_row(dict(zip(trends, row, strict=True))) for row in values]
    longest = max((begin + width for row in rows for begin, width in row.values()), default=0.0)
    x = Scale(0, longest or 1.0, 0, 100)
    return {name: [(x(row[name][0]), x(row[name][1])) for row in rows] for name in trends}


def _row(values: Mapping[str, float]) -> dict[str, Bar]:
    """(begin, length) in ms: connecting and TLS are the last that `blocked` waits for."""
    outer = {name: value for name, value in values.items() if name not in INSIDE}
    begins = dict(zip(outer, accumulate(outer.values(), initial=0.0), strict=False))
    at = max(0.0, values.get("blocked", 0.0) - sum(values.get(name, 0.0) for name in INSIDE))
    for name in INSIDE:
        begins[name] = at
        at += values.get(name, 0.0)
    return {name: (begins[name], value) for name, value in values.items()}
