"""The mock platform itself: credits, rate limit, provider faults and sessions, as a state machine without I/O.

Time comes from a clock and chance from a `random.Random`, both passed in. Each request to `generate` draws the same
number of times, so the luck of the n-th request depends on the seed and n alone, not on how fast requests come.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable
from random import Random

from msgspec import Struct

from loadspec.clock import Clock
from loadspec.mock import png
from loadspec.mock.bucket import TokenBucket
from loadspec.mock.config import MockConfig
from loadspec.mock.jobs import CANCELLED, DONE, QUEUED, RUNNING, Job, JobQueue
from loadspec.mock.ledger import Ledger

SIGMA = 0.4
"""Spread of the lognormal service time: its mean is median · exp(sigma²/2), about 1.083 · median."""

KEEP_FINISHED = 100_000
_PROVIDER_ERRORS = {500: "provider crashed", 502: "provider answered nonsense", 503: "provider is down"}


class RefusedError(Exception):
    """A request that the platform turns down: HTTP status, a short code, a sentence, seconds to wait (or None)."""

    def __init__(self, status: int, code: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


class Luck(Struct, frozen=True):
    """What chance holds for one generate request."""

    error: float
    error_status: int
    failure: float
    service: float
    session_id: str
    client_key: str


class Platform:
    """An image-generation platform. Every method first lets time pass up to the clock's now.

    At most `keep` finished sessions are remembered, so memory stays bounded however long it runs.
    """

    def __init__(self, config: MockConfig, clock: Clock, rng: Random, keep: int = KEEP_FINISHED) -> None:
        now = clock()
        self.config = config
        self.ledger = Ledger()
        self.finished: Counter[str] = Counter()
        self._clock = clock
        self._rng = rng
        self._keep = keep
        self._bucket = TokenBucket(config.rate_limit, now)
        self._queue = JobQueue(config.workers, config.queue)
        self._sessions: dict[str, Job] = {}
        self._oldest: deque[str] = deque()

    def generate(self, user: str, model: str, prompt: str) -> tuple[Job, str]:
        """Accept an image: its session and client key. Raises RefusedError with 429, 402, 503 or a provider's 5xx."""
        now = self._advance()
        luck = self._draw()
        self._admit(user, luck, now)
        self.ledger.reserve(user)
        job = Job(
            id=luck.session_id,
            user=user,
            model=model,
            colour=png.colour_of(prompt),
            service=luck.service,
            fails=luck.failure < self.config.failure_rate,
            created_at=now,
        )
        self._sessions[job.id] = job
        self._queue.submit(job, now)
        return job, luck.client_key

    def session(self, session_id: str) -> Job:
        """The session as it is now. Raises RefusedError 404."""
        self._advance()
        return self._find(session_id)

    def position(self, job: Job) -> int:
        """The session's place in the queue, 1 is next; 0 if it does not wait."""
        return self._queue.position(job)

    def cancel(self, session_id: str) -> Job:
        """Cancel a session and refund it; again is no error. Raises RefusedError 404, or 409 where it has ended."""
        now = self._advance()
        job = self._find(session_id)
        if job.status in (QUEUED, RUNNING):
            self._queue.cancel(job, now)
            self._settle([job])
        elif job.status != CANCELLED:
            raise RefusedError(409, "already_finished", f"the session is {job.status}: too late to cancel it")
        return job

    def image(self, session_id: str) -> bytes:
        """The PNG of a session that is done. Raises RefusedError 404."""
        job = self.session(session_id)
        if job.status != DONE:
            raise RefusedError(404, "no_image", f"the session is {job.status}: there is no image")
        return png.image(job.colour)

    def balance(self, user: str) -> int | None:
        """Images that a user may still ask for; None is no limit."""
        self._advance()
        return self.ledger.balance(user, self.config.credits)

    def configure(self, config: MockConfig) -> None:
        """Change settings from now on: running jobs keep their service time, the bucket starts full on a new rate."""
        now = self._advance()
        if config.rate_limit != self.config.rate_limit:
            self._bucket = TokenBucket(config.rate_limit, now)
        self.config = config
        self._queue.resize(config.workers, config.queue, now)

    def load(self) -> tuple[int, int]:
        """How many sessions are queued and running now."""
        self._advance()
        return self._queue.waiting, self._queue.running

    def _find(self, session_id: str) -> Job:
        job = self._sessions.get(session_id)
        if job is None:
            raise RefusedError(404, "unknown_session", "there is no such session")
        return job

    def _admit(self, user: str, luck: Luck, now: float) -> None:
        wait = self._bucket.take(now)
        if wait > 0:
            seconds = math.ceil(wait)
            raise RefusedError(429, "rate_limited", f"too many requests: try again in {seconds} s", seconds)
        if self.ledger.balance(user, self.config.credits) == 0:
            raise RefusedError(402, "insufficient_credits", "no credits are left")
        if self._queue.full:
            raise RefusedError(503, "queue_full", "too many images are waiting", 1)
        if luck.error < self.config.error_rate:
            raise RefusedError(luck.error_status, "provider_error", _PROVIDER_ERRORS[luck.error_status])

    def _draw(self) -> Luck:
        rng = self._rng
        return Luck(
            error=rng.random(),
            error_status=rng.choice((500, 502, 503)),
            failure=rng.random(),
            service=self.config.service_median * math.exp(rng.gauss(0.0, SIGMA)),
            session_id=f"{rng.getrandbits(64):016x}",
            client_key=f"{rng.getrandbits(128):032x}",
        )

    def _advance(self) -> float:
        now = self._clock()
        self._settle(self._queue.advance(now))
        return now

    def _settle(self, ended: Iterable[Job]) -> None:
        for job in ended:
            if job.status == DONE:
                self.ledger.capture(job.user)
            else:
                self.ledger.refund(job.user)
            self.finished[job.status] += 1
            self._oldest.append(job.id)
            if len(self._oldest) > self._keep:
                del self._sessions[self._oldest.popleft()]
