"""The grammar of thresholds: what is read, and what is refused in which words and where."""

from __future__ import annotations

import math
import string
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics import BUILTIN, MetricInfo
from loadspec.thresholds import Aggregate, ThresholdError, parse_thresholds

KINDS = {
    **BUILTIN,
    "response_time": MetricInfo("trend", "time"),
    "sizes": MetricInfo("trend", "bytes"),
    "tokens": MetricInfo("trend", "count"),
    "errors": MetricInfo("rate"),
    "credit_errors": MetricInfo("counter"),
    "depth": MetricInfo("gauge"),
}

LEGAL = [  # metric, text, aggregate, op, limit in the base unit, unit, measure
    ("errors", "rate < 10%", "rate", "<", 0.1, "%", "ratio"),
    ("http_req_duration", "p(95) < 30s", "p(95)", "<", 30_000, "s", "time"),
    ("http_req_duration", "p(99) < 60s", "p(99)", "<", 60_000, "s", "time"),
    ("generation", "rate > 80%", "rate", ">", 0.8, "%", "ratio"),
    ("http_req_failed", "rate < 7%", "rate", "<", 0.07, "%", "ratio"),
    ("checks", " rate>=99.9% ", "rate", ">=", 0.999, "%", "ratio"),
    ("checks", "rate == 100 %", "rate", "==", 1.0, "%", "ratio"),
    ("response_time", "avg<412.1ms", "avg", "<", 412.1, "ms", "time"),
    ("response_time", "med <= 250µs", "med", "<=", 0.25, "µs", "time"),
    ("response_time", "min > 1us", "min", ">", 0.001, "us", "time"),
    ("response_time", "max != 2m", "max", "!=", 120_000, "m", "time"),
    ("response_time", "p(99.99) < 1m30s", "p(99.99)", "<", 90_000, "", "time"),
    ("response_time", "p( 0 ) < 0.1s", "p(0)", "<", 100, "s", "time"),
    ("response_time", "count > 1000", "count", ">", 1000, "", "count"),
    ("sizes", "p(100) < 1.5MB", "p(100)", "<", 1_500_000, "MB", "bytes"),
    ("sizes", "max < 10kB", "max", "<", 10_000, "kB", "bytes"),
    ("tokens", "avg > 12.5", "avg", ">", 12.5, "", "count"),
    ("credit_errors", "count < 5", "count", "<", 5, "", "count"),
    ("http_reqs", "rate > 1.5/s", "rate", ">", 1.5, "/s", "per_second"),
    ("data_received", "count < 10MB", "count", "<", 1e7, "MB", "bytes_total"),
    ("data_received", "count > 0", "count", ">", 0, "", "bytes_total"),
    ("data_sent", "rate < 2kB/s", "rate", "<", 2000, "kB/s", "bytes_per_second"),
    ("vus", "max == 10", "max", "==", 10, "", "count"),
    ("response_time", "within(1m30s) >= 95%", "within(1m30s)", ">=", 0.95, "%", "ratio"),
    ("sizes", "within( 10kB ) > 0%", "within(10kB)", ">", 0.0, "%", "ratio"),
    ("response_time", "apdex(500ms) > 0.85", "apdex(500ms)", ">", 0.85, "", "score"),
    ("depth", "value > -3e2", "value", ">", -300, "", "count"),
]


@pytest.mark.parametrize(("metric", "text", "aggregate", "op", "limit", "unit", "measure"), LEGAL)
def test_legal(metric, text, aggregate, op, limit, unit, measure):
    (threshold,) = parse_thresholds(metric, text, {**KINDS, "generation": MetricInfo("rate")})
    assert (str(threshold.aggregate), threshold.op, threshold.limit) == (aggregate, op, limit)
    assert (threshold.measure, threshold.bound.endswith(unit)) == (measure, True)
    assert (threshold.source, threshold.title) == (text.strip(), f"{metric}: {text.strip()}")
    assert (threshold.abort, threshold.after, threshold.empty_passes) == (False, 0.0, False)


TREND = "a trend has avg, min, max, med, p(N), count, within(LIMIT), apdex(T)"
SHAPE = "a threshold is AGGREGATE OP LIMIT, for example p(95) < 300ms"
OPS = "write one of < <= > >= == !="
LIST = "write several as a list: [p(95) < 1s, p(99) < 2s]"

ILLEGAL = [  # metric, text, offset, message, hint
    ("response_time", "p(95) < 300", 8, "`300` has no unit, and `p(95)` of `response_time` is a time", "write 300ms"),
    ("errors", "rate < 0.1", 7, "`0.1` has no unit, and `rate` of `errors` is a share", "write 10%"),
    ("errors", "rate < 5", 7, "`5` has no unit, and `rate` of `errors` is a share", "write 5%"),
    ("errors", "rate < 110%", 7, "`110%` is no share", "a share lies between 0% and 100%"),
    ("errors", "rate < 5s", 8, "`s` is no unit here: `rate` of `errors` is a share", "its units are %"),
    ("errors", "avg < 5%", 0, "a rate has no `avg`", "a rate has rate"),
    ("response_time", "rate < 5%", 0, "a trend has no `rate`", TREND),
    ("response_time", "  p95 < 5s", 2, "a trend has no `p95`", "write p(95)"),
    ("response_time", "mean < 5s", 0, "a trend has no `mean`", "write avg"),
    ("response_time", "value < 5s", 0, "a trend has no `value`", TREND),
    ("errors", "mean < 5%", 0, "a rate has no `mean`", "a rate has rate"),
    ("depth", "last < 5", 0, "a gauge has no `last`", "write value"),
    ("response_time", "< 5s", 0, "the aggregate is missing", f"{TREND}; {SHAPE}"),
    ("response_time", "", 0, "the aggregate is missing", f"{TREND}; {SHAPE}"),
    ("response_time", "p < 5s", 1, "`p` needs a percentage in brackets", "for example p(95)"),
    ("response_time", "p(95 < 5s", 1, "`p` needs a percentage in brackets", "for example p(95)"),
    ("response_time", "p(101) < 5s", 2, "`101` is no percentile", "write a number from 0 to 100"),
    ("response_time", "p(-1) < 5s", 2, "`-1` is no percentile", "write a number from 0 to 100"),
    ("response_time", "p() < 5s", 2, "`` is no percentile", "write a number from 0 to 100"),
    ("response_time", "avg(5) < 5s", 3, "`avg` takes no argument", "write avg"),
    ("response_time", "avg 5s", 4, "the comparison is missing", OPS),
    ("response_time", "avg", 3, "the comparison is missing", OPS),
    ("response_time", "avg = 5s", 4, "`=` is no comparison", "write =="),
    ("response_time", "avg === 5s", 4, "`===` is no comparison", "write =="),
    ("response_time", "avg =< 5s", 4, "`=<` is no comparison", OPS),
    ("response_time", "avg <", 5, "the limit is missing", "write `avg` of `response_time` with a time, such as 10ms"),
    (
        "response_time",
        "avg < fast",
        6,
        "`fast` is not a limit",
        "write `avg` of `response_time` with a time, such as 10ms",
    ),
    ("response_time", "avg < 5s and max < 9s", 9, "`and max < 9s` is too much: a threshold is one comparison", LIST),
    ("response_time", "avg < 5 and", 8, "`and` is no unit here: `avg` of `response_time` is a time", None),
    ("response_time", "avg < 5sec", 7, "`sec` is no unit here: `avg` of `response_time` is a time", None),
    ("response_time", "avg < -5s", 6, "`-5s` is less than nothing", "write a limit of 0 or more"),
    (
        "response_time",
        "count < 5s",
        9,
        "`s` is too much: `count` of `response_time` is a number without a unit",
        "write 5",
    ),
    ("sizes", "max < 10", 6, "`10` has no unit, and `max` of `sizes` is a size", "write 10B"),
    ("sizes", "max < 10KB", 8, "`KB` is no unit here: `max` of `sizes` is a size", "its units are B, kB, MB, GB"),
    ("tokens", "max < 10ms", 8, "`ms` is too much: `max` of `tokens` is a number without a unit", "write 10"),
    ("http_reqs", "rate > 5", 7, "`5` has no unit, and `rate` of `http_reqs` is a number per second", "write 5/s"),
    ("http_reqs", "count > 5/s", 9, "`/s` is too much: `count` of `http_reqs` is a number without a unit", "write 5"),
    ("response_time", "within(2) > 95%", 7, "`2` has no unit, and `response_time` is a time", "write 2ms"),
    ("response_time", "within > 95%", 6, "`within` needs a limit in brackets", "for example within(500ms)"),
    (
        "response_time",
        "within(2s) > 0.95",
        13,
        "`0.95` has no unit, and `within(2s)` of `response_time` is a share",
        "write 95%",
    ),
    ("response_time", "apdex(500ms) > 85", 15, "`85` is no Apdex", "an Apdex lies between 0 and 1"),
    (
        "response_time",
        "apdex(500ms) > 85%",
        17,
        "`%` is too much: `apdex(500ms)` of `response_time` is a number from 0 to 1",
        "write 85",
    ),
    (
        "sizes",
        "apdex(5kB) > 0.8",
        0,
        "a trend has no `apdex`",
        "a trend has avg, min, max, med, p(N), count, within(LIMIT)",
    ),
    ("vus", "value > 1e999", 8, "`1e999` is too large a number", "write a smaller limit"),
]


@pytest.mark.parametrize(("metric", "text", "offset", "message", "hint"), ILLEGAL)
def test_illegal_expressions(metric, text, offset, message, hint):
    with pytest.raises(ThresholdError) as caught:
        parse_thresholds(metric, text, KINDS)
    error = caught.value
    assert (error.message, error.offset, error.part, error.path) == (message, offset, "expression", ())
    assert hint is None or error.hint == hint
    assert str(error) == message


def test_a_list_and_long_forms():
    first, second, third = parse_thresholds(
        "http_req_duration",
        [
            "p(95) < 30s",
            {"that": "p(99) < 60s", "abort": True, "after": "1m30s"},
            {"that": "max < 2m", "empty": "pass"},
        ],
        KINDS,
    )
    assert first.aggregate == Aggregate("p", 95.0)
    assert (second.abort, second.after, second.empty_passes) == (True, 90.0, False)
    assert (third.abort, third.after, third.empty_passes) == (False, 0.0, True)


LEGAL_KEYS = "the keys are that, abort, after, grace, window, level, failures, empty"

ILLEGAL_VALUES = [  # value, part, path, offset, message, hint
    (None, "expression", (), 0, "the threshold is missing", SHAPE),
    (300, "expression", (), 0, "`300` is no threshold", SHAPE),
    ([], "expression", (), 0, "this list of thresholds is empty", SHAPE),
    (["avg < 1s", 5], "expression", (1,), 0, "`5` is no threshold", SHAPE),
    (["avg < 1s", "avg < 1"], "expression", (1,), 6, None, "write 1ms"),
    ([{"that": "avg < 1"}], "expression", (0, "that"), 6, None, "write 1ms"),
    ({}, "option", (), 0, "`that` is missing", "for example {that: p(95) < 300ms, abort: true}"),
    ({"that": 5}, "option", ("that",), 0, "`that` is the comparison as text, not `5`", None),
    (
        {"that": "avg < 1s", "wnidow": "30s"},
        "option",
        ("wnidow",),
        0,
        f"`wnidow` is no option of a threshold; {LEGAL_KEYS}",
        "did you mean `window`?",
    ),
    (
        {"that": "avg < 1s", "abrot": True},
        "option",
        ("abrot",),
        0,
        f"`abrot` is no option of a threshold; {LEGAL_KEYS}",
        "did you mean `abort`?",
    ),
    (
        {"threshold": "avg < 1s"},
        "option",
        ("threshold",),
        0,
        f"`threshold` is no option of a threshold; {LEGAL_KEYS}",
        "write `that`",
    ),
    ({"that": "avg < 1s", "abort": "yes"}, "option", ("abort",), 0, "`abort` is true or false, not `yes`", None),
    (
        {"that": "avg < 1s", "after": 30},
        "option",
        ("after",),
        0,
        "`30` is not a duration: give it a unit, for example 30s or 30ms",
        "for example after: 30s",
    ),
    ({"that": "avg < 1s", "grace": "soon"}, "option", ("grace",), 0, None, "for example grace: 30s"),
    ({"that": "avg < 1s", "level": "info"}, "option", ("level",), 0, "`level` is fail or warn, not `info`", None),
    ({"that": "avg < 1s", "window": "0s"}, "conflict", ("window",), 0, "a window of `0s` cannot be judged", None),
    ({"that": "avg < 1s", "window": "2h"}, "conflict", ("window",), 0, "a window of `2h` cannot be judged", None),
    (
        {"that": "avg < 1s", "level": "warn", "abort": True},
        "conflict",
        ("abort",),
        0,
        "what only warns cannot end the run",
        None,
    ),
    (
        {"that": "avg < 1s", "failures": "infinite"},
        "conflict",
        ("failures",),
        0,
        "`response_time` times no request",
        None,
    ),
    ({"that": "avg < 1s", "empty": True}, "option", ("empty",), 0, "`empty` is pass or fail, not `True`", None),
]


@pytest.mark.parametrize(("value", "part", "path", "offset", "message", "hint"), ILLEGAL_VALUES)
def test_illegal_values(value, part, path, offset, message, hint):
    with pytest.raises(ThresholdError) as caught:
        parse_thresholds("response_time", value, KINDS)
    error = caught.value
    assert (error.part, error.path, error.offset) == (part, path, offset)
    assert message is None or error.message == message
    assert error.hint
    assert hint is None or error.hint == hint


@given(st.text(alphabet=string.printable + "µ٣", max_size=25) | st.sampled_from([row[1] for row in LEGAL + ILLEGAL]))
def test_any_text_is_read_or_refused_with_a_place(text):
    for metric in ("response_time", "errors", "http_reqs", "sizes", "vus"):
        offset, found = 0, ()
        try:
            found = parse_thresholds(metric, text, KINDS)
        except ThresholdError as error:
            offset = error.offset
        assert 0 <= offset <= len(text)
        assert all(math.isfinite(threshold.limit) for threshold in found)


numbers = st.decimals(0, 10**6, places=3, allow_nan=False, allow_infinity=False)
worths = {"µs": Fraction(1, 1000), "ms": Fraction(1), "s": Fraction(1000), "m": Fraction(60_000)}


@given(numbers, st.sampled_from(list(worths)), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
def test_limits_are_read_exactly(number, unit, op):
    (threshold,) = parse_thresholds("response_time", f"p(95){op}{number}{unit}", KINDS)
    assert (threshold.op, threshold.limit) == (op, float(Fraction(number) * worths[unit]))
