"""Thresholds that compute, and those of each endpoint."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_results import store_of

from loadspec.metrics import BUILTIN, Counter, MetricInfo, Rate, Store, Trend
from loadspec.thresholds import ThresholdError, format_actual, format_limit, judge, read_thresholds, values_in
from loadspec.thresholds.expressions import parse_expression

KINDS = {
    **BUILTIN,
    "credit_errors": MetricInfo("counter"),
    "other_errors": MetricInfo("counter"),
    "sizes": MetricInfo("trend", "bytes"),
    "errors": MetricInfo("rate"),
    "slow": MetricInfo("trend", "time"),
    "quick": MetricInfo("trend", "time"),
}


def trend(*values):
    found = Trend()
    for value in values:
        found.add(value)
    return found


STORE = store_of(
    credit_errors=Counter(6, 6),
    http_reqs=Counter(100, 100),
    iterations=Counter(50, 50),
    errors=Rate(1, 10),
    slow=trend(600.0),
    quick=trend(200.0),
    sizes=trend(2000.0),
    data_received=Counter(200_000, 100),
)


def judged(text, elapsed=10.0, store=STORE):
    threshold = parse_expression(text, KINDS, {})
    return threshold, judge(threshold, values_in(store, threshold), elapsed)


COMPUTED = [  # text, actual and limit in base units, whether it holds, measure
    ("count(credit_errors) < 5% of count(http_reqs)", 6, 5, False, "count"),
    ("count(credit_errors) < 10 % of count( http_reqs ) + 1", 6, 11, True, "count"),
    ("count(credit_errors) / count(http_reqs) < 5%", 0.06, 0.05, False, "ratio"),
    ("count(credit_errors) / count(http_reqs) < 0.5", 0.06, 0.5, True, "score"),
    ("max(slow) < 3 * max(quick)", 600, 600, False, "time"),
    ("max(slow) <= 3 * max(quick)", 600, 600, True, "time"),
    ("max(slow) - max(quick) < 1m30s", 400, 90_000, True, "time"),
    ("max(slow) / max(quick) == 3", 3, 3, True, "score"),
    ("-(max(quick) - max(slow)) > 300ms", 400, 300, True, "time"),
    ("max(slow) < (1 + 2) * (100ms + max(quick)) / 2", 600, 450, False, "time"),
    ("10 - 2 - 3 < count(credit_errors)", 5, 6, True, "count"),
    ("100 / 10 / 5 < count(credit_errors)", 2, 6, True, "count"),
    ("2 + 3 * 4 == 14 + 0 * count(credit_errors)", 14, 14, True, "count"),
    ("rate(errors) < 2 * rate(errors) - 5%", 0.1, 0.15, True, "ratio"),
    ("rate(http_reqs) > 9/s", 10, 9, True, "per_second"),
    ("rate(data_received) < 30kB/s", 20_000, 30_000, True, "bytes_per_second"),
    ("max(sizes) * 2 < 1MB", 4000, 1_000_000, True, "bytes"),
    ("count(data_received) / count(http_reqs) < 3", None, None, None, ""),
    ("within(700ms)(slow) >= 99%", 1.0, 0.99, True, "ratio"),
    ("count(other_errors) < 1", 0, 1, True, "count"),
]


@pytest.mark.parametrize(("text", "actual", "limit", "holds", "measure"), COMPUTED)
def test_they_compute(text, actual, limit, holds, measure):
    if not measure:
        with pytest.raises(ThresholdError):
            judged(text)
        return
    threshold, found = judged(text)
    assert (found.actual, found.limit) == (pytest.approx(actual), pytest.approx(limit))
    assert (found.passed, threshold.measure) == (holds, measure)
    assert threshold.title == threshold.source == text


def test_what_a_limit_came_to_is_told():
    threshold, found = judged("count(credit_errors) < 5% of count(http_reqs)")
    assert format_actual(threshold, found.actual) == "6"
    assert format_limit(threshold, found.limit) == "< 5% of count(http_reqs) = 5"
    threshold, found = judged("max(slow) < 300ms")
    assert format_limit(threshold, found.limit) == "< 300ms"


def test_a_part_without_a_sample_or_a_division_by_zero_is_no_sample():
    for text in ("max(quick) < 2 * max(slow)", "count(iterations) / count(credit_errors) > 1"):
        _, found = judged(text, store=store_of(quick=trend(1.0), iterations=Counter(1, 1)))
        assert (found.actual, found.passed) == (None, False)


ILLEGAL = [  # text, offset, a word of the message
    ("count(credit_errors) < 5 of count(http_reqs)", 25, "`of` is no unit"),
    ("count(credit_errors) < 5%of2", 25, "of2"),
    ("max(slow) < 300", 12, "no unit"),
    ("rate(errors) < 0.1", 15, "share"),
    ("max(slow) < count(http_reqs)", 12, "a time and a count"),
    ("max(slow) + max(sizes) > 1s", 12, "cannot be added"),
    ("max(slow) * max(slow) > 1s", 24, "cannot be compared"),
    ("max(slow) * max(slow) > 1s * 1s", 24, "no unit fits"),
    ("count(nothing) > 1", 6, "no metric"),
    ("count(http_reqs{endpint:a}) > 1", 16, "no tag"),
    ("p(slow) > 1s", 1, "needs a percentage"),
    ("avg(5)(slow) > 1s", 3, "takes no argument"),
    ("med(http_reqs) > 1", 0, "no `med`"),
    ("count(http_reqs > 1", 5, "not closed"),
    ("(1 + count(http_reqs) > 1", 0, "not closed"),
    ("count > 1", 0, "of no metric"),
    ("1 < 2", 0, "measures nothing"),
    ("", 0, "missing"),
    ("count(http_reqs)", 16, "comparison is missing"),
    ("count(http_reqs) >", 18, "missing"),
    ("count(http_reqs) > 5 apples", 21, "no unit"),
    ("count(http_reqs) > 5 < 6", 21, "too much"),
    ("__import__('os') > 1", 11, "no metric"),
    ("(" * 30 + "1" + ")" * 30 + " < count(http_reqs)", 20, "nested"),
    ("-" * 30 + "1 < count(http_reqs)", 20, "nested"),
]


@pytest.mark.parametrize(("text", "offset", "word"), ILLEGAL)
def test_what_cannot_be_read_has_a_place(text, offset, word):
    with pytest.raises(ThresholdError) as caught:
        parse_expression(text, KINDS, {})
    assert word in caught.value.message
    assert (caught.value.offset, bool(caught.value.hint), caught.value.part) == (offset, True, "expression")


_PARTS = [
    "count(http_reqs)",
    "max(slow)",
    "5%",
    " of ",
    "300ms",
    "<",
    "+",
    "-",
    "*",
    "/",
    "(",
    ")",
    " ",
    "7",
    "rate(errors)",
]


@given(st.lists(st.sampled_from(_PARTS), max_size=12).map("".join) | st.text(string.printable, max_size=20))
def test_any_text_is_read_or_refused_with_a_place(text):
    offset = 0
    try:
        threshold = parse_expression(text, KINDS, {})
        judge(threshold, values_in(STORE, threshold), 1.0)
    except ThresholdError as error:
        offset = error.offset
    assert 0 <= offset <= len(text)


numbers = st.integers(1, 9).map(str) | st.just("count(credit_errors)")
sums = st.recursive(
    numbers,
    lambda below: (
        st.builds(lambda a, op, b: f"({a} {op} {b})", below, st.sampled_from("+-"), below)
        | st.builds(lambda a, n: f"{n} * {a}", below, st.integers(1, 9))
    ),
    max_leaves=8,
)


@given(sums)
def test_arithmetic_is_that_of_python(text):
    threshold = parse_expression(f"{text} + count(credit_errors) > 0", KINDS, {})
    expected = eval(f"{text} + 6".replace("count(credit_errors)", "6"))  # the exact reference
    assert judge(threshold, values_in(STORE, threshold), 1.0).actual == pytest.approx(expected)


def test_each_endpoint_has_thresholds_of_its_own():
    section = {
        "each_endpoint": {
            "http_req_duration{poll:any}": ["p(95) < 2s", {"that": "max < 5s", "level": "warn"}],
            "http_req_failed": "rate < 1%",
        },
        "http_reqs": "count > 1",
    }
    found = read_thresholds(section, KINDS, lambda _key: {}, ["login", "make"])
    assert [threshold.title for threshold in found] == [
        "http_req_duration{endpoint:login, poll:any}: p(95) < 2s",
        "http_req_duration{endpoint:make, poll:any}: p(95) < 2s",
        "http_req_duration{endpoint:login, poll:any}: max < 5s",
        "http_req_duration{endpoint:make, poll:any}: max < 5s",
        "http_req_failed{endpoint:login}: rate < 1%",
        "http_req_failed{endpoint:make}: rate < 1%",
        "http_reqs: count > 1",
    ]
    assert found[3].path == ("thresholds", "each_endpoint", "http_req_duration{poll:any}", 1, "that")
    store = Store()
    store.rate("http_req_failed", (("endpoint", "login"),)).add(True)
    store.rate("http_req_failed", (("endpoint", "make"),)).add(False)
    assert [judge(each, values_in(store, each), 1.0).passed for each in found[4:6]] == [False, True]


@pytest.mark.parametrize("value", ["p(95) < 2s", ["p(95) < 2s"], {"that": "p(95) < 2s"}])
def test_the_short_form_is_about_request_timings(value):
    (found,) = read_thresholds({"each_endpoint": value}, KINDS, lambda _key: {}, ["login"])
    assert found.title == "http_req_duration{endpoint:login}: p(95) < 2s"


@pytest.mark.parametrize("key", ["vus", "iterations", "http_req_duration{endpoint:login}"])
def test_what_has_no_endpoint_or_names_one_is_refused(key):
    text = {"vus": "max < 1", "iterations": "count > 1"}.get(key, "max < 1s")
    with pytest.raises(ThresholdError) as caught:
        read_thresholds({"each_endpoint": {key: text}}, KINDS, lambda _key: {}, ["login"])
    assert caught.value.part == "metric"
