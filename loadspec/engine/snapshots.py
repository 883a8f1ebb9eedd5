"""What a snapshot says of each scenario: JSON values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from loadspec.engine.crew import CrewRun
from loadspec.engine.health import Work
from loadspec.metrics import Store
from loadspec.transports.limiter import RateLimiter
from loadspec.transports.stamping import Stamping


def scenario_rows(run: CrewRun) -> list[dict[str, Any]]:
    """The books of a crew's scenarios. Scenarios of a mix share their users and their time.

    `began` and `ended` are seconds of the load, None as long as they have not come.
    """
    return [
        {
            "name": member.name,
            "began": run.began,
            "ended": run.ended,
            "users": len(run.alive),
            "started": book.started,
            "completed": book.completed,
            "interrupted": book.interrupted,
        }
        for member, book in zip(run.crew.members, run.books, strict=True)
    ]


def stamped(stamping: Stamping | None) -> dict[str, Any]:
    """How many answers the kernel timed since the last snapshot; nothing where it is not asked to."""
    return {} if stamping is None else {"stamped": stamping.take()}


def work_of(runs: Iterable[CrewRun], store: Store, t: float) -> Work:
    """What there was to do since the last snapshot, whose measurements are in `store`; `t` is now, in seconds."""
    work = Work(store=store)
    for run in runs:
        starts = run.take_starts(t)
        work.due += starts.due
        work.made += starts.made
        work.dropped += starts.dropped
        work.busy += len(run.alive)
        work.free += run.max_vus - len(run.alive)
    return work


def held_back(limiter: RateLimiter | None) -> dict[str, Any]:
    """What `--max-rate` held back since the last snapshot; nothing where there is no such limit."""
    if limiter is None:
        return {}
    requests, seconds = limiter.take()
    return {"held_back": {"requests": requests, "seconds": seconds}}
