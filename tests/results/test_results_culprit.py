"""Where a threshold failed: the endpoint at which it is worst, against a plain look at each."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from support_results import make_result

from loadspec.metrics import BUILTIN, MetricInfo, Store, tags_of
from loadspec.results.culprit import whereabouts, worst_endpoint
from loadspec.results.parts import Part
from loadspec.thresholds import Threshold, read_thresholds

KINDS = {**BUILTIN, "good": MetricInfo("rate"), "wait": MetricInfo("trend", "time"), "lost": MetricInfo("counter")}


def threshold(key: str, text: Any) -> Threshold:
    (found,) = read_thresholds({key: text}, KINDS, lambda _: {}, ())
    return found


def store() -> Store:
    made = Store()
    for name, latency, failed in (("fast", 10.0, 0), ("slow", 900.0, 1), ("broken", 20.0, 8)):
        tags = {"scenario": "default", "endpoint": name, "poll": "false"}
        for i in range(10):
            expected = "false" if i < failed else "true"
            made.trend("http_req_duration", tags_of(**tags, expected_response=expected)).add(latency)
            made.counter("http_reqs", tags_of(**tags, expected_response=expected, status="200")).add(1)
            made.rate("http_req_failed", tags_of(**tags)).add(i < failed)
            made.rate("good", tags_of(scenario="default", endpoint=name)).add(i >= failed)
            made.trend("dispatch_delay", tags_of(scenario="default")).add(1.0)
    made.rate("good", tags_of(scenario="default")).add(True)
    made.counter("lost", tags_of(scenario="default", endpoint="slow")).add(3)
    return made


@pytest.mark.parametrize(
    ("key", "text", "worst"),
    [
        ("http_req_duration", "p(95) < 100ms", "worst at slow (900ms)"),
        ("http_req_duration", "avg < 100ms", "worst at slow (900ms)"),
        ("http_req_failed", "rate < 1%", "worst at broken (80.00%)"),
        ("good", "rate > 99%", "worst at broken (20.00%)"),
        ("http_req_failed", {"that": "rate < 1%", "window": "5s"}, ""),
        ("http_req_duration{endpoint:slow}", "p(95) < 100ms", ""),
        ("lost{endpoint:slow}", "count < 1", ""),
        ("http_reqs", "rate > 100/s", ""),
        ("lost", "count < 1", "at slow"),
        ("wait", "p(95) < 1s", ""),
        ("dispatch_delay", "p(95) < 1s", ""),
    ],
)
def test_the_worst_endpoint(key: str, text: Any, worst: str) -> None:
    assert worst_endpoint(threshold(key, text), store(), 10.0) == worst


def measured(**endpoints: list[float]) -> Store:
    """Milliseconds of each request; what took 1000 failed, too."""
    made = Store()
    for name, times in endpoints.items():
        tags = tags_of(scenario="default", endpoint=name, poll="false")
        for ms in times:
            made.rate("http_req_failed", tags).add(ms == 1000.0)
            made.trend("wait", tags).add(ms)
            made.counter("lost", tags).add(ms == 1000.0)
    return made


@pytest.mark.parametrize(
    ("key", "text", "worst"),
    [
        ("http_req_failed", "rate < 1%", "worst at generate (98.10%)"),
        ("http_req_failed", "rate == 0%", "worst at generate (98.10%)"),
        ("lost", "count < 1", "worst at generate (206)"),
        ("wait", "p(95) < 500ms", "worst at generate (1s)"),
        ("wait", "med < 500ms", "worst at generate (1s)"),
        ("wait", "avg < 500ms", "worst at generate (981.14ms)"),
        ("wait", "within(500ms) > 95%", "worst at generate (1.90%)"),
        ("wait", "apdex(200ms) > 0.9", "worst at generate (0.02)"),
        ("wait", "max < 1.5s", "worst at late (2s)"),
        ("wait", {"that": "p(95) < 500ms", "window": "5s"}, ""),
        ("expressions", "p(95)(wait) < 2 * avg(wait)", ""),
        ("expressions", "count(lost) < 1% of count(lost)", "worst at generate (206)"),
    ],
)
def test_one_bad_request_is_not_why_hundreds_are(key: str, text: Any, worst: str) -> None:
    made = measured(generate=[1000.0] * 206 + [10.0] * 4, login=[10.0] * 210, missing=[1000.0], late=[2000.0])
    assert worst_endpoint(threshold(key, text), made, 10.0) == worst


@given(st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2))
@example({"a": (1, 0), "b": (30, 10)})
def test_the_worst_has_most_beyond_what_is_allowed(bad_and_good: dict[str, tuple[int, int]]) -> None:
    counts = {name: pair for name, pair in bad_and_good.items() if sum(pair)}
    made = measured(**{name: [1000.0] * bad + [10.0] * good for name, (bad, good) in counts.items()})
    excess = {name: bad - Fraction(1, 4) * (bad + good) for name, (bad, good) in counts.items()}
    for key, text in (("http_req_failed", "rate < 25%"), ("wait", "p(75) < 500ms"), ("wait", "within(500ms) > 75%")):
        told = worst_endpoint(threshold(key, text), made, 10.0)
        if len(counts) < 2:
            assert told == ""
        else:
            assert excess[told.removeprefix("worst at ")[0]] == max(excess.values())


def test_of_a_sum_that_is_limited_the_largest_part() -> None:
    assert worst_endpoint(threshold("http_reqs{expected_response:false}", "count < 1"), store(), 10.0) == (
        "worst at broken (8)"
    )


def test_what_only_fails_is_worst_where_failures_are_infinite() -> None:
    made = store()
    tags = {"scenario": "default", "endpoint": "dead", "poll": "false", "expected_response": "false"}
    made.counter("http_reqs", tags_of(**tags, status="503")).add(10)
    found = threshold("http_req_duration", {"that": "within(1s) >= 95%", "failures": "infinite"})
    assert worst_endpoint(found, made, 10.0) == "worst at dead (0.00%)"


def test_where_and_when() -> None:
    result = next(found for found in make_result().thresholds if found.status == "fail")
    parts = [Part(0, 30, "ramp", "in stage 1 of 2 (ramp)"), Part(30, 70, "hold", "in stage 2 of 2 (hold)")]
    overall = replace(result, threshold=threshold("http_req_failed", "rate < 1%"))
    assert whereabouts(overall, store(), 10.0, parts) == "in stage 2 of 2 (hold), worst at broken (80.00%)"
    assert whereabouts(replace(overall, failing_since=None), store(), 10.0, parts) == "worst at broken (80.00%)"
    assert whereabouts(overall, Store(), 10.0, []) == ""


@pytest.mark.parametrize(
    ("span", "where"),
    [
        ((27.0, 30.0), "in stage 1 of 2 (ramp)"),
        ((27.02, 30.02), "in stage 1 of 2 (ramp)"),
        ((30.0, 33.0), "in stage 2 of 2 (hold)"),
        ((28.0, 31.0), ""),
    ],
)
def test_a_window_is_in_a_stage_if_all_of_it_is(span: tuple[float, float], where: str) -> None:
    result = next(found for found in make_result().thresholds if found.status == "fail")
    parts = [Part(0, 30, "ramp", "in stage 1 of 2 (ramp)"), Part(30, 70, "hold", "in stage 2 of 2 (hold)")]
    windowed = threshold("http_req_failed", {"that": "rate < 1%", "window": "3s"})
    for since in (None, 60.0):
        found = replace(result, threshold=windowed, failing_since=since, worst_window=span)
        assert whereabouts(found, store(), 70.0, parts) == where
