"""All thresholds of a run, from second to second: what holds now, since when not, and what ends the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from loadspec.metrics.values import Value
from loadspec.thresholds.evaluate import judge
from loadspec.thresholds.model import Judgement, Status, Threshold, ThresholdResult

Lookup = Callable[[Threshold], Value | None]


@dataclass(slots=True)
class _State:
    """One threshold's history."""

    threshold: Threshold
    now: Judgement
    first_crossed: float | None = None
    failing_since: float | None = None
    worst_margin: float | None = None
    aborted: bool = False

    def update(self, elapsed: float, now: Judgement) -> None:
        """Take the newest judgement; only one with samples says that a limit was crossed."""
        self.now = now
        if now.margin is not None and (self.worst_margin is None or now.margin < self.worst_margin):
            self.worst_margin = now.margin
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

    def result(self, status: Status) -> ThresholdResult:
        now = self.now
        return ThresholdResult(
            self.threshold,
            now.actual,
            now.passed,
            now.samples,
            now.margin,
            status,
            self.first_crossed,
            self.failing_since,
            self.worst_margin,
            self.aborted,
        )


class Watch:
    """Judges thresholds as a run goes on. Feed it once a second and once at the very end, then ask for `results`."""

    def __init__(self, thresholds: Iterable[Threshold]) -> None:
        self._states = [_State(threshold, judge(threshold, None, 0.0)) for threshold in thresholds]

    def feed(self, elapsed: float, lookup: Lookup, ended: bool = False) -> tuple[Threshold, ...]:
        """Judge everything after `elapsed` seconds of load, with the values that `lookup` finds.

        Returns the thresholds that end the run, each once: those with `abort`, after their delay. A load that has
        `ended` is ended by none.
        """
        fired = []
        for state in self._states:
            state.update(elapsed, judge(state.threshold, lookup(state.threshold), elapsed))
            if not ended and state.fires(elapsed) and not state.aborted:
                state.aborted = True
                fired.append(state.threshold)
        return tuple(fired)

    def withdraw(self) -> None:
        """The load was over before a threshold could end it."""
        for state in self._states:
            state.aborted = False

    def current(self) -> list[ThresholdResult]:
        """How things stand while the run goes on: without a sample a threshold is pending, not failed."""
        return [state.result("pending" if not state.now.samples else _status(state.now)) for state in self._states]

    def results(self) -> list[ThresholdResult]:
        """The last word: without a sample a threshold has failed, unless it said `empty: pass`."""
        return [state.result(_status(state.now)) for state in self._states]


def _status(judgement: Judgement) -> Status:
    return "pass" if judgement.passed else "fail"
