"""Percentiles in which failures count as infinitely long, `within` and the Apdex, against slow exact references."""

from __future__ import annotations

from math import inf, isinf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics import BUILTIN, Store, Trend, tags_of
from loadspec.thresholds import format_actual, format_margin, judge, parse_thresholds, values_in
from loadspec.thresholds.outcomes import Outcomes

times = st.lists(st.floats(0.01, 1e5), max_size=40)


def trend(values):
    found = Trend()
    found.add_many(values)
    return found


def exact_percentile(values, percent):
    ranked = sorted(values)
    rank = percent / 100 * (len(ranked) - 1)
    low = int(rank)
    share = rank - low
    if not share:
        return ranked[low]
    return inf if isinf(ranked[low + 1]) else ranked[low] + share * (ranked[low + 1] - ranked[low])


@given(times, st.integers(0, 20), st.sampled_from([0, 1, 50, 90, 95, 99, 99.9, 100]))
def test_percentiles_are_those_of_all_requests(answers, failures, percent):
    if not answers and not failures:
        return
    found = Outcomes(trend(answers), failures)
    exact = exact_percentile([*answers, *[inf] * failures], percent)
    assert found.samples == found.count == len(answers) + failures
    assert found.percentile(percent) == pytest.approx(exact, rel=0.02)


@given(times.filter(bool), st.floats(0.001, 2e5))
def test_count_within_is_exact_but_for_one_bucket(values, limit):
    found = trend(values).count_within(limit)
    sure, perhaps = sum(v <= limit * 0.99 for v in values), sum(v <= limit * 1.01 for v in values)
    assert sure <= found <= perhaps


@given(times.filter(bool))
def test_count_within_rises_from_nothing_to_all(values):
    found = [trend(values).count_within(limit) for limit in sorted({0.0, *values, 1e6})]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (0.0, len(values))


def test_an_apdex_is_the_specifications():
    values = [100.0] * 60 + [1000.0] * 30 + [9000.0] * 10  # T = 500 ms: satisfied, tolerating, frustrated
    (threshold,) = parse_thresholds("http_req_duration", "apdex(500ms) >= 0.75", BUILTIN)
    found = judge(threshold, [trend(values)], 10.0)
    assert (found.actual, found.passed) == (0.75, True)
    assert judge(threshold, [Outcomes(trend(values), 100)], 10.0).actual == 0.375


def filled(answers, failed):
    store = Store()
    own = {"endpoint": "a", "poll": "false", "scenario": "x"}
    if answers:
        store.trend("http_req_duration", tags_of(**own, expected_response="true")).add_many(answers)
    store.trend("http_req_duration", tags_of(**own, expected_response="false")).add_many([1.0] * failed)
    store.counter("http_reqs", tags_of(**own, expected_response="true", status="200")).add(len(answers))
    store.counter("http_reqs", tags_of(**own, expected_response="false", status="500")).add(failed)
    polls = {**own, "poll": "true"}
    store.counter("http_reqs", tags_of(**polls, expected_response="false", status="500")).add(1000)
    return store


def read(text, key="http_req_duration"):
    return parse_thresholds(key, {"that": text, "failures": "infinite"}, BUILTIN)[0]


def test_more_failures_than_the_percentile_leaves_are_infinite():
    threshold = read("p(95) < 2s")
    few = judge(threshold, values_in(filled([100.0] * 97, 3), threshold), 1.0)
    assert (few.actual, few.passed, few.samples) == (100.0, True, 100)
    many = judge(threshold, values_in(filled([100.0] * 90, 10), threshold), 1.0)
    assert (many.actual, many.passed, many.margin) == (inf, False, -inf)
    assert (format_actual(threshold, inf), format_margin(threshold, -inf)) == ("inf", "")
    assert threshold.title == "http_req_duration: p(95) < 2s, failures as infinite"


def test_nothing_but_failures_is_a_sample_and_fails():
    for text in ("p(50) < 2s", "avg < 2s", "max < 2s", "min < 2s", "within(2s) > 1%", "apdex(2s) > 0.1"):
        threshold = read(text)
        found = judge(threshold, values_in(filled([], 5), threshold), 1.0)
        assert (found.passed, found.samples) == (False, 5)


def test_without_any_request_there_is_no_sample():
    threshold = read("p(95) < 2s")
    found = judge(threshold, values_in(Store(), threshold), 1.0)
    assert (found.actual, found.passed, found.samples) == (None, False, 0)
    assert found.limit == 2000.0


def test_the_polls_of_an_endpoint_that_is_named_count():
    threshold = read("count > 0", key="http_req_duration{endpoint:a}")
    assert judge(threshold, values_in(filled([1.0], 2), threshold), 1.0).actual == 1003
