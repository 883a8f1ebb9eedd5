"""Selectors: what they say, what they match, and what request timings leave out unasked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics import BUILTIN
from loadspec.thresholds import SELECTOR_TAGS, Clause, ThresholdError, parse_thresholds

EXPECTED, NO_POLL = Clause("expected_response", ":", "true"), Clause("poll", "!:", "true")


def read(key, text=None, **values):
    kind = BUILTIN.get(key.partition("{")[0].strip())
    texts = {"trend": "avg < 1s", "rate": "rate < 1%", "counter": "count > 0", "gauge": "value > 0"}
    return parse_thresholds(key, text or texts[kind.kind if kind else "trend"], BUILTIN, values)[0]


LEGAL = [
    ("http_reqs{endpoint:generate}", (Clause("endpoint", ":", "generate"),)),
    (
        "http_reqs{ endpoint : generate , status!:202 }",
        (Clause("endpoint", ":", "generate"), Clause("status", "!:", "202")),
    ),
    ("http_reqs{status~5..}", (Clause("status", "~", "5.."),)),
    ("checks{check:status is 202}", (Clause("check", ":", "status is 202"),)),
    ("checks{check:'a, b: {c}', scenario:x}", (Clause("check", ":", "a, b: {c}"), Clause("scenario", ":", "x"))),
    ('http_reqs{endpoint~"a{1,2}"}', (Clause("endpoint", "~", "a{1,2}"),)),
    ("http_reqs{poll:any}", (Clause("poll", ":", "any"),)),
    ("http_reqs{group:checkout}", (Clause("group", ":", "::checkout"),)),
    ("group_duration{group:::checkout::pay}", (Clause("group", ":", "::checkout::pay"),)),
    ("http_reqs", ()),
]


@pytest.mark.parametrize(("key", "clauses"), LEGAL)
def test_legal(key, clauses):
    threshold = read(key)
    assert threshold.selector == clauses
    assert threshold.metric == key.partition("{")[0]
    assert threshold.title == f"{key}: {threshold.source}"


EXAMPLE = "for example http_req_duration{endpoint:generate}"
TAGS = "its tags are scenario, endpoint, poll, group, expected_response, status, error, error_code"

ILLEGAL = [  # key, offset, message, hint
    ("http_req_duratoin", 0, "there is no metric `http_req_duratoin`", "did you mean `http_req_duration`?"),
    ("zzz{endpoint:x}", 0, "there is no metric `zzz`", "declare it under `metrics:`, or name a built-in one"),
    (" zzz", 1, "there is no metric `zzz`", None),
    ("{endpoint:x}", 0, "the metric's name is missing", None),
    ("http_reqs{endpoint:x", 9, "the selector's brace is not closed", EXAMPLE),
    ("http_reqs{}", 10, "a selector's clause is missing here", EXAMPLE),
    ("http_reqs{endpoint:login,}", 25, "a selector's clause is missing here", EXAMPLE),
    ("http_reqs{:x}", 10, "a selector's clause is missing here", EXAMPLE),
    ("http_reqs{endpont:x}", 10, "`http_reqs` has no tag `endpont`", "did you mean `endpoint`?"),
    ("http_reqs{poll:true, vu:1}", 21, "`http_reqs` has no tag `vu`", TAGS),
    ("http_req_duration{status:200}", 18, "`http_req_duration` has no tag `status`", None),
    ("iterations{endpoint:x}", 11, "`iterations` has no tag `endpoint`", "its tags are scenario"),
    ("vus{scenario:x}", 4, "`vus` has no tag `scenario`", "it has no tags"),
    ("http_reqs{endpoint}", 18, "behind `endpoint` should be `:`, `!:` or `~`", "for example endpoint:VALUE"),
    ("http_reqs{endpoint=x}", 18, "behind `endpoint` should be `:`, `!:` or `~`", "for example endpoint:x"),
    ("http_reqs{endpoint!=x}", 18, "behind `endpoint` should be `:`, `!:` or `~`", "for example endpoint:x"),
    ("http_reqs{endpoint:}", 19, "`endpoint` has no value", "for example endpoint:VALUE"),
    ("http_reqs{endpoint:''}", 19, "`endpoint` has no value", "for example endpoint:VALUE"),
    ("http_reqs{endpoint:'x}", 19, "this quote is not closed", "write 'x'"),
    ("http_reqs{endpoint:'x' y}", 22, "a comma is missing here", "clauses are separated by commas"),
    ("http_reqs{endpoint~a(b}", 20, "`a(b` is no regular expression: missing ), unterminated subpattern", None),
    ("http_reqs{poll:yes}", 15, "`poll` is true, false or any, not `yes`", "write poll:true"),
    ("http_reqs{status:5xx}", 17, "`5xx` is no status", "write a number, or a pattern such as status~5.."),
    ("http_reqs{endpoint:generat}", 19, "there is no endpoint `generat`", "did you mean `generate`?"),
    ("http_reqs{endpoint!:zzz}", 20, "there is no endpoint `zzz`", "known: login, generate"),
]


@pytest.mark.parametrize(("key", "offset", "message", "hint"), ILLEGAL)
def test_illegal(key, offset, message, hint):
    with pytest.raises(ThresholdError) as caught:
        read(key, "count > 0", endpoint=("login", "generate"))
    error = caught.value
    assert (error.message, error.offset, error.part) == (message, offset, "metric")
    assert hint is None or error.hint == hint


EFFECTIVE = [
    ("http_req_duration", (EXPECTED, NO_POLL)),
    ("http_req_waiting", (EXPECTED, NO_POLL)),
    ("http_req_tls_handshaking", (EXPECTED, NO_POLL)),
    ("scheduled_latency", (EXPECTED, NO_POLL)),
    ("scheduled_latency{endpoint:x}", (Clause("endpoint", ":", "x"), EXPECTED)),
    ("dispatch_delay", ()),
    ("http_req_duration{expected_response:any}", (NO_POLL,)),
    ("http_req_duration{poll:any}", (EXPECTED,)),
    ("http_req_duration{poll:any,expected_response:any}", ()),
    ("http_req_duration{poll:true}", (Clause("poll", ":", "true"), EXPECTED)),
    ("http_req_duration{expected_response:false}", (Clause("expected_response", ":", "false"), NO_POLL)),
    ("http_req_duration{endpoint:x}", (Clause("endpoint", ":", "x"), EXPECTED)),
    ("http_reqs", ()),
    ("http_req_failed", ()),
    ("http_req_failed{poll:any}", ()),
    ("iteration_duration", ()),
    ("checks", ()),
]


@pytest.mark.parametrize(("key", "clauses"), EFFECTIVE)
def test_request_timings_judge_expected_answers_to_what_is_no_poll(key, clauses):
    assert read(key).terms[0].clauses == clauses


def test_a_pattern_means_the_whole_value():
    pattern = read("http_reqs{endpoint~gen.*}").terms[0]
    assert pattern.matches({"endpoint": "generate"})
    assert not pattern.matches({"endpoint": "regenerate"})
    assert not read("http_reqs{endpoint~gen}").terms[0].matches({"endpoint": "generate"})


words = st.sampled_from(["a", "b", "generate", "login", "a.b", "x y"])
tags = st.dictionaries(st.sampled_from(["scenario", "endpoint", "error"]), words)


@given(
    st.lists(
        st.tuples(st.sampled_from(["scenario", "endpoint", "error"]), st.sampled_from([":", "!:"]), words),
        min_size=1,
        max_size=4,
    ),
    tags,
)
def test_clauses_are_joined_by_and(clauses, series):
    key = "http_reqs{" + ", ".join(f"{tag}{op}{value}" for tag, op, value in clauses) + "}"
    wanted = True
    for tag, op, value in clauses:
        wanted &= (series.get(tag, "") == value) == (op == ":")
    assert read(key).terms[0].matches(series) == wanted


@given(st.sampled_from(["scenario", "endpoint", "error"]), words, tags)
def test_equals_and_differs_are_opposites(tag, value, series):
    same, other = read(f"http_reqs{{{tag}:{value}}}"), read(f"http_reqs{{{tag}!:'{value}'}}")
    assert same.terms[0].matches(series) != other.terms[0].matches(series)


@given(st.text(alphabet="ab:!~,='\"{} polstau", max_size=20))
def test_any_selector_is_read_or_refused_with_a_place(body):
    key = f"http_reqs{{{body}}}"
    offset, clauses = 0, ()
    try:
        clauses = read(key).selector
    except ThresholdError as error:
        offset = error.offset
    assert 0 <= offset <= len(key)
    assert all(clause.tag in SELECTOR_TAGS and clause.value for clause in clauses)
