"""The verdict: precedence of exit codes, and sentences that name the culprit."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from msgspec.structs import replace
from support_results import make_result, store_of

from loadspec.errors import ExitCode
from loadspec.metrics import Rate, Store, Trend
from loadspec.metrics.catalog import BUILTIN, MetricInfo
from loadspec.results.model import Loss
from loadspec.results.verdict import PRECEDENCE, Facts, first_of, judge_run
from loadspec.thresholds import ThresholdResult, Watch, parse_thresholds, without_latency

KINDS = {**BUILTIN, "errors": MetricInfo("rate")}


def results(values: dict[str, object], **sources: object) -> list[ThresholdResult]:
    """Thresholds judged once against values, after 12 s."""
    parsed = [t for metric, source in sources.items() for t in parse_thresholds(metric, source, KINDS)]
    watch = Watch(parsed)
    watch.feed(12.0, Store(), store_of(**values))
    return list(watch.results())


def slow(ms: float) -> Trend:
    trend = Trend()
    trend.add(ms, 100)
    return trend


FAILED = results(
    {"errors": Rate(30, 100), "http_req_duration": slow(100)},
    errors="rate < 10%",
    http_req_duration=["p(95) < 90ms", "avg < 1s"],
)
WITHHELD = [replace(result, status="inconclusive") for result in FAILED]
LOST = [Loss(2, 4, 15.0, "ended with code -9")]
SLOW = results({"http_req_duration": slow(100)}, http_req_duration=["p(95) < 90ms", "avg < 1s"])
SERVED = {"requests": 200, "answered": 200, "duration": 20.0}


@pytest.mark.parametrize(
    ("facts", "code", "word"),
    [
        (Facts(**SERVED), 0, "PASS"),
        (Facts(thresholds=FAILED, **SERVED), 99, "FAIL"),
        (Facts(thresholds=FAILED, interrupted=True, **SERVED), 105, "INTERRUPTED"),
        (Facts(thresholds=FAILED, aborted="generate failed", **SERVED), 108, "ABORTED"),
        (Facts(thresholds=FAILED, interrupted=True, aborted="x", **SERVED), 105, "INTERRUPTED"),
        (Facts(thresholds=FAILED, setup_failed="login failed"), 107, "INVALID"),
        (Facts(setup_failed="slow", setup_timed_out=True), 100, "INVALID"),
        (Facts(worker_lost="code -9", **SERVED), 95, "INVALID"),
        (Facts(worker_lost="code -9", thresholds=FAILED, **SERVED), 99, "FAIL"),
        (Facts(losses=LOST, **SERVED), 95, "INCONCLUSIVE"),
        (Facts(losses=LOST, thresholds=FAILED, **SERVED), 99, "FAIL"),
        (Facts(losses=LOST, thresholds=WITHHELD, **SERVED), 95, "INCONCLUSIVE"),
        (Facts(losses=LOST, interrupted=True, **SERVED), 105, "INTERRUPTED"),
        (Facts(limited="the generator was late", **SERVED), 95, "INCONCLUSIVE"),
        (Facts(limited="the generator was late", thresholds=FAILED, **SERVED), 99, "FAIL"),
        (Facts(limited="the generator was late", thresholds=without_latency(SLOW), **SERVED), 95, "INCONCLUSIVE"),
        (Facts(limited="the generator was late", thresholds=without_latency(FAILED), **SERVED), 99, "FAIL"),
        (Facts(limited="the generator was late", worker_lost="code -9", **SERVED), 95, "INVALID"),
        (Facts(limited="the generator was late", requests=5, failed=5), 95, "INVALID"),
        (Facts(limited="the generator was late", interrupted=True, **SERVED), 105, "INTERRUPTED"),
        (Facts(limited="the generator was late", teardown_timed_out=True, **SERVED), 95, "INCONCLUSIVE"),
        (Facts(teardown_timed_out=True, **SERVED), 101, "FAIL"),
        (Facts(), 95, "INVALID"),
        (Facts(requests=5, failed=5), 95, "INVALID"),
        (Facts(requests=5, failed=5, thresholds=FAILED), 99, "FAIL"),
        (Facts(requests=5, interrupted=True), 105, "INTERRUPTED"),
    ],
)
def test_code_and_word(facts: Facts, code: int, word: str) -> None:
    verdict = judge_run(facts)
    assert (verdict.exit_code, verdict.word) == (code, word)
    assert verdict.sentence


def test_times_of_a_generator_at_its_limit_decide_nothing() -> None:
    kinds = {**KINDS, "size": MetricInfo("trend", "bytes"), "wait": MetricInfo("trend", "time")}
    sources = {
        "http_req_duration": ["p(95) < 90ms", "count > 5"],
        "wait": "max < 1s",
        "size": "max < 1kB",
        "errors": "rate < 10%",
        "http_reqs": "rate > 1/s",
    }
    parsed = [t for metric, source in sources.items() for t in parse_thresholds(metric, source, kinds)]
    values = {"http_req_duration": slow(100), "wait": slow(1), "size": slow(1), "errors": Rate(30, 100)}
    watch = Watch(parsed)
    watch.feed(12.0, Store(), store_of(**values))
    judged = without_latency(watch.results())
    undecided = [result.threshold.title for result in judged if result.status == "inconclusive"]
    assert undecided == ["http_req_duration: p(95) < 90ms", "wait: max < 1s"]
    assert {result.status for result in without_latency(Watch(parsed).results())} == {"fail"}, "without a sample"
    verdict = judge_run(Facts(thresholds=without_latency(SLOW), limited="the generator was late", **SERVED))
    assert verdict.sentence == "the generator was late; 2 of 2 thresholds are inconclusive"


def test_a_signal_before_the_load_is_told_as_one() -> None:
    assert judge_run(Facts(interrupted=True)).sentence == "stopped by a signal before any load"
    assert judge_run(Facts(interrupted=True, duration=2.0)).sentence == "stopped by a signal after 2s of load"
    by = Facts(interrupted=True, duration=2.0, stopped_by="a button")
    assert judge_run(by).sentence == "stopped by a button after 2s of load"


@pytest.mark.parametrize(
    ("bad", "when"),
    [
        (range(10, 14), "in the 3s to 00:12, in stage 2 of 3 (hold 4 users)"),
        (range(10, 31), "in the 3s to 00:12, in stage 2 of 3 (hold 4 users), and failing since 00:10"),
    ],
)
def test_of_windows_the_worst_one_is_told_even_if_it_is_over(bad: range, when: str) -> None:
    watch, total = Watch(parse_thresholds("errors", {"that": "rate < 20%", "window": "3s"}, KINDS)), Store()
    for second in range(1, 31):
        delta = store_of(errors=Rate(10 * (second in bad), 10))
        total.merge(delta)
        watch.feed(float(second), delta, total)
    facts = Facts(thresholds=watch.results(), where="in stage 2 of 3 (hold 4 users)", **SERVED)
    assert judge_run(facts).sentence == f"errors rate is 100.00%, limit < 20% (400 % over), {when}"


@pytest.mark.parametrize("ends", [{"interrupted": True}, {"aborted": "no credits"}])
def test_what_failed_before_a_load_was_cut_short_is_told(ends: dict[str, Any]) -> None:
    cut = {"interrupted": "stopped by a signal after 20s of load", "aborted": "the spec ended the run: no credits"}
    (begin,) = (text for key, text in cut.items() if key in ends)
    unmeasured = results({}, errors="rate < 10%")
    assert judge_run(Facts(thresholds=unmeasured, **ends, **SERVED)).sentence == begin
    assert judge_run(Facts(thresholds=SLOW[1:], **ends, **SERVED)).sentence == begin
    sentence = judge_run(
        Facts(thresholds=[*unmeasured, *FAILED], where="worst at generate (90%)", **ends, **SERVED)
    ).sentence
    assert sentence == (
        f"{begin}; so far errors rate is 30.00%, limit < 10% (200 % over), since 00:12, worst at generate (90%); "
        "2 of 4 thresholds failed"
    )
    silent = Facts(thresholds=FAILED, requests=7, errors={"refused": 7}, duration=20.0, **ends)
    assert judge_run(silent).sentence.startswith(f"{begin}; so far none of 7 requests was answered (refused)")


def test_the_sentence_names_the_worst_threshold_by_how_much_and_since_when() -> None:
    sentence = judge_run(Facts(thresholds=FAILED, **SERVED)).sentence
    assert sentence.startswith("errors rate is 30.00%, limit < 10% (200 % over), since 00:12")
    assert sentence.endswith("2 of 3 thresholds failed")


@pytest.mark.parametrize(
    ("facts", "start"),
    [
        (Facts(thresholds=results({}, errors="rate < 10%")), "no request was made"),
        (
            Facts(thresholds=results({}, errors="rate < 10%"), requests=7, errors={"refused": 6, "timeout": 1}),
            "none of 7 requests was answered (refused)",
        ),
        (
            Facts(thresholds=results({}, errors="rate < 10%"), requests=7, answered=7),
            "errors: rate < 10% has no samples",
        ),
    ],
)
def test_silence_is_said_before_any_threshold(facts: Facts, start: str) -> None:
    verdict = judge_run(facts)
    assert verdict.exit_code == 99
    assert verdict.sentence.startswith(start)


def test_a_pass_says_what_held() -> None:
    held = results({"errors": Rate(0, 100)}, errors="rate < 10%")
    assert judge_run(Facts(thresholds=held, requests=5, answered=5)).sentence == (
        "the threshold held; 5 requests, none failed"
    )
    assert judge_run(Facts(requests=4, answered=4, failed=1)).sentence == (
        "no threshold was set; 4 requests, 25.00% failed"
    )


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(PRECEDENCE, 2)))
def test_precedence_is_that_of_the_design(one: ExitCode, other: ExitCode) -> None:
    assert first_of(other, one) == one


def test_precedence_knows_every_code() -> None:
    assert set(PRECEDENCE) == set(ExitCode)
    assert [int(code) for code in PRECEDENCE] == [2, 104, 100, 107, 105, 108, 99, 94, 95, 101, 96, 0]


def test_a_simulated_result_is_judged_as_it_says() -> None:
    result = make_result()
    failed = [t for t in result.thresholds if t.status == "fail"]
    assert bool(failed) is (result.exit_code == 99)


@pytest.mark.parametrize(
    ("losses", "thresholds", "ends"),
    [
        (LOST, FAILED[:0], "1/4 of the load is missing since, 6.2% of all"),
        (LOST * 2, WITHHELD, ", 12% of all; 1 more worker after it; the thresholds are inconclusive"),
    ],
)
def test_lost_load_is_told_with_its_share(losses: list[Loss], thresholds: list[ThresholdResult], ends: str) -> None:
    sentence = judge_run(Facts(losses=losses, thresholds=thresholds, **SERVED)).sentence
    assert sentence.startswith("worker 2 of 4 was lost at 15s (it ended with code -9)")
    assert sentence.endswith(ends)
