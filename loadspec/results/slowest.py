"""The requests that took longest, as results show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from loadspec.metrics.slowest import Row


class SlowRequest(Struct, frozen=True):
    """One of the ten answered requests of the load that took longest; `duration` in ms."""

    at: float
    """Seconds of the load: when the second began in which its answer came."""
    part: str
    """The part of the load in which that was: `hold 10 users`; empty where the plan has none."""
    scenario: str
    endpoint: str
    duration: float
    poll: bool
    expected: bool
    status: int | None
    """None where answers of several statuses came in that second: samples are not kept one by one."""


def slow_requests(rows: Iterable[Row], part_at: Callable[[float], str]) -> list[SlowRequest]:
    """Rows of `metrics.slowest`, in their order; `part_at` names the part of the load that a moment lies in."""
    return [
        SlowRequest(
            at=row["at"],
            part=part_at(row["at"]),
            scenario=row["scenario"],
            endpoint=row["endpoint"],
            duration=row["ms"],
            poll=row["poll"],
            expected=row["expected"],
            status=row["status"],
        )
        for row in rows
    ]
