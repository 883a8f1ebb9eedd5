from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loadspec.clock import FakeClock
from loadspec.mock import MockConfig
from loadspec.mock.jobs import CANCELLED, DONE, FAILED, QUEUED, RUNNING, Job
from loadspec.mock.platform import Platform, RefusedError

Build = Callable[..., Any]


def outcome(platform: Platform, user: str = "a") -> tuple[int, str]:
    """Status and session id of one generate request."""
    try:
        return 202, platform.generate(user, "m", "p")[0].id
    except RefusedError as refused:
        return refused.status, ""


def statuses(platform: Platform, count: int) -> list[int]:
    return [outcome(platform)[0] for _ in range(count)]


def test_a_session_from_acceptance_to_image(fake: Build) -> None:
    mock = fake(workers=1)
    job, key = mock.platform.generate("a", "seedream4", "a lake")
    assert (job.status, job.created_at, job.started_at, job.model) == (RUNNING, 1000.0, 1000.0, "seedream4")
    assert len(key) == 32
    with pytest.raises(RefusedError, match="no image") as caught:
        mock.platform.image(job.id)
    assert caught.value.status == 404
    mock.clock.advance(job.service)
    assert mock.platform.session(job.id).status == DONE
    assert job.finished_at == 1000.0 + job.service
    assert mock.platform.image(job.id).startswith(b"\x89PNG")
    assert mock.platform.load() == (0, 0)


def test_waiting_comes_from_the_queue(fake: Build) -> None:
    mock = fake(workers=2, service_median=10.0)
    jobs = [mock.platform.generate("a", "m", "p")[0] for _ in range(4)]
    assert [mock.platform.position(job) for job in jobs] == [0, 0, 1, 2]
    assert mock.platform.load() == (2, 2)
    mock.clock.advance(min(job.service for job in jobs[:2]))
    assert mock.platform.session(jobs[2].id).started_at == mock.clock()
    assert mock.platform.position(jobs[3]) == 1


def test_unknown_sessions_are_not_found(fake: Build) -> None:
    platform = fake().platform
    for ask in (platform.session, platform.cancel, platform.image):
        with pytest.raises(RefusedError) as caught:
            ask("nonsense")
        assert (caught.value.status, caught.value.code) == (404, "unknown_session")


def test_credits_are_images_a_user_and_run_out_with_402(fake: Build) -> None:
    mock = fake(credits=50)
    assert Counter(statuses(mock.platform, 80)) == {202: 50, 402: 30}
    assert mock.platform.balance("a") == 0
    assert outcome(mock.platform, "b")[0] == 202
    assert mock.platform.balance("b") == 49
    mock.clock.advance(1e6)
    assert mock.platform.balance("a") == 0
    assert outcome(mock.platform)[0] == 402


def test_zero_credits_accept_nothing(fake: Build) -> None:
    assert statuses(fake(credits=0).platform, 3) == [402] * 3


def test_failed_and_cancelled_images_give_the_credit_back(fake: Build) -> None:
    mock = fake(credits=2, failure_rate=1.0)
    jobs = [mock.platform.generate("a", "m", "p")[0] for _ in range(2)]
    assert outcome(mock.platform)[0] == 402
    assert mock.platform.cancel(jobs[0].id).status == CANCELLED
    assert mock.platform.balance("a") == 1
    mock.clock.advance(100.0)
    assert mock.platform.balance("a") == 2
    assert jobs[1].status == FAILED
    account = mock.platform.ledger.account("a")
    assert (account.reserved, account.captured, account.refunded) == (2, 0, 2)
    assert mock.platform.finished == {CANCELLED: 1, FAILED: 1}


def test_cancelling_again_is_no_error_and_refunds_once(fake: Build) -> None:
    mock = fake(workers=1)
    first, second = (mock.platform.generate("a", "m", "p")[0] for _ in range(2))
    for _ in range(3):
        assert mock.platform.cancel(second.id) is second
    assert mock.platform.ledger.account("a").refunded == 1
    mock.clock.advance(first.service)
    with pytest.raises(RefusedError, match="too late") as caught:
        mock.platform.cancel(first.id)
    assert caught.value.status == 409


def test_the_rate_limit_answers_429_and_says_when(fake: Build) -> None:
    mock = fake(rate_limit=2.0)
    assert statuses(mock.platform, 2) == [202, 202]
    with pytest.raises(RefusedError) as caught:
        mock.platform.generate("b", "m", "p")
    assert (caught.value.status, caught.value.retry_after) == (429, 1)
    mock.clock.advance(0.5)
    assert statuses(mock.platform, 2) == [202, 429]


@pytest.mark.parametrize("rate", [0.1, 0.3, 3.0, 7.0])
def test_who_waits_as_told_is_let_through(fake: Build, rate: float) -> None:
    mock = fake(rate_limit=rate)
    while outcome(mock.platform)[0] == 202:
        pass
    with pytest.raises(RefusedError) as caught:
        mock.platform.generate("a", "m", "p")
    wait = caught.value.retry_after
    assert wait is not None
    assert wait >= 1
    mock.clock.advance(wait)
    assert outcome(mock.platform)[0] == 202


def test_a_full_queue_answers_503(fake: Build) -> None:
    mock = fake(workers=2, queue=3)
    assert statuses(mock.platform, 7) == [202] * 5 + [503] * 2
    assert mock.platform.ledger.total.reserved == 5
    mock.clock.advance(1e6)
    assert outcome(mock.platform)[0] == 202


@pytest.mark.parametrize("rate", [0.0, 0.2, 1.0])
def test_provider_errors_come_at_their_rate_in_three_kinds(fake: Build, rate: float) -> None:
    mock = fake(error_rate=rate, queue=10_000)
    seen = Counter(statuses(mock.platform, 4000))
    errors = sum(seen[status] for status in (500, 502, 503))
    # The seed is fixed: these bounds are four standard deviations, not a chance to fail.
    assert abs(errors - 4000 * rate) <= 4 * math.sqrt(4000 * rate * (1 - rate))
    assert seen[202] == 4000 - errors == mock.platform.ledger.total.reserved
    if rate:
        assert all(abs(seen[status] / errors - 1 / 3) < 0.08 for status in (500, 502, 503))


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"rate_limit": 1e-9, "credits": 1, "queue": 0}, "rate_limited"),
        ({"credits": 1, "queue": 0}, "insufficient_credits"),
        ({"queue": 0}, "queue_full"),
        ({}, "provider_error"),
    ],
)
def test_the_first_reason_counts(fake: Build, settings: dict[str, Any], code: str) -> None:
    mock = fake(workers=1, **settings)
    assert outcome(mock.platform)[0] == 202
    mock.platform.configure(replace(mock.config, error_rate=1.0))
    with pytest.raises(RefusedError) as caught:
        mock.platform.generate("a", "m", "p")
    assert caught.value.code == code


def test_service_times_are_lognormal(fake: Build) -> None:
    mock = fake(service_median=2.0, workers=20_000)
    logs = [math.log(mock.platform.generate("a", "m", "p")[0].service) for _ in range(20_000)]
    assert statistics.fmean(logs) == pytest.approx(math.log(2.0), abs=0.02)
    assert statistics.stdev(logs) == pytest.approx(0.4, abs=0.01)
    assert statistics.median(logs) == pytest.approx(math.log(2.0), abs=0.02)


def test_no_service_time_is_done_at_once(fake: Build) -> None:
    mock = fake(service_median=0.0, workers=1)
    job, _ = mock.platform.generate("a", "m", "p")
    assert mock.platform.session(job.id).status == DONE


# p95 and spread of an independent simulation (the recursion of Kiefer and Wolfowitz on draws of its own): the mean of
# three runs of 300 000 arrivals, and the standard deviation between twelve runs of 30 000, which grows with the load.
@pytest.mark.parametrize(
    ("load", "p95", "deviation"), [(0.5, 7.80, 0.05), (0.7, 8.34, 0.08), (0.8, 9.41, 0.17), (0.85, 10.72, 0.27)]
)
def test_the_queue_behaves_like_a_simulated_m_g_8(fake: Build, load: float, p95: float, deviation: float) -> None:
    """Poisson arrivals at eight workers with a median of 4 s: the p95 of the time to the image, in seconds."""
    mock = fake(service_median=4.0, workers=8, queue=10_000)
    arrivals, rate = Random(3), load * 8 / (4.0 * math.exp(0.4**2 / 2))
    jobs = []
    for _ in range(30_000):
        mock.clock.advance(arrivals.expovariate(rate))
        jobs.append(mock.platform.generate("a", "m", "p")[0])
    mock.clock.advance(1e6)
    mock.platform.load()
    times = [job.finished_at - job.created_at for job in jobs if job.finished_at]
    assert len(times) == len(jobs)
    assert statistics.quantiles(times, n=20)[-1] == pytest.approx(p95, abs=4 * deviation)


def trace(seed: int | None, pause: float = 0.0, **settings: Any) -> list[tuple[int, str]]:
    clock = FakeClock()
    platform = Platform(MockConfig(seed=seed, error_rate=0.3, **settings), clock, Random(seed))
    seen = []
    for _ in range(200):
        seen.append(outcome(platform))
        clock.advance(pause)
    return seen


def test_the_same_seed_gives_the_same_outcomes() -> None:
    assert trace(5) == trace(5)
    assert trace(5) != trace(6)
    assert trace(None) != trace(None)


def test_luck_depends_on_the_number_of_the_request_only() -> None:
    """Requests that were turned down for another reason do not shift the luck of those after them."""
    calm, hasty = trace(5, pause=9.0), trace(5, pause=0.05, rate_limit=5.0)
    assert {status for status, _ in hasty} >= {202, 429}
    assert all(got in (want, (429, "")) for want, got in zip(calm, hasty, strict=True))


def test_settings_change_while_it_runs(fake: Build) -> None:
    mock = fake(workers=1, queue=1, credits=2)
    platform = mock.platform
    assert statuses(platform, 3) == [202, 202, 402]
    platform.configure(replace(mock.config, workers=2, queue=0, credits=None))
    assert platform.load() == (0, 2)
    assert outcome(platform)[0] == 503
    platform.configure(replace(mock.config, workers=9, credits=3))
    assert statuses(platform, 2) == [202, 402]
    platform.configure(replace(mock.config, workers=9, credits=1))
    assert platform.balance("a") == 0
    platform.configure(replace(mock.config, workers=9, credits=None, error_rate=1.0))
    assert outcome(platform)[0] in (500, 502, 503)
    platform.configure(replace(mock.config, workers=9, credits=None, rate_limit=1.0))
    assert statuses(platform, 2) == [202, 429]
    platform.configure(replace(mock.config, workers=9, queue=5, credits=None, rate_limit=1.0))
    assert outcome(platform)[0] == 429, "the same rate keeps its bucket"


def test_finished_sessions_are_forgotten_in_the_end(fake: Build) -> None:
    mock = fake(keep=10, workers=5, service_median=1.0)
    jobs = []
    for _ in range(50):
        jobs.append(mock.platform.generate("a", "m", "p")[0])
        mock.clock.advance(100.0)
        mock.platform.load()
    known = [job for job in jobs if outcome_of_look(mock.platform, job.id) == 200]
    assert known == jobs[-10:]
    assert len(mock.platform._sessions) == 10
    assert mock.platform.ledger.total.captured == 50


def outcome_of_look(platform: Platform, session_id: str) -> int:
    try:
        platform.session(session_id)
    except RefusedError as refused:
        return refused.status
    return 200


actions = st.one_of(
    st.tuples(st.just("generate"), st.sampled_from("abc")),
    st.tuples(st.just("generate"), st.sampled_from("abc")),
    st.tuples(st.just("cancel"), st.integers(0, 99)),
    st.tuples(st.just("wait"), st.floats(0, 3)),
    st.tuples(st.just("credits"), st.none() | st.integers(0, 5)),
    st.tuples(st.just("workers"), st.integers(1, 4)),
)


@given(st.integers(0, 9), st.none() | st.integers(0, 6), st.lists(actions, max_size=80))
def test_the_ledger_balances_whatever_happens(seed: int, credits: int | None, steps: list[tuple[str, Any]]) -> None:
    clock = FakeClock()
    config = MockConfig(
        seed=seed, credits=credits, workers=2, queue=4, service_median=1.0, failure_rate=0.3, error_rate=0.1
    )
    platform = Platform(config, clock, Random(seed))
    jobs: list[Job] = []
    for action, value in steps:
        if action == "generate":
            before = platform.balance(value)
            status, session_id = outcome(platform, value)
            assert (status == 402) is (before == 0)
            if status == 202:
                assert before is None or platform.balance(value) == before - 1
                jobs.append(platform.session(session_id))
        elif action == "wait":
            clock.advance(value)
        elif action == "cancel" and jobs:
            with suppress(RefusedError):
                platform.cancel(jobs[value % len(jobs)].id)
        elif action in ("credits", "workers"):
            platform.configure(replace(platform.config, **{action: value}))
        check_ledger(platform, jobs)
    clock.advance(1e6)
    platform.load()
    check_ledger(platform, jobs)
    assert platform.ledger.total.outstanding == 0


def check_ledger(platform: Platform, jobs: list[Job]) -> None:
    """Every account equals what its sessions say, and the sum of accounts is the total."""
    load = platform.load()
    for user in "abc":
        account = platform.ledger.account(user)
        seen = Counter(job.status for job in jobs if job.user == user)
        assert account.reserved == seen.total()
        assert account.captured == seen[DONE]
        assert account.refunded == seen[FAILED] + seen[CANCELLED]
        assert account.outstanding == seen[QUEUED] + seen[RUNNING]
        balance = platform.balance(user)
        assert balance is None or balance >= 0
    total = platform.ledger.total
    assert total.reserved == len(jobs) == total.captured + total.refunded + total.outstanding
    assert sum(load) == total.outstanding
