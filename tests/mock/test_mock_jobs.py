from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.mock.jobs import CANCELLED, DONE, FAILED, QUEUED, RUNNING, Job, JobQueue


def make(number: int, service: float, at: float, fails: bool = False) -> Job:
    return Job(str(number), "a", "m", b"abc", service, fails, at)


def test_workers_take_jobs_in_the_order_of_arrival() -> None:
    queue = JobQueue(workers=2, limit=10)
    jobs = [make(n, service, 0.0) for n, service in enumerate((5.0, 2.0, 2.0, 1.0))]
    for job in jobs:
        queue.submit(job, 0.0)
    assert [job.status for job in jobs] == [RUNNING, RUNNING, QUEUED, QUEUED]
    assert [queue.position(job) for job in jobs] == [0, 0, 1, 2]
    assert (queue.waiting, queue.running) == (2, 2)
    assert queue.advance(1.9) == []
    assert queue.advance(100.0) == [jobs[1], jobs[2], jobs[0], jobs[3]]
    assert [(job.started_at, job.finished_at) for job in jobs] == [(0, 5), (0, 2), (2, 4), (4, 5)]
    assert (queue.waiting, queue.running) == (0, 0)


def test_a_job_ends_at_its_end_not_after_it() -> None:
    queue = JobQueue(1, 1)
    job = make(0, 2.0, 1.0)
    queue.submit(job, 1.0)
    assert queue.advance(2.999) == []
    assert queue.advance(3.0) == [job]
    assert job.status == DONE


def test_a_job_that_fails_takes_its_time_too() -> None:
    queue = JobQueue(1, 1)
    job = make(0, 2.0, 0.0, fails=True)
    queue.submit(job, 0.0)
    assert queue.advance(2.0) == [job]
    assert (job.status, job.finished_at) == (FAILED, 2.0)


@pytest.mark.parametrize(("workers", "limit", "room"), [(1, 0, 1), (2, 0, 2), (1, 3, 4), (3, 2, 5)])
def test_it_is_full_when_neither_worker_nor_place_is_free(workers: int, limit: int, room: int) -> None:
    queue = JobQueue(workers, limit)
    for number in range(room):
        assert not queue.full
        queue.submit(make(number, 1.0, 0.0), 0.0)
    assert queue.full
    queue.advance(1.0)
    assert not queue.full


def test_cancelling_frees_the_place_and_the_worker() -> None:
    queue = JobQueue(1, 2)
    jobs = [make(n, 10.0, 0.0) for n in range(3)]
    for job in jobs:
        queue.submit(job, 0.0)
    queue.cancel(jobs[1], 1.0)
    assert (queue.position(jobs[2]), queue.waiting) == (1, 1)
    queue.cancel(jobs[0], 2.0)
    assert [job.status for job in jobs] == [CANCELLED, CANCELLED, RUNNING]
    assert jobs[2].started_at == 2.0
    assert (jobs[0].finished_at, jobs[1].finished_at, jobs[1].started_at) == (2.0, 1.0, None)
    assert queue.advance(99.0) == [jobs[2]]


@given(st.permutations(range(12)), st.sets(st.integers(0, 11)))
def test_the_others_still_end_in_their_order_after_some_running_ones_are_cancelled(
    services: list[int], cancelled: set[int]
) -> None:
    queue = JobQueue(12, 0)
    jobs = [make(n, 1.0 + service, 0.0) for n, service in enumerate(services)]
    for job in jobs:
        queue.submit(job, 0.0)
    for number in sorted(cancelled):
        queue.cancel(jobs[number], 0.5)
    left = [job for number, job in enumerate(jobs) if number not in cancelled]
    assert [job for now in range(14) for job in queue.advance(float(now))] == sorted(left, key=lambda j: j.service)
    assert all(job.finished_at == job.service for job in left)


def test_more_workers_start_at_once_and_fewer_let_the_running_end() -> None:
    queue = JobQueue(1, 9)
    jobs = [make(n, 10.0, 0.0) for n in range(4)]
    for job in jobs:
        queue.submit(job, 0.0)
    queue.resize(3, 9, 5.0)
    assert [job.started_at for job in jobs] == [0.0, 5.0, 5.0, None]
    queue.resize(1, 0, 6.0)
    assert (queue.running, queue.waiting, queue.full) == (3, 1, True)
    queue.advance(10.0)
    assert queue.running == 2
    queue.advance(99.0)
    assert jobs[3].started_at == 15.0


arrivals = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 12)), min_size=1, max_size=60)


@given(st.integers(1, 4), arrivals, st.lists(st.integers(0, 400), max_size=10))
def test_starts_and_ends_equal_the_recursion_of_a_fifo_queue(
    workers: int, gaps: list[tuple[int, int]], looks: list[int]
) -> None:
    """Reference: a job starts when it is there and the earliest free worker is (Kiefer and Wolfowitz, 1955)."""
    queue, free, now = JobQueue(workers, 10**6), [0.0] * workers, 0.0
    jobs, want, looks = [], [], sorted(looks)
    for number, (gap, service) in enumerate(gaps):
        now += gap
        while looks and looks[0] <= now:  # looking at the queue in between changes nothing
            queue.advance(float(looks.pop(0)))
        queue.advance(now)
        jobs.append(make(number, float(service), now))
        queue.submit(jobs[-1], now)
        free.sort()
        start = max(now, free[0])
        free[0] = start + service
        want.append((start, start + service))
    ended = queue.advance(1e9)
    assert [(job.started_at, job.finished_at) for job in jobs] == want
    assert [job.finished_at for job in ended] == sorted(job.finished_at or 0 for job in ended)


@dataclass
class Tick:
    """The slow reference with everything: it looks at every job at every tick of an integer clock."""

    workers: int
    order: list[int] = field(default_factory=list)
    jobs: dict[int, dict[str, Any]] = field(default_factory=dict)

    def fill(self, now: int) -> None:
        for number in self.order:
            job = self.jobs[number]
            running = sum(j["status"] == RUNNING for j in self.jobs.values())
            if job["status"] == QUEUED and running < self.workers:
                job.update(status=RUNNING, start=now)

    def tick(self, now: int) -> None:
        for job in self.jobs.values():
            if job["status"] == RUNNING and job["start"] + job["service"] == now:
                job.update(status=DONE, end=now)
        self.fill(now)

    def add(self, number: int, service: int, now: int) -> None:
        self.order.append(number)
        self.jobs[number] = {"status": QUEUED, "service": service, "start": None, "end": None}
        self.fill(now)

    def cancel(self, number: int, now: int) -> None:
        self.jobs[number].update(status=CANCELLED, end=now)
        self.fill(now)

    def position(self, number: int) -> int:
        waiting = [n for n in self.order if self.jobs[n]["status"] == QUEUED]
        return waiting.index(number) + 1 if number in waiting else 0


actions = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 6)),
    st.tuples(st.just("submit"), st.integers(1, 9)),
    st.tuples(st.just("cancel"), st.integers(0, 50)),
    st.tuples(st.just("resize"), st.integers(1, 5)),
)


@given(st.integers(1, 3), st.lists(actions, max_size=60))
def test_any_mix_of_actions_equals_the_slow_reference(workers: int, steps: list[tuple[str, int]]) -> None:
    queue, slow, jobs, now = JobQueue(workers, 10**6), Tick(workers), [], 0
    for action, value in steps:
        if action == "wait":
            for _ in range(value):
                now += 1
                slow.tick(now)
            continue  # the queue itself is not told: it catches up at the next action
        queue.advance(now)
        if action == "submit":
            slow.add(len(jobs), value, now)
            jobs.append(make(len(jobs), float(value), now))
            queue.submit(jobs[-1], now)
        elif action == "resize":
            slow.workers = value
            slow.fill(now)
            queue.resize(value, 10**6, now)
        elif jobs and jobs[value % len(jobs)].status in (QUEUED, RUNNING):
            slow.cancel(value % len(jobs), now)
            queue.cancel(jobs[value % len(jobs)], now)
    queue.advance(now)
    for number, job in enumerate(jobs):
        want = slow.jobs[number]
        assert (job.status, job.started_at, job.finished_at) == (want["status"], want["start"], want["end"])
        assert queue.position(job) == slow.position(number)
    statuses = [job.status for job in jobs]
    assert (queue.waiting, queue.running) == (statuses.count(QUEUED), statuses.count(RUNNING))
