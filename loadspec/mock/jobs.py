"""Images in the making: a bounded first-in-first-out queue before c workers, as discrete events.

Nothing runs in the background. Whoever looks says what time it is, and `advance` replays, in their order, the ends
and starts that lie before it. Waiting thus comes from real queueing and is exact to the clock's resolution.
"""

from __future__ import annotations

from bisect import bisect_left
from heapq import heapify, heappop, heappush
from operator import attrgetter

from msgspec import Struct

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
STATUSES = (QUEUED, RUNNING, DONE, FAILED, CANCELLED)

_ticket = attrgetter("ticket")


class Job(Struct, eq=False):
    """One image session. Times are seconds since the epoch, `service` the seconds that a worker will need."""

    id: str
    user: str
    model: str
    colour: bytes
    service: float
    fails: bool
    created_at: float
    ticket: int = 0
    status: str = QUEUED
    started_at: float | None = None
    finished_at: float | None = None


class JobQueue:
    """`workers` at work at most, `limit` waiting at most, served in the order of arrival."""

    def __init__(self, workers: int, limit: int) -> None:
        self.workers = workers
        self.limit = limit
        self._next_ticket = 0
        self._waiting: list[Job] = []  # by ticket
        self._running: list[tuple[float, int, Job]] = []  # a heap of (end, ticket, job)

    @property
    def waiting(self) -> int:
        """Jobs in the queue."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """Jobs with a worker."""
        return len(self._running)

    @property
    def full(self) -> bool:
        """Whether the next job would find neither a worker nor a place."""
        return len(self._running) >= self.workers and len(self._waiting) >= self.limit

    def submit(self, job: Job, now: float) -> None:
        """Take a job in; the caller has advanced to `now` and seen that there is room."""
        job.ticket = self._next_ticket
        self._next_ticket += 1
        self._waiting.append(job)
        self._fill(now)

    def advance(self, now: float) -> list[Job]:
        """Let time pass up to and including `now`; the jobs that ended, in the order of their ends."""
        ended = []
        while self._running and self._running[0][0] <= now:
            at, _, job = heappop(self._running)
            job.status = FAILED if job.fails else DONE
            job.finished_at = at
            ended.append(job)
            self._fill(at)
        return ended

    def cancel(self, job: Job, now: float) -> None:
        """End a queued or running job now; its worker is free at once."""
        if job.status == QUEUED:
            del self._waiting[self._index(job)]
        else:
            self._running.remove(next(entry for entry in self._running if entry[2] is job))
            heapify(self._running)
        job.status = CANCELLED
        job.finished_at = now
        self._fill(now)

    def resize(self, workers: int, limit: int, now: float) -> None:
        """Change the sizes; jobs that run or wait beyond them stay."""
        self.workers = workers
        self.limit = limit
        self._fill(now)

    def position(self, job: Job) -> int:
        """The place in the queue, 1 is next; 0 for a job that does not wait."""
        return self._index(job) + 1 if job.status == QUEUED else 0

    def _index(self, job: Job) -> int:
        return bisect_left(self._waiting, job.ticket, key=_ticket)

    def _fill(self, at: float) -> None:
        while self._waiting and len(self._running) < self.workers:
            job = self._waiting.pop(0)
            job.status = RUNNING
            job.started_at = at
            heappush(self._running, (at + job.service, job.ticket, job))
