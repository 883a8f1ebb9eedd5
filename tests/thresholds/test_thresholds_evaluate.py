"""Judgements over exact values."""

from __future__ import annotations

import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics import Counter, Gauge, MetricInfo, Rate, Store, Trend, tags_of
from loadspec.thresholds import format_actual, format_limit, format_margin, judge, parse_thresholds, values_in
from loadspec.thresholds.evaluate import margin

KINDS = {
    "http_req_duration": MetricInfo("trend", "time"),
    "sizes": MetricInfo("trend", "bytes"),
    "errors": MetricInfo("rate"),
    "hits": MetricInfo("counter"),
    "traffic": MetricInfo("counter", "bytes"),
    "depth": MetricInfo("gauge"),
}


def read(metric, text, **options):
    return parse_thresholds(metric, {"that": text, **options}, KINDS)[0]


def trend(*values):
    found = Trend()
    for value in values:
        found.add(value)
    return found


def gauge(*values):
    found = Gauge()
    for value in values:
        found.add(value)
    return found


TIMES = trend(100.0, 200.0, 300.0, 1400.0)

EXACT = [  # metric, text, value, actual, passed, shown
    ("http_req_duration", "avg < 500ms", TIMES, 500.0, False, "500ms"),
    ("http_req_duration", "avg <= 500ms", TIMES, 500.0, True, "500ms"),
    ("http_req_duration", "min == 100ms", TIMES, 100.0, True, "100ms"),
    ("http_req_duration", "max < 1s", TIMES, 1400.0, False, "1.4s"),
    ("http_req_duration", "p(0) >= 100ms", TIMES, 100.0, True, "100ms"),
    ("http_req_duration", "p(100) > 1.4s", TIMES, 1400.0, False, "1.4s"),
    ("http_req_duration", "count != 4", TIMES, 4.0, False, "4"),
    ("http_req_duration", "avg < 500ms", trend(412.1), 412.1, True, "412.1ms"),
    ("sizes", "max < 2kB", trend(1500.0), 1500.0, True, "1.5 kB"),
    ("errors", "rate < 10%", Rate(1, 10), 0.1, False, "10.00%"),
    ("errors", "rate <= 10%", Rate(1, 10), 0.1, True, "10.00%"),
    ("errors", "rate < 12.36%", Rate(1235, 10_000), 0.1235, True, "12.35%"),
    ("hits", "count >= 12345", Counter(12345, 3), 12345.0, True, "12 345"),
    ("hits", "rate > 1.2/s", Counter(12, 3), 1.2, False, "1.2/s"),
    ("traffic", "count < 2MB", Counter(2_200_000, 3), 2_200_000.0, False, "2.2 MB"),
    ("traffic", "rate < 300kB/s", Counter(2_200_000, 3), 220_000.0, True, "220 kB/s"),
    ("depth", "value == 2", gauge(5, 1, 2), 2.0, True, "2"),
    ("depth", "min > 1", gauge(5, 1, 2), 1.0, False, "1"),
    ("depth", "max < 5.5", gauge(5, 1, 2), 5.0, True, "5"),
]


@pytest.mark.parametrize(("metric", "text", "value", "actual", "passed", "shown"), EXACT)
def test_exact_values_after_ten_seconds(metric, text, value, actual, passed, shown):
    threshold = read(metric, text)
    judgement = judge(threshold, [value], 10.0)
    assert judgement.actual == pytest.approx(actual, rel=1e-12)
    assert (judgement.passed, judgement.samples) == (passed, value.samples)
    assert format_actual(threshold, judgement.actual) == shown


@pytest.mark.parametrize("percent", [1, 25, 50, 75, 90, 95, 99, 99.9])
def test_percentiles_are_k6s_within_the_histograms_error(percent):
    values = [float(n * n % 977 + 1) for n in range(500)]
    rank = percent / 100 * (len(values) - 1)
    low = int(rank)
    ranked = sorted(values)
    exact = ranked[low] + (rank - low) * (ranked[low + 1] - ranked[low])
    judgement = judge(read("http_req_duration", f"p({percent}) < 1s"), [trend(*values)], 1.0)
    assert judgement.actual == pytest.approx(exact, rel=0.01)
    median = judge(read("http_req_duration", "med < 1s"), [trend(*values)], 1.0)
    assert percent != 50 or median == judgement


EMPTY = [
    ("http_req_duration", "avg < 500ms", Trend()),
    ("http_req_duration", "count < 5", Trend()),
    ("errors", "rate < 10%", Rate()),
    ("depth", "value < 5", Gauge()),
]


@pytest.mark.parametrize("none", [True, False])
@pytest.mark.parametrize(("metric", "text", "value"), EMPTY)
def test_no_sample_is_a_failure_unless_empty_passes(metric, text, value, none):
    strict, lax = read(metric, text), read(metric, text, empty="pass")
    for threshold, passed in ((strict, False), (lax, True)):
        judgement = judge(threshold, [None if none else value], 10.0)
        assert (judgement.actual, judgement.passed) == (None, passed)
        assert (judgement.samples, judgement.margin) == (0, None)
        assert format_actual(threshold, judgement.actual) == "no samples"


@pytest.mark.parametrize("value", [None, Counter()])
def test_a_counter_that_counted_nothing_is_a_zero(value):
    below = judge(read("hits", "count < 5"), [value], 10.0)
    assert (below.actual, below.passed, below.samples, below.margin) == (0.0, True, 0, 1.0)
    assert not judge(read("hits", "count > 0"), [value], 10.0).passed
    assert not judge(read("hits", "rate > 1/s"), [value], 10.0).passed
    assert judge(read("hits", "count > 0", empty="pass"), [value], 10.0).passed
    assert judge(read("hits", "rate < 1/s"), [value], 0.0).actual == 0.0


MARGINS = [
    ("<", 300, 412, -112 / 300),
    ("<", 300, 150, 0.5),
    ("<=", 300, 300, 0.0),
    (">", 0.8, 0.4, -0.5),
    (">=", 10, 15, 0.5),
    ("==", 10, 10, 0.0),
    ("==", 10, 12, -0.2),
    ("!=", 10, 12, 0.2),
    ("!=", 10, 10, 0.0),
    ("<", 0, 3, -3.0),
    ("<=", 0, 0, 0.0),
    (">", 0, 3, 3.0),
    ("<", -10, -15, 0.5),
]


@pytest.mark.parametrize(("op", "limit", "actual", "expected"), MARGINS)
def test_margins(op, limit, actual, expected):
    assert margin(op, limit, actual) == pytest.approx(expected)


OPS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}


@given(st.sampled_from(list(OPS)), st.integers(-50, 50), st.integers(-50, 50))
def test_the_margins_sign_agrees_with_the_judgement(op, limit, actual):
    judgement = judge(read("depth", f"value {op} {limit}"), [gauge(actual)], 1.0)
    assert judgement.passed == OPS[op](actual, limit)
    assert judgement.margin >= 0 if judgement.passed else judgement.margin <= 0
    assert judgement.margin != 0 or actual == limit


def test_the_limit_is_shown_as_written():
    assert format_limit(read("errors", "rate<10%")) == "< 10%"
    assert format_limit(read("http_req_duration", "p(95)  >=  1m30s")) == ">= 1m30s"
    below = read("http_req_duration", "p(95) < 300ms")
    above = read("errors", "rate > 80%")
    equal = read("hits", "count == 5")
    assert [format_margin(below, m) for m in (-0.3733, 0.62, 0.0, -1.5, -11.0, None)] == [
        "37.3 % over",
        "62 % to spare",
        "0 % to spare",
        "150 % over",
        "12 times the limit",
        "",
    ]
    assert [format_margin(above, m) for m in (-0.0165, 12.0)] == ["1.65 % short", "13 times to spare"]
    assert format_margin(equal, -0.5) == ""


def test_all_matching_series_of_a_store_are_judged_as_one():
    store = Store()

    def add(ms, **tags):
        store.trend("http_req_duration", tags_of(**tags)).add(ms)

    add(100.0, endpoint="login", poll="false", expected_response="true")
    add(300.0, endpoint="generate", poll="false", expected_response="true")
    add(1.0, endpoint="generate", poll="false", expected_response="false")
    add(2.0, endpoint="image_status", poll="true", expected_response="true")

    def average(key):
        threshold = parse_thresholds(key, "avg < 1s", KINDS)[0]
        return judge(threshold, values_in(store, threshold), 1.0).actual

    assert average("http_req_duration") == 200.0
    assert average("http_req_duration{endpoint:generate}") == 300.0
    assert average("http_req_duration{endpoint:generate,expected_response:any}") == 150.5
    assert average("http_req_duration{poll:true}") == 2.0
    assert average("http_req_duration{poll:any}") == pytest.approx(134.0)
    assert average("http_req_duration{endpoint:nobody}") is None
