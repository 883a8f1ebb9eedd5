"""All thresholds of a run, from second to second: what holds now, since when not, and what ends the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct, field

from loadspec.metrics.store import Store
from loadspec.thresholds.evaluate import Measured, judge, reading
from loadspec.thresholds.model import Judgement, Status, Term, Threshold, ThresholdResult
from loadspec.thresholds.window import SlidingWindow

_Read = Callable[[Term], Measured | None]
_NOTHING = Judgement(None, True, 0, None)


class _State(Struct):
    """One threshold's history."""

    threshold: Threshold
    now: Judgement
    window: SlidingWindow | None = None
    worst: Judgement = field(default=_NOTHING)
    """The judgement with the least margin so far."""
    worst_window: tuple[float, float] | None = None
    """Of a threshold with a window: begin and end of the one that `worst` is of, in seconds of load."""
    first_crossed: float | None = None
    failing_since: float | None = None
    aborted: bool = False

    def take(self, elapsed: float, delta: _Read, total: _Read, ended: bool) -> None:
        """Judge what a second brought."""
        terms = self.threshold.terms
        if self.window is None:
            self._update(elapsed, judge(self.threshold, [total(term) for term in terms], elapsed))
            return
        if elapsed > self.window.end:
            self.window.add(elapsed, [delta(term) for term in terms])
        never = ended and not self.now.samples  # a run that is shorter than the window is one window
        if self.window.full or (never and self.window.covered):
            now = judge(self.threshold, self.window.total(), self.window.covered)
            if now.samples:
                self._update(elapsed, now)

    def _update(self, elapsed: float, now: Judgement) -> None:
        """Take the newest judgement; only one with samples says that a limit was crossed."""
        self.now = now
        if now.margin is not None and (self.worst.margin is None or now.margin < self.worst.margin):
            self.worst = now
            self.worst_window = (self.window.begin, self.window.end) if self.window else None
        if now.passed or not now.samples:
            self.failing_since = None
            return
        if self.first_crossed is None:
            self.first_crossed = elapsed
        if self.failing_since is None:
            self.failing_since = elapsed

    def fires(self, elapsed: float) -> bool:
        """Whether it ends the run now: it may, its delay is over, and samples say that it fails."""
        may = self.threshold.abort and elapsed > self.threshold.after
        return may and not self.now.passed and self.now.samples > 0

    @property
    def deciding(self) -> Judgement:
        """All of the run, or of its windows the worst."""
        return self.now if self.window is None or self.worst.margin is None else self.worst

    def result(self, status: Status | None = None) -> ThresholdResult:
        """How things stand; a `status` that is known better than by the samples."""
        found = self.deciding
        failed: Status = self.threshold.level
        return ThresholdResult(
            self.threshold,
            found.actual,
            found.passed,
            found.samples,
            found.margin,
            status or ("pass" if found.passed else failed),
            self.first_crossed,
            self.failing_since,
            self.worst.margin,
            self.aborted,
            found.limit,
            self.worst_window,
        )


class Watch:
    """Judges thresholds as a run goes on. Feed it once a second and once at the very end, then ask for `results`."""

    def __init__(self, thresholds: Iterable[Threshold]) -> None:
        self._states = [
            _State(
                threshold,
                judge(threshold, [None] * len(threshold.terms), 0.0),
                SlidingWindow(threshold.window) if threshold.window else None,
            )
            for threshold in thresholds
        ]

    def feed(self, elapsed: float, delta: Store, total: Store, ended: bool = False) -> tuple[Threshold, ...]:
        """Judge everything after `elapsed` seconds of load: `delta` is what the newest second brought, `total` all.

        Returns the thresholds that end the run, each once: those with `abort`, after their delay. A load that has
        `ended` is ended by none. Without a new second `delta` is not looked at.
        """
        fired = []
        of_second, of_all = reading(delta), reading(total)
        for state in self._states:
            state.take(elapsed, of_second, of_all, ended)
            if not ended and state.fires(elapsed) and not state.aborted:
                state.aborted = True
                fired.append(state.threshold)
        return tuple(fired)

    def withdraw(self) -> None:
        """The load was over before a threshold could end it."""
        for state in self._states:
            state.aborted = False

    def current(self, figures: bool = False) -> list[ThresholdResult]:
        """How things stand while the run goes on: without a sample a threshold is pending, not failed.

        With `figures`, those of SLOs that are only measured, too.
        """
        return [
            state.result(None if state.deciding.samples else "pending")
            for state in self._states
            if figures or state.threshold.judged
        ]

    def results(self) -> list[ThresholdResult]:
        """The last word: without a sample a threshold has failed, unless it said `empty: pass`. All figures of SLOs
        are among them, judged or not."""
        return [state.result() for state in self._states]
