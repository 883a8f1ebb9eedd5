"""The verdict: an exit code, a word and a sentence, from what happened. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loadspec.errors import ExitCode
from loadspec.thresholds import ThresholdResult, format_actual, format_limit, format_margin
from loadspec.units import format_count, format_duration

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
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the verdict is made of. Reasons are sentences; empty means that it did not happen."""

    thresholds: Sequence[ThresholdResult] = ()
    requests: int = 0
    failed: int = 0
    duration: float = 0.0
    setup_failed: str = ""
    setup_timed_out: bool = False
    interrupted: bool = False
    aborted: str = ""
    worker_lost: str = ""
    teardown_timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the run ends: the process's exit code, the word, and the sentence that names the culprit."""

    exit_code: ExitCode
    word: str
    sentence: str


def first_of(*codes: ExitCode) -> ExitCode:
    """The one that takes precedence."""
    return min(codes, key=PRECEDENCE.index, default=ExitCode.OK)


def judge_run(facts: Facts) -> Verdict:
    """→ exit code, word and sentence."""
    failed = sorted((t for t in facts.thresholds if t.status == "fail"), key=_badness)
    causes: dict[ExitCode, str] = {}
    if facts.setup_failed:
        code = ExitCode.SETUP_TIMEOUT if facts.setup_timed_out else ExitCode.SETUP_FAILED
        causes[code] = f"setup failed, no load was run: {facts.setup_failed}"
    elif failed:
        causes[ExitCode.THRESHOLDS] = _threshold_sentence(failed, facts)
    if facts.interrupted:
        causes[ExitCode.INTERRUPTED] = f"stopped by a signal after {format_duration(round(facts.duration, 1))} of load"
    if facts.aborted:
        causes[ExitCode.ABORTED] = f"the spec ended the run: {facts.aborted}"
    if facts.worker_lost:
        causes[ExitCode.UNTRUSTED] = f"load was lost: {facts.worker_lost}"
    if facts.teardown_timed_out:
        causes[ExitCode.TEARDOWN_TIMEOUT] = "the load is done, but teardown was not done in time"
    code = first_of(*causes)
    return Verdict(code, _WORDS.get(code, "PASS"), causes.get(code) or _pass_sentence(facts))


def _badness(result: ThresholdResult) -> float:
    return result.margin if result.margin is not None else float("-inf")


def _threshold_sentence(failed: Sequence[ThresholdResult], facts: Facts) -> str:
    worst = failed[0]
    name = worst.threshold.title.partition(":")[0] if not worst.threshold.selector else worst.threshold.title
    if worst.actual is None:
        text = f"{worst.threshold.title} has no samples, and no sample is a failure"
    else:
        since = f", since {format_duration(round(worst.failing_since))}" if worst.failing_since else ""
        margin = f" ({format_margin(worst.margin)})" if worst.margin is not None else ""
        actual, limit = format_actual(worst.threshold, worst.actual), format_limit(worst.threshold)
        text = f"{name} {worst.threshold.aggregate} is {actual}, limit {limit}{margin}{since}"
    aborted = next((t for t in failed if t.aborted), None)
    if aborted is not None:
        text += f"; the run was ended after {format_duration(round(facts.duration, 1))} by {aborted.threshold.title}"
    if len(failed) > 1:
        text += f"; {len(failed)} of {len(facts.thresholds)} thresholds failed"
    return text


def _pass_sentence(facts: Facts) -> str:
    count = len(facts.thresholds)
    held = f"all {count} thresholds held" if count > 1 else "the threshold held" if count else "no threshold was set"
    share = f", {100 * facts.failed / facts.requests:.2f}% failed" if facts.failed else ", none failed"
    requests = f"{format_count(facts.requests)} requests" if facts.requests else "no request was made"
    return f"{held}; {requests}{share if facts.requests else ''}"
