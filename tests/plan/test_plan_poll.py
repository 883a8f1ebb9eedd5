"""`poll`: it asks until it knows, rides out what may mend, and ends where nothing will."""

from __future__ import annotations

from typing import Any

import pytest
from support_plan import call, metrics, poll, repeat

from loadspec.protocols.user import EndIteration
from loadspec.spec.model import Timeouts
from loadspec.transports.base import Interrupted

QUEUED, DONE, FAILED = (200, {"status": "queued"}), (200, {"status": "done"}), (200, {"status": "failed"})
UNTIL = {"until": "json.status == 'done'"}
METRICS = metrics(times="trend", errors="rate", other="counter")


def step(**fields: Any) -> Any:
    given = {"every": 1.0, **UNTIL, "record": {"times": "1", "errors": "not ok"}, "classify": [(None, "other")]}
    return poll(**{**given, **fields})


def test_it_asks_until_it_holds(lab: Any) -> None:
    one = lab(step(), answers=[QUEUED, QUEUED, DONE, QUEUED], metrics=METRICS)
    one.run()
    assert one.sent_at == [1000.0, 1001.0, 1002.0]
    assert (one.user.outcomes[0].ok, one.user.answer.status) == (True, 200)
    assert one.store.select("times").count == 1
    assert one.store.select("errors").to_wire() == [0, 1]
    assert one.store.total("other") == 0
    assert one.store.total("http_reqs", poll="true") == 3
    assert one.failures() == []


@pytest.mark.parametrize(
    "passing",
    [("timeout", "headers"), ("refused", "connect"), ("reset", "body"), 429, 500, 502, 503, 504, (200, b"no json")],
)
def test_it_rides_out_what_may_mend(passing: Any, lab: Any) -> None:
    one = lab(step(), answers=[passing, passing, DONE], metrics=METRICS)
    one.run()
    assert one.user.outcomes[0].ok is True
    assert len(one.requests) == 3
    assert one.store.select("times").count == 1


NO_ANSWER: list[Any] = [("timeout", "headers"), ("refused", "connect"), ("reset", "body")]


@pytest.mark.parametrize(
    ("fields", "passing"),
    [({"until": "status != 202"}, passing) for passing in [*NO_ANSWER, 429, 500, 503]]
    + [({"until": "status == 200", "fail_when": "not ok"}, passing) for passing in NO_ANSWER],
)
def test_what_may_mend_is_ridden_out_whatever_the_conditions_say(fields: Any, passing: Any, lab: Any) -> None:
    """A condition that says what an answer is not would hold of an answer that is none, too."""
    one = lab(step(**fields), answers=[passing, (202, {}), passing, DONE], metrics=METRICS)
    one.run()
    assert one.user.outcomes[0].ok is True
    assert len(one.requests) == 4
    assert one.store.select("times").count == 1


@pytest.mark.parametrize(("fields", "requests"), [({"expected_statuses": frozenset({503})}, 1), ({}, 3)])
def test_a_503_that_is_expected_is_an_answer(fields: Any, requests: int, lab: Any) -> None:
    one = lab(step(until="status == 503", poll_timeout=2.5, **fields), answers=[503] * 9, metrics=METRICS)
    one.run()
    assert len(one.requests) == requests


def test_fail_when_may_end_it_at_an_answer_that_is_else_ridden_out(lab: Any) -> None:
    one = lab(step(fail_when="status == 503"), answers=[500, 503, DONE], metrics=METRICS)
    one.run()
    assert [entry["key"][:2] for entry in one.failures()][-1] == ["poll", "poll_failed"]
    assert len(one.requests) == 2


@pytest.mark.parametrize("final", [400, 401, 403, 404, 410, 422])
def test_other_refusals_end_it(final: int, lab: Any) -> None:
    one = lab(step(), answers=[QUEUED, final, DONE], metrics=METRICS)
    one.run()
    assert len(one.requests) == 2
    assert (one.user.outcomes[0].ok, one.user.answer.status) == (False, final)
    assert one.store.select("times") is None
    assert one.store.select("errors") is None
    assert one.store.total("other") == 1
    assert ["poll", "poll_refused", "poll", final] in [entry["key"] for entry in one.failures()]


def test_an_expected_404_is_no_refusal(lab: Any) -> None:
    one = lab(step(expected_statuses=frozenset({200, 404})), answers=[404, 404, DONE], metrics=METRICS)
    one.run()
    assert one.user.outcomes[0].ok is True


def test_it_times_out(lab: Any) -> None:
    one = lab(step(poll_timeout=2.5, on_fail="end_iteration"), answers=[QUEUED] * 9, metrics=METRICS)
    assert isinstance(one.run(), EndIteration)
    assert one.sent_at == [1000.0, 1001.0, 1002.0]
    assert one.user.outcomes[0].ok is False
    assert one.store.select("times") is None
    assert one.store.total("other") == 1
    assert [entry["key"] for entry in one.failures()] == [["poll", "poll_timeout", "poll", 200]]


def test_no_request_leaves_at_the_timeout_itself(lab: Any) -> None:
    """It would have no time left to be answered in."""
    one = lab(step(poll_timeout=2.0), answers=[QUEUED, QUEUED, DONE], metrics=METRICS)
    one.run()
    assert one.sent_at == [1000.0, 1001.0]
    assert [entry["key"] for entry in one.failures()] == [["poll", "poll_timeout", "poll", 200]]


def test_no_request_leaves_after_the_timeout_where_the_user_was_woken_late(lab: Any) -> None:
    one = lab(step(poll_timeout=1.5), answers=[QUEUED] * 9, metrics=METRICS)
    one.sleep = lambda _user, seconds: one.clock.advance(seconds + 0.6)
    one.run()
    assert one.sent_at == [1000.0]
    assert [entry["key"] for entry in one.failures()] == [["poll", "poll_timeout", "poll", 200]]


@pytest.mark.parametrize(
    ("timeout", "limits"),
    [
        (Timeouts(), [2.5, 1.5, 0.5]),
        (Timeouts(total=1.0), [1.0, 1.0, 0.5]),
        (Timeouts(total=1.5, connect=0.2, first_byte=0.3), [1.5, 1.5, 0.5]),
    ],
)
def test_a_request_has_what_is_left_of_the_poll_at_most(timeout: Timeouts, limits: list[float], lab: Any) -> None:
    one = lab(step(poll_timeout=2.5, timeout=timeout), answers=[QUEUED] * 9, metrics=METRICS)
    one.run()
    assert [d.total for d in one.deadlines] == limits
    assert {(d.connect, d.first_byte) for d in one.deadlines} == {(timeout.connect, timeout.first_byte)}


def test_a_hanging_server_is_a_timeout_in_the_books_and_ends_the_poll(lab: Any) -> None:
    one = lab(step(every=0.5, poll_timeout=1.0), answers=[("timeout", "headers")], takes=1.0, metrics=METRICS)
    one.run()
    assert [d.total for d in one.deadlines] == [1.0]
    assert one.clock() == 1001.0
    assert one.store.total("http_reqs", error="timeout", error_phase="headers") == 1
    assert [e["key"] for e in one.failures()] == [
        ["poll", "timeout", "headers", 0],
        ["poll", "poll_timeout", "poll", 0],
    ]


def test_transport_errors_until_the_timeout(lab: Any) -> None:
    one = lab(step(poll_timeout=3.5), answers=[("refused", "connect")] * 9, metrics=METRICS)
    one.run()
    assert len(one.requests) == 4
    assert (one.user.outcomes[0].ok, one.user.answer.status) == (False, 0)
    assert one.store.select("http_req_failed").to_wire() == [4, 4]
    assert one.store.select("http_req_duration") is None


def test_fail_when_ends_it(lab: Any) -> None:
    one = lab(step(fail_when="json.status in ['failed', 'cancelled']"), answers=[QUEUED, FAILED, DONE], metrics=METRICS)
    one.run()
    assert len(one.requests) == 2
    assert one.user.outcomes[0].ok is False
    assert one.store.select("times") is None
    assert [entry["key"] for entry in one.failures()] == [["poll", "poll_failed", "poll", 200]]


def test_until_comes_before_fail_when(lab: Any) -> None:
    one = lab(step(fail_when="true"), answers=[DONE], metrics=METRICS)
    one.run()
    assert one.user.outcomes[0].ok is True


def test_until_may_ask_for_ok(lab: Any) -> None:
    one = lab(step(until="ok"), answers=[503, ("timeout", "headers"), 200], metrics=METRICS)
    one.run()
    assert len(one.requests) == 3
    assert one.user.outcomes[0].ok is True


def test_checks_and_captures_are_those_of_the_last_answer(lab: Any) -> None:
    one = lab(
        step(checks={"c": "defined(json.url)"}, captures={"url": "$.url"}),
        call(path="/{{ url }}"),
        answers=[QUEUED, (200, {"status": "done", "url": "u"})],
        metrics=METRICS,
    )
    one.run()
    assert one.store.select("checks").to_wire() == [1, 1]
    assert one.paths()[-1] == "/u"


def test_a_failed_check_after_until_held(lab: Any) -> None:
    one = lab(step(checks={"c": "false"}), answers=[DONE], metrics=METRICS)
    one.run()
    assert one.user.outcomes[0].ok is False
    assert one.store.select("errors").to_wire() == [1, 1]  # `until` held: record runs
    assert one.store.total("other") == 1


def test_slow_answers_do_not_make_it_hurry(lab: Any) -> None:
    """Where a request took longer than the interval, the next leaves at the next beat, not several at once."""
    one = lab(step(poll_timeout=60.0), answers=[QUEUED] * 4 + [DONE], takes=0.2, metrics=METRICS)

    def slow_second(user: Any, seconds: float) -> None:
        one.slept.append(seconds)
        one.clock.advance(seconds)
        one.takes = 3.5 if len(one.requests) == 1 else 0.2

    one.sleep = slow_second
    one.run()
    assert [at - 1000 for at in one.sent_at] == pytest.approx([0.0, 1.0, 5.0, 6.0, 7.0])
    assert all(seconds > 0 for seconds in one.slept)


def test_since_is_from_the_last_request_of_this_iteration(lab: Any) -> None:
    one = lab(
        call("generate"),
        step(record={"times": "since('generate')"}),
        answers=[202, QUEUED, QUEUED, DONE] * 2,
        takes=0.25,
        metrics=METRICS,
    )
    one.run()
    assert one.store.select("times").max == pytest.approx(0.25 * 1000 + 2000 + 250)
    one.run()
    assert one.store.select("times").count == 2


def test_since_of_a_step_that_was_not_sent_is_no_sample(lab: Any) -> None:
    one = lab(
        call("generate", when="iteration == 0"),
        step(record={"times": "since('generate')"}),
        answers=[202, DONE, DONE],
        metrics=METRICS,
    )
    one.run()
    one.run()
    assert one.store.select("times").count == 1


@pytest.mark.parametrize("fields", [{"when": "json.none.none"}, {"path": "/{{ json.none.none }}"}])
def test_a_missing_value(fields: dict[str, Any], lab: Any) -> None:
    one = lab(step(**fields), metrics=METRICS)
    one.run()
    assert one.requests == []
    assert one.user.outcomes[0].ok is False
    assert one.store.select("times") is None  # `until` did not hold
    assert one.store.total("other") == 1
    assert [entry["key"] for entry in one.failures()] == [["poll", "missing_value", "template", 0]]


def test_skipped(lab: Any) -> None:
    one = lab(step(when="false", on_fail="abort"), metrics=METRICS)
    assert one.run() is None
    assert one.requests == []
    assert one.store.total("other") == 0


def test_interrupted_while_it_waits_and_while_it_asks(lab: Any) -> None:
    one = lab(step(), answers=[QUEUED, Interrupted()], metrics=METRICS)
    with pytest.raises(Interrupted):
        one.run()
    assert one.store.total("http_reqs") == 1
    assert one.store.total("http_reqs_cut_off", poll="true") == 1


def test_an_abort_says_why_the_poll_failed_and_not_what_failed_before_it(lab: Any) -> None:
    waits = poll(until="json.done", every=1.0, poll_timeout=2.0, on_fail="abort")
    one = lab(call("one", checks={"made": "status == 201"}), waits, answers=[200, *[(200, {})] * 3])
    assert str(one.run()) == "poll failed: `until` did not hold within the timeout (status 200)"


def test_a_poll_that_failed_leaves_nothing_captured_of_an_earlier_one(lab: Any) -> None:
    waits = poll(every=1.0, poll_timeout=2.0, captures={"image": "$.image"}, **UNTIL)
    done = (200, {"status": "done", "image": "a.png"})
    one = lab(repeat(waits, call("fetch", path="/{{ image }}"), times=2), answers=[done, 200, QUEUED, QUEUED])
    one.run()
    assert one.paths() == ["/", "/a.png", "/", "/"]
