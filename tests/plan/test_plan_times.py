"""Retries, backoff, pace and rendezvous by a clock that only waiting moves."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_plan import call, meet, pace, poll, think

from loadspec.plan.steps.poll import _compile_beat
from loadspec.plan.steps.retry import KINDS
from loadspec.spec.grammar.steps import RETRY_ON
from loadspec.spec.model import Backoff, Retry
from loadspec.transports.base import Interrupted

# retry


def sent(one: Any) -> list[float]:
    return [round(at - 1000, 6) for at in one.sent_at]


def test_each_attempt_is_a_request_and_the_outcome_is_the_last(lab: Any) -> None:
    one = lab(call("a", path="/a", retry=Retry(3), captures={"x": "$.x"}), answers=[503, 429, (200, {"x": 1}), 200])
    one.run()
    assert sent(one) == [0, 0.1, 0.3]
    assert one.store.total("http_reqs") == 3
    assert one.store.select("http_req_failed").to_wire() == [2, 3]
    assert (one.user.outcomes[0].ok, one.user.answer.status, one.user.captures) == (True, 200, {"x": 1})


def test_delays_grow_to_the_longest(lab: Any) -> None:
    one = lab(call("a", path="/a", retry=Retry(5, delay=1.0, factor=2.0, longest=3.0)), answers=[500] * 9)
    one.run()
    assert one.slept == [1.0, 2.0, 3.0, 3.0, 3.0]
    assert one.user.outcomes[0].ok is False
    assert one.user.answer.status == 500


def test_jitter_takes_its_share(lab: Any) -> None:
    one = lab(call("a", path="/a", retry=Retry(1, delay=2.0, jitter=0.5)), answers=[500, 200])
    one.chance = 0.5
    one.run()
    assert one.slept == [1.5]


FAILURES = {
    "connect": [("refused", "connect"), ("timeout", "connect"), ("unreachable", "connect")],
    "timeout": [("timeout", "headers"), ("timeout", "body"), ("timeout", "connect")],
    "reset": [("reset", "headers"), ("closed", "headers"), ("incomplete", "body")],
    "tls": [("tls", "tls"), ("tls_certificate", "tls")],
    "dns": [("dns", "dns"), ("timeout", "dns")],
}


@pytest.mark.parametrize(("word", "failure"), [(word, f) for word, rows in FAILURES.items() for f in rows])
def test_kinds_of_failure(word: str, failure: Any, lab: Any) -> None:
    one = lab(call("a", path="/a", retry=Retry(2, frozenset({word}), frozenset())), answers=[failure, 503])
    one.run()
    assert len(one.requests) == 2


REFUSED = [(kind, "connect") for kind in ("forbidden_target", "host_not_allowed", "blocked_host", "blocked_ip")]


@pytest.mark.parametrize("failure", [*REFUSED, 404, 500, ("tls", "tls")])
def test_what_is_not_meant_is_not_tried_again(failure: Any, lab: Any) -> None:
    retry = Retry(2, frozenset({"connect", "timeout", "reset"}), frozenset({503}))
    one = lab(call("a", path="/a", retry=retry), answers=[failure])
    one.run()
    assert len(one.requests) == 1


def test_an_expected_status_is_no_failure(lab: Any) -> None:
    one = lab(call("a", path="/a", retry=Retry(2), expected_statuses=frozenset({503})), answers=[503])
    one.run()
    assert len(one.requests) == 1


def test_the_words_of_the_grammar_are_those_of_the_table() -> None:
    assert set(KINDS) == set(RETRY_ON)


DATE = "Date: Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(
    ("lines", "waits"),
    [
        (["Retry-After: 3"], 3.0),
        (["Retry-After: 0"], 0.1),
        (["Retry-After: 99"], 10.0),
        ([DATE, "Retry-After: Wed, 21 Oct 2026 07:28:05 GMT"], 5.0),
        ([DATE, "Retry-After: Wed, 21 Oct 2026 07:27:00 GMT"], 0.1),
        (["Retry-After: Wed, 21 Oct 2026 07:28:05 GMT"], 0.1),
        (["Retry-After: soon"], 0.1),
        (["Retry-After: " + "9" * 5000], 10.0),
        ([], 0.1),
    ],
)
def test_retry_after(lines: list[str], waits: float, lab: Any) -> None:
    one = lab(call("a", path="/a", retry=Retry(1)), answers=[(429, {}, *lines), 200])
    one.run()
    assert one.slept == [waits]
    deaf = lab(call("a", path="/a", retry=Retry(1, retry_after=False)), answers=[(429, {}, *lines), 200])
    deaf.run()
    assert deaf.slept == [0.1]


def test_interrupted_while_it_waits_for_the_next_attempt(lab: Any) -> None:
    one = lab(call("a", path="/a", retry=Retry(2)), answers=[500, Interrupted()])
    with pytest.raises(Interrupted):
        one.run()
    assert one.store.total("http_reqs") == 1
    assert one.store.total("http_reqs_cut_off") == 1


# backoff


def test_the_beat_slows_down_by_its_schedule(lab: Any) -> None:
    one = lab(
        poll("p", path="/p", until="json.done", every=1.0, poll_timeout=30.0, backoff=Backoff(2.0, 4.0)),
        answers=[(200, {"done": False})] * 20,
        takes=0.25,
    )
    one.run()
    assert sent(one) == [0, 1, 3, 7, 11, 15, 19, 23, 27]


def reference(every: float, backoff: Backoff) -> list[float]:
    """The first 60 beats, one interval after another."""
    intervals = [min(every * backoff.factor**n, backoff.longest) for n in range(60)]
    return [0.0, *accumulate(intervals)]


@given(
    st.floats(0.001, 5),
    st.floats(1, 4),
    st.one_of(st.just(float("inf")), st.floats(0.001, 60)),
    st.lists(st.floats(0, 8), min_size=1, max_size=12),
)
def test_beats_are_those_of_the_slow_way(every: float, factor: float, longest: float, takes: list[float]) -> None:
    """Each request goes out at the first beat after the answer before it, never two at one."""
    backoff = Backoff(factor, longest)
    beats = reference(every, backoff)
    next_beat = _compile_beat(every, backoff)
    count, now = 0, 0.0
    for answer in takes:
        passed = now + answer * every
        count, due = next_beat(count, passed)
        expected = [n for n, beat in enumerate(beats) if n and beat >= passed * (1 - 1e-9)]
        if count >= len(beats) or not expected:
            break
        assert due == pytest.approx(beats[count])
        assert due >= passed * (1 - 1e-9)
        assert count - 1 == 0 or beats[count - 1] <= max(passed, now) * (1 + 1e-9) + 1e-12
        now = max(due, passed)


# pace


def starts(one: Any, count: int) -> list[float]:
    for _ in range(count):
        one.run()
    return sent(one)


def test_iterations_have_a_fixed_period(lab: Any) -> None:
    one = lab(pace(10.0), call("a", path="/a"), think(3.0, 3.0), takes=0.5)
    assert starts(one, 4) == [0, 10, 20, 30]


def test_who_is_late_does_not_wait_and_does_not_hurry(lab: Any) -> None:
    one = lab(pace(10.0), call("a", path="/a"))
    one.takes = 25.0
    one.run()
    one.takes = 1.0
    assert starts(one, 3) == [0, 25, 35, 45]


def test_a_pace_at_the_end(lab: Any) -> None:
    one = lab(call("a", path="/a"), pace(10.0), takes=2.0)
    assert starts(one, 4) == [0, 2, 12, 22]


def test_a_range_is_drawn_from(lab: Any) -> None:
    one = lab(pace(8.0, 12.0), call("a", path="/a"))
    one.chance = 0.25
    assert starts(one, 3) == [0, 9, 18]


def test_each_user_has_a_pace_of_its_own(lab: Any) -> None:
    one = lab(pace(10.0), call("a", path="/a"))
    one.run()
    one.clock.advance(4.0)
    one.run(one.new_user(1))
    assert sent(one) == [0, 4]


# wait_until, alone; with others in tests/engine


def test_a_rendezvous_that_nobody_keeps_is_a_failed_step(lab: Any) -> None:
    one = lab(meet(3, 5.0), call("a", path="/a", when="not steps.meet.ok"))
    one.run()
    assert one.parked == [5.0]
    assert sent(one) == [5]
    assert [entry["key"] for entry in one.failures()] == [["meet", "rendezvous_timeout", "flow", 0]]
    one.run()
    assert one.woken == []  # nobody is left waiting


def test_a_rendezvous_that_is_kept(lab: Any) -> None:
    one = lab(meet(3, 5.0), call("a", path="/a", when="steps.meet.ok"))
    one.awaited = True
    one.run()
    assert sent(one) == [0]
    assert one.failures() == []


def test_a_rendezvous_of_one(lab: Any) -> None:
    one = lab(meet(1), call("a", path="/a", when="steps.meet.ok"))
    one.run()
    assert (one.parked, sent(one)) == ([], [0])
