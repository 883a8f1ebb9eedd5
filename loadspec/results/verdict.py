"""The verdict: an exit code, a word and a sentence, from what happened. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from loadspec.errors import ExitCode
from loadspec.results.losses import missing, told
from loadspec.results.model import Loss
from loadspec.thresholds import ThresholdResult, format_actual, format_limit, format_margin, format_window, worst_first
from loadspec.units import format_clock, format_count, format_duration

PRECEDENCE = (
    ExitCode.USAGE,
    ExitCode.INVALID_SPEC,
    ExitCode.SETUP_TIMEOUT,
    ExitCode.SETUP_FAILED,
    ExitCode.INTERRUPTED,
    ExitCode.ABORTED,
    ExitCode.THRESHOLDS,
    ExitCode.OUTPUT_FAILED,
    ExitCode.UNTRUSTED,
    ExitCode.TEARDOWN_TIMEOUT,
    ExitCode.REGRESSION,
    ExitCode.OK,
)
"""The exit code is the first of these that holds."""

_WORDS = {
    ExitCode.SETUP_TIMEOUT: "INVALID",
    ExitCode.SETUP_FAILED: "INVALID",
    ExitCode.INTERRUPTED: "INTERRUPTED",
    ExitCode.ABORTED: "ABORTED",
    ExitCode.THRESHOLDS: "FAIL",
    ExitCode.UNTRUSTED: "INVALID",
    ExitCode.OUTPUT_FAILED: "INVALID",
    ExitCode.TEARDOWN_TIMEOUT: "FAIL",
    ExitCode.REGRESSION: "FAIL",
    ExitCode.OK: "PASS",
}
"""The code of a run that was made → its word. Only 0 is a PASS."""

_EARLY = (ExitCode.INTERRUPTED, ExitCode.ABORTED)
"""What ends a load before its thresholds have had all of it."""


class Facts(Struct, frozen=True):
    """What the verdict is made of. Reasons are sentences; empty means that it did not happen."""

    thresholds: Sequence[ThresholdResult] = ()
    where: str = ""
    """In which part of the load the worst of the failed thresholds failed, and at which endpoint."""
    requests: int = 0
    answered: int = 0
    failed: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)
    """Failed requests by class."""
    duration: float = 0.0
    setup_failed: str = ""
    setup_timed_out: bool = False
    interrupted: bool = False
    stopped_by: str = "a signal"
    """What interrupted it."""
    aborted: str = ""
    worker_lost: str = ""
    cut_off: str = ""
    unwritten: str = ""
    """Why what was measured could be kept no longer, where that ended the load."""
    losses: Sequence[Loss] = ()
    """Workers that were lost while others went on."""
    blurred: str = ""
    """That windows of thresholds are finer than what is known of the load."""
    limited: str = ""
    """That the generator was at its own limit, where that is not allowed."""
    teardown_timed_out: bool = False


class Verdict(Struct, frozen=True):
    """How the run ends: the process's exit code, the word, and the sentence that names the culprit."""

    exit_code: ExitCode
    word: str
    sentence: str


def first_of(*codes: ExitCode) -> ExitCode:
    """The one that takes precedence."""
    return min(codes, key=PRECEDENCE.index, default=ExitCode.OK)


def judge_run(facts: Facts) -> Verdict:
    """→ exit code, word and sentence."""
    failed = failed_of(facts.thresholds)
    causes: dict[ExitCode, str] = {}
    if facts.setup_failed:
        code = ExitCode.SETUP_TIMEOUT if facts.setup_timed_out else ExitCode.SETUP_FAILED
        causes[code] = f"setup failed, no load was run: {facts.setup_failed}"
    elif failed:
        causes[ExitCode.THRESHOLDS] = _threshold_sentence(failed, facts)
    if facts.interrupted:
        when = f"after {format_duration(round(facts.duration, 1))} of" if facts.duration else "before any"
        causes[ExitCode.INTERRUPTED] = f"stopped by {facts.stopped_by} {when} load"
    if facts.aborted:
        causes[ExitCode.ABORTED] = f"the spec ended the run: {facts.aborted}"
    if facts.unwritten:
        causes[ExitCode.OUTPUT_FAILED] = _unwritten_sentence(facts)
    if untrusted := _untrusted(facts):
        causes[ExitCode.UNTRUSTED] = untrusted
    if facts.teardown_timed_out:
        causes[ExitCode.TEARDOWN_TIMEOUT] = "the load is done, but teardown was not done in time"
    code = first_of(*causes)
    if code in _EARLY:
        causes[code] += _so_far(facts)
    measured = facts.answered and not facts.worker_lost and not facts.cut_off
    word = "INCONCLUSIVE" if code == ExitCode.UNTRUSTED and measured else _WORDS[code]
    return Verdict(code, word, causes.get(code) or _pass_sentence(facts))


def _untrusted(facts: Facts) -> str:
    """Why the result cannot be trusted; empty where it can."""
    if facts.cut_off:
        return facts.cut_off
    if facts.worker_lost:
        return f"load was lost: {facts.worker_lost}"
    if not facts.setup_failed and not facts.answered:
        return f"nothing was measured: {_silence(facts)}"
    if facts.losses:
        return _loss_sentence(facts)
    return _limited_sentence(facts) if facts.limited else facts.blurred


def failed_of(thresholds: Sequence[ThresholdResult]) -> list[ThresholdResult]:
    """Those that failed, the worst first."""
    return worst_first(result for result in thresholds if result.status == "fail")


def told_of(thresholds: Sequence[ThresholdResult], early: bool) -> list[ThresholdResult]:
    """Those that the verdict tells of: where a load ended `early`, one without a sample may have lacked the time."""
    return [result for result in failed_of(thresholds) if result.samples or not early]


def _threshold_sentence(failed: Sequence[ThresholdResult], facts: Facts) -> str:
    parts = [_silence(facts) or _culprit(failed[0], facts.where)]
    aborted = next((t for t in failed if t.aborted), None)
    if aborted is not None:
        parts.append(
            f"the run was ended after {format_duration(round(facts.duration, 1))} by {aborted.threshold.title}"
        )
    if len(failed) > 1 or (len(parts) == 1 and _silence(facts)):
        parts.append(f"{len(failed)} of {len(facts.thresholds)} thresholds failed")
    return "; ".join(parts)


def _so_far(facts: Facts) -> str:
    """`; so far errors rate is 30.00%, limit < 10% (200 % over)`: a load that was cut short has failed all the same."""
    failed = told_of(facts.thresholds, early=True)
    return f"; so far {_threshold_sentence(failed, facts)}" if failed else ""


def _unwritten_sentence(facts: Facts) -> str:
    return f"ended after {format_duration(round(facts.duration, 1))} of load, for {facts.unwritten}"


def _loss_sentence(facts: Facts) -> str:
    first, more = told(facts.losses[0]), len(facts.losses) - 1
    others = f"; {more} more worker{'' if more == 1 else 's'} after it" if more else ""
    share = f"{100 * missing(facts.losses, facts.duration):.2g}% of all"
    withheld = any(result.status == "inconclusive" for result in facts.thresholds)
    return f"{first}, {share}{others}{'; the thresholds are inconclusive' if withheld else ''}"


def _limited_sentence(facts: Facts) -> str:
    open_ = sum(result.status == "inconclusive" for result in facts.thresholds)
    return facts.limited + (f"; {open_} of {len(facts.thresholds)} thresholds are inconclusive" if open_ else "")


def _silence(facts: Facts) -> str:
    """What matters more than any threshold: that nothing was measured."""
    if facts.answered:
        return ""
    if not facts.requests:
        return "no request was made"
    worst = max(facts.errors, key=lambda kind: facts.errors[kind], default="no answer")
    return f"none of {format_count(facts.requests)} requests was answered ({worst})"


def _culprit(worst: ThresholdResult, where: str) -> str:
    threshold = worst.threshold
    if worst.actual is None:
        return f"{threshold.title} has no samples, and no sample is a failure"
    name = f"{threshold.key} " if threshold.plain else f"{threshold.key}: " if threshold.slo else ""
    margin = format_margin(threshold, worst.margin)
    margin = f" ({margin})" if margin else ""
    actual, limit = format_actual(threshold, worst.actual), format_limit(threshold, worst.limit)
    return ", ".join([f"{name}{threshold.subject} is {actual}", f"limit {limit}{margin}", *_when(worst, where)])


def _when(worst: ThresholdResult, where: str) -> list[str]:
    """When and where it failed: of windows the worst one; then since when they fail, if they do to the end."""
    since = f"since {format_clock(worst.failing_since)}" if worst.failing_since is not None else ""
    window = format_window(worst)
    told = [f"in the {window}", where, since and f"and failing {since}"] if window else [since, where]
    return [part for part in told if part]


def _pass_sentence(facts: Facts) -> str:
    count = len(facts.thresholds)
    warned = sum(result.status == "warn" for result in facts.thresholds)
    held = f"all {count} thresholds held" if count > 1 else "the threshold held" if count else "no threshold was set"
    if warned:
        held = f"{count - warned} of {count} threshold{'s' if count > 1 else ''} held, and {warned} only warn"
        held += "s" if warned == 1 else ""
    share = f", {100 * facts.failed / facts.requests:.2f}% failed" if facts.failed else ", none failed"
    requests = f"{format_count(facts.requests)} requests" if facts.requests else "no request was made"
    return f"{held}; {requests}{share if facts.requests else ''}"
