"""The books of a run that goes on, and its page as it is now: drawn in a thread of its own, while somebody looks.

The thread has books of its own, made of the same records as the run's: nothing that it reads changes while it draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Lock, Thread
from time import thread_time

from loadspec.clock import Clock, monotonic
from loadspec.dashboard.frame import Frame
from loadspec.report.live import Now, live_parts
from loadspec.report.text import visible
from loadspec.results.assemble import assemble
from loadspec.results.head import Head
from loadspec.results.ledger import Ledger, Record
from loadspec.results.model import RunResult

SHARE = 0.1
"""Drawing takes at most this share of a core."""
_EVERY = 1.0


def pause(cost: float) -> float:
    """Seconds from the end of one drawing, which took `cost` seconds of CPU, to the next."""
    return max(_EVERY, cost / SHARE - cost)


class Books:
    """A run as far as it has come. Pure."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._ledger = Ledger(head.thresholds)
        self.result: RunResult | None = None
        """The last word, once it is known."""

    def take(self, record: Record) -> None:
        """Take the next record."""
        self._ledger.take(record)

    def drawn(self, before: Frame) -> Frame:
        """The page as it is now, after an earlier one."""
        now = now_of(self._ledger)
        result = self.result or assemble(self._head, self._ledger, going=True)
        parts = live_parts(result, now)
        title = visible(f"{result.verdict} · {result.spec_name}")
        return before.followed_by(parts, title, now.stopping, self.result is not None)


def now_of(ledger: Ledger) -> Now:
    """What these books know of this moment, as the terminal shows it."""
    newest, recent = ledger.collector.course.newest, ledger.collector.pulse.recent()
    users, requests = newest.users if newest else 0, recent.requests if recent else 0.0
    return Now(ledger.phase, ledger.outcome.signals > 0, users, requests)


class Board:
    """Takes records from the run, and gives frames to whoever looks. Nobody waits for anybody else."""

    def __init__(self, head: Head, clock: Clock = monotonic) -> None:
        self.failure = ""
        """Why it draws no more: a bug of ours, which costs the page and not the run."""
        self._books = Books(head)
        self._clock = clock
        lock = Lock()
        self._wake, self._drawn = Condition(lock), Condition(lock)
        self._records: list[Record] = []
        self._result: RunResult | None = None
        self._stale = True
        self._frame = Frame()
        self._viewers = 0
        self._due = 0.0
        self._open = True
        self._thread = Thread(target=self._run, name="dashboard", daemon=True)
        self._thread.start()

    def take(self, record: Record) -> None:
        """Take a record of the ledger; nobody may change it."""
        with self._wake:
            if not self.failure:
                self._records.append(record)
                self._wake.notify()

    def finish(self, result: RunResult, within: float, hurried: Callable[[], bool]) -> None:
        """Show the last word; those who look have so many seconds to get it."""
        with self._wake:
            self._result = result
            self._due = 0.0
            self._wake.notify()
            deadline = self._clock() + within
            while self._viewers and not self.failure and self._clock() < deadline and not hurried():
                self._drawn.wait(0.05)

    def close(self) -> None:
        """Draw no more, and let those go who look."""
        with self._wake:
            self._open = False
            self._wake.notify()
            self._drawn.notify_all()

    @contextmanager
    def viewing(self) -> Iterator[None]:
        """Somebody looks meanwhile."""
        with self._wake:
            self._viewers += 1
            self._wake.notify()
        try:
            yield
        finally:
            with self._wake:
                self._viewers -= 1
                self._drawn.notify_all()

    def after(self, seen: int, timeout: float) -> Frame | None:
        """The newest frame, as soon as it is newer than number `seen` or the time is over; None once closed."""
        with self._drawn:
            self._drawn.wait_for(lambda: self._frame.number > seen or not self._open or bool(self.failure), timeout)
            return self._frame if self._open and not self.failure else None

    def _run(self) -> None:
        try:
            while self._work():
                began = thread_time()
                first, frame = not self._frame.number, self._books.drawn(self._frame)
                cost = 0.0 if first else thread_time() - began  # the first one compiles its templates
                with self._drawn:
                    self._frame, self._due = frame, self._clock() + pause(cost)
                    self._drawn.notify_all()
        except Exception as bug:
            with self._drawn:
                self.failure = f"{type(bug).__name__}: {bug}"
                self._drawn.notify_all()

    def _work(self) -> bool:
        """Keep the books until there is something to draw: whether there is, or all is over."""
        while True:
            with self._wake:
                self._wake.wait_for(self._is_wanted, self._patience())
                if not self._open:
                    return False
                records, self._records = self._records, []
                self._stale |= bool(records) or self._books.result is not self._result
                self._books.result = self._result
                draw = self._stale and self._viewers > 0 and self._clock() >= self._due
                self._stale &= not draw
            for record in records:
                self._books.take(record)
            if draw:
                return True

    def _is_wanted(self) -> bool:
        due = self._stale and self._viewers > 0 and self._clock() >= self._due
        return not self._open or bool(self._records) or self._result is not self._books.result or due

    def _patience(self) -> float | None:
        """Seconds until a drawing is due; None where nobody waits for one."""
        return max(0.0, self._due - self._clock()) if self._stale and self._viewers else None
