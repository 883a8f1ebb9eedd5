"""`call`: what is sent, when it is ok, what is kept of it, and what follows a failure."""

from __future__ import annotations

from typing import Any

import pytest
from support_plan import call, metrics, pool, repeat, think

from loadspec.expr import ExprError
from loadspec.protocols.user import SKIPPED, AbortRun, EndIteration, StopUser
from loadspec.spec.model import Auth, Capture, Timeouts

TIMEOUT = ("timeout", "headers")


def outcome(lab: Any, slot: int = 0) -> tuple[bool, int]:
    return lab.user.outcomes[slot].ok, lab.user.answer.status


@pytest.mark.parametrize(
    ("fields", "answer", "ok"),
    [
        ({}, 200, True),
        ({}, 204, True),
        ({}, 302, True),
        ({}, 399, True),
        ({}, 400, False),
        ({}, 503, False),
        ({}, 101, False),
        ({}, TIMEOUT, False),
        ({"expected_statuses": frozenset({404})}, 404, True),
        ({"expected_statuses": frozenset({404})}, 200, False),
        ({"checks": {"c": "status == 200"}}, 200, True),
        ({"checks": {"c": "status == 201"}}, 200, False),
        ({"checks": {"c": "status == 500"}}, 500, True),
        ({"checks": {"c": "status == 500"}, "expected_statuses": frozenset({200})}, 500, True),
        ({"checks": {"c": "true", "d": "false"}}, 200, False),
        ({"checks": {"c": "true"}}, TIMEOUT, False),
        ({"checks": {"c": "error == 'timeout'"}}, TIMEOUT, False),
        ({"checks": {"c": "json.none == 1"}}, 200, False),
        ({"checks": {"c": "not defined(json.none)"}}, 200, True),
        ({"checks": {"c": "null < 3"}}, 200, False),
        ({"checks": {"c": "ok"}}, 200, True),
        ({"checks": {"c": "ok"}}, 500, False),
        ({"captures": {"x": "$.x"}}, (200, {"x": 1}), True),
        ({"captures": {"x": "$.x"}}, (200, {"x": None}), True),
        ({"captures": {"x": "$.x"}}, (200, {}), False),
        ({"captures": {"x": Capture("x", "jsonpath", "$.x", optional=True)}}, (200, {}), True),
        ({"captures": {"x": Capture("x", "jsonpath", "$.x", optional=True)}}, TIMEOUT, False),
        ({"captures": {"x": "$.x"}, "checks": {"c": "true"}}, (200, {}), False),
    ],
)
def test_ok(fields: dict[str, Any], answer: Any, ok: bool, lab: Any) -> None:
    one = lab(call(**fields), answers=[answer])
    assert one.run() is None
    status = answer if isinstance(answer, int) else answer[0] if isinstance(answer[0], int) else 0
    assert outcome(one) == (ok, status)
    assert one.user.ok is ok


NAMES = {
    "status": 0,
    "defined(duration)": False,
    "default(duration, 9)": 9,
    "error": "timeout",
    "size": 0,
    "body": "",
    "defined(json.x)": False,
    "defined(headers['x'])": False,
    "default(headers['x'], 7)": 7,
    "vu": 1,
    "iteration": 0,
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("cause", ["no answer", "nothing sent"])
def test_every_name_can_be_asked_where_no_answer_came(name: str, cause: str, lab: Any) -> None:
    expected = NAMES[name]
    if (name, cause) == ("error", "nothing sent"):
        expected = "missing_value"
    wanted = f"'{expected}'" if isinstance(expected, str) else str(expected).lower()
    path = "/" if cause == "no answer" else "/{{ json.none.none }}"
    one = lab(call(path=path, record={"seen": f"{name} == {wanted}"}), answers=[TIMEOUT], metrics=metrics(seen="rate"))
    one.run()
    assert one.store.select("seen").to_wire() == [1, 1]


@pytest.mark.parametrize("path", ["/", "/{{ json.none.none }}"], ids=["no answer", "nothing sent"])
def test_what_was_not_answered_never_passes_for_speed(path: str, lab: Any) -> None:
    one = lab(
        call(path=path, checks={"fast": "duration < 500"}, record={"response_time": "duration"}),
        answers=[TIMEOUT],
        metrics=metrics(response_time="trend"),
    )
    one.run()
    assert one.store.select("response_time") is None
    assert outcome(one)[0] is False


@pytest.mark.parametrize("value", ["1e301", "-1e301", "float(json.text)"])
def test_a_number_that_is_no_measurement_is_no_sample(value: str, lab: Any) -> None:
    one = lab(
        call(record={"n": value, "level": value, "count": value}),
        answers=[(200, {"text": "nan"})],
        metrics=metrics(n="trend", level="gauge", count="counter"),
    )
    one.run()
    assert [one.store.select(name) for name in ("n", "level", "count")] == [None, None, None]


def test_names_of_an_answer(lab: Any) -> None:
    checks = {
        "status": "status == 201",
        "duration": "duration == 250.0",
        "no error": "error == null",
        "json": "json.a[1] == 2",
        "body": "contains(body, '[1')",
        "headers": "headers['X-Id'] == '7' and headers['x-id'] == '7'",
        "size": "size == 13",
        "env": "env.E == 'e'",
        "vars": "vars.v == 5 and vars.t == 'e!'",
        "vu": "vu == 1",
        "iteration": "iteration == 0",
        "seed": "run.seed == 1",
        "pool": "pool.p == 'row'",
    }
    one = lab(
        call(checks=checks),
        answers=[(201, {"a": [1, 2]}, "X-Id: 7")],
        takes=0.25,
        env={"E": "e"},
        vars={"v": 5, "t": "{{ env.E }}!"},
        pools=pool("p", "row"),
    )
    one.run()
    failed = [tags["check"] for tags, rate in one.store.items("checks") if rate.passes != 1]
    assert failed == []
    assert outcome(one) == (True, 201)


def test_an_undeclared_value_of_a_declared_variable_is_missing_not_an_error_of_the_spec(lab: Any) -> None:
    one = lab(
        call(checks={"c": "default(env.OPTIONAL, 'none') == 'none'"}),
        call("two", path="/{{ vars.v }}"),
        env={"OPTIONAL": None},
        vars={"v": "{{ env.OPTIONAL }}!"},
    )
    one.run()
    assert one.user.outcomes[0].ok is True
    assert outcome(one, 1) == (False, 0)
    assert one.failures()[0]["message"] == "`vars.v` is not there"


@pytest.mark.parametrize(
    ("on_fail", "signal"),
    [("continue", None), ("end_iteration", EndIteration), ("stop_vu", StopUser), ("abort", AbortRun)],
)
@pytest.mark.parametrize(("answer", "path"), [(500, "/"), (TIMEOUT, "/"), (200, "/{{ json.none }}")])
def test_on_fail(on_fail: str, signal: Any, answer: Any, path: str, lab: Any) -> None:
    one = lab(call(on_fail=on_fail, path=path), call("two"), answers=[answer])
    stop = one.run()
    if signal is None:
        assert stop is None
        assert outcome(one, 1)[0] is True
    else:
        assert type(stop) is signal
        assert outcome(one, 1)[0] is False
    assert len(one.requests) == (path == "/") + (signal is None)


def test_on_fail_does_nothing_where_the_step_is_ok(lab: Any) -> None:
    assert lab(call(on_fail="abort"), answers=[200]).run() is None


@pytest.mark.parametrize(
    ("answer", "words"), [(500, "one failed: status 500"), (("refused", "connect"), "one failed: refused it was")]
)
def test_an_abort_says_why(answer: Any, words: str, lab: Any) -> None:
    assert str(lab(call(on_fail="abort"), answers=[answer]).run()) == words


MISSING = {
    "path": {"path": "/{{ token }}"},
    "header": {"headers": {"X": "{{ token }}"}},
    "bearer": {"auth": Auth("bearer", {"token": "{{ token }}"})},
    "json": {"json": {"a": "{{ token }}"}},
    "query": {"query": {"q": "{{ token }}"}},
    "when": {"when": "token == 1"},
}


@pytest.mark.parametrize("place", MISSING)
def test_a_missing_value_is_not_sent(place: str, lab: Any) -> None:
    one = lab(
        call("login", captures={"token": "$.token"}),
        call(
            **MISSING[place],
            record={"errors": "not ok", "status_seen": "status", "times": "duration"},
            classify=[("status == 402", "credit"), ("error == 'missing_value'", "missing"), (None, "other")],
            checks={"never": "true"},
        ),
        answers=[(200, {})],
        metrics=metrics(
            errors="rate", status_seen="gauge", times="trend", credit="counter", missing="counter", other="counter"
        ),
    )
    assert one.run() is None
    assert len(one.requests) == 1
    assert outcome(one, 1) == (False, 0)
    store = one.store
    assert store.select("errors").to_wire() == [1, 1]
    assert store.select("status_seen").last == 0
    assert (store.total("missing"), store.total("credit"), store.total("other")) == (1, 0, 0)
    assert store.total("http_reqs") == 1
    assert store.where("checks", endpoint="one") is None
    failure = next(entry for entry in one.failures() if entry["key"][0] == "one")
    assert failure["key"] == ["one", "missing_value", "template", 0]
    assert failure["message"] == "`token` is not there"


def test_an_injected_line_break_is_not_sent_either(lab: Any) -> None:
    one = lab(
        call("login", captures={"token": "$.token"}),
        call(auth=Auth("bearer", {"token": "{{ token }}"})),
        answers=[(200, {"token": "t\r\nX-Evil: 1"})],
    )
    one.run()
    assert len(one.requests) == 1
    assert outcome(one, 1) == (False, 0)
    assert "line break" in one.failures()[-1]["message"]


def test_captures_live_one_iteration(lab: Any) -> None:
    one = lab(
        call("use", path="/{{ default(token, 'none') }}"),
        call("login", captures={"token": "$.token"}),
        call("again", path="/{{ token }}"),
        answers=[200, (200, {"token": "t1"}), 200, 200, (200, {}), 200],
    )
    one.run()
    one.run()
    assert one.paths() == ["/none", "/", "/t1", "/none", "/"]  # and the last one had nothing to be sent with


def test_a_failed_answer_is_captured_all_the_same(lab: Any) -> None:
    one = lab(call("login", captures={"id": "$.id"}), call(path="/{{ id }}"), answers=[(500, {"id": 7})])
    one.run()
    assert one.paths() == ["/", "/7"]


def test_setup_is_read_by_its_own_name_only(lab: Any) -> None:
    one = lab(call(path="/{{ setup.token }}/{{ default(setup.other, '-') }}"))
    one.run(one.new_user(0, {"token": "s"}))
    assert one.paths() == ["/s/-"]


def test_a_pool_is_drawn_once_an_iteration_at_first_use(lab: Any) -> None:
    one = lab(
        call(json={"a": "{{ pool.users.a }}", "b": "{{ pool.users.b }}"}),
        call("two", json={"a": "{{ pool.users.a }}", "new": "{{ draw('users').a }}", "same": "{{ pool.users.a }}"}),
        pools=pool("users", *({"a": n, "b": n * 10} for n in range(10))),
    )
    one.run()
    one.run()
    assert one.bodies() == [
        {"a": 0, "b": 0},
        {"a": 0, "new": 1, "same": 0},
        {"a": 2, "b": 20},
        {"a": 2, "new": 3, "same": 2},
    ]


def test_a_pool_that_an_iteration_does_not_use_is_not_drawn(lab: Any) -> None:
    one = lab(call(path="/{{ pool.p }}", when="iteration != 1"), pools=pool("p", *"abcdef"))
    for _ in range(3):
        one.run()
    assert one.paths() == ["/a", "/b"]


def test_users_of_a_closed_model_take_every_maxth_row(lab: Any) -> None:
    from loadspec.load import ConstantVus

    one = lab(call(path="/{{ pool.p }}"), pools=pool("p", *range(100)), load=ConstantVus(3, 1.0))
    for index in (2, 0, 1):
        user = one.new_user(index)
        one.run(user)
        one.run(user)
    assert one.paths() == ["/2", "/5", "/0", "/3", "/1", "/4"]


def test_a_skipped_step_is_not_ok_and_leaves_no_trace(lab: Any) -> None:
    one = lab(
        call(when="false", record={"errors": "not ok"}, classify=[(None, "other")], on_fail="abort"),
        call(
            "two", checks={"not ok": "not steps.one.ok and steps.one.status == 0 and not defined(steps.one.duration)"}
        ),
        metrics=metrics(errors="rate", other="counter"),
    )
    assert one.run() is None
    assert outcome(one, 1)[0] is True
    assert one.store.select("errors") is None
    assert one.store.total("other") == 0
    assert len(one.requests) == 1


def test_steps_see_each_others_outcomes(lab: Any) -> None:
    one = lab(
        call(),
        call("two", when="steps.one.ok", path="/{{ steps.one.status }}/{{ steps.one.duration }}"),
        call("three", when="not steps.one.ok"),
        answers=[202, 200, 500, 200],
        takes=0.5,
    )
    one.run()
    one.run()
    assert one.paths() == ["/", "/202/500.0", "/", "/"]
    assert one.user.outcomes[1] is SKIPPED  # in this iteration; in the one before it ran
    assert (one.user.outcomes[0].status, one.user.outcomes[0].duration) == (500, 500.0)


@pytest.mark.parametrize(
    ("answer", "counted"), [(402, "credit"), (503, "provider"), (404, "other"), (TIMEOUT, "other"), (200, None)]
)
def test_classify_takes_the_first_that_holds_and_only_where_not_ok(answer: Any, counted: Any, lab: Any) -> None:
    one = lab(
        call(
            classify=[
                ("json.missing.path", "never"),
                ("status == 402", "credit"),
                ("status >= 402 and status != 404", "provider"),
                (None, "other"),
                ("true", "never"),
            ]
        ),
        answers=[answer],
        metrics=metrics(credit="counter", provider="counter", other="counter", never="counter"),
    )
    one.run()
    counts = {name: one.store.total(name) for name in ("credit", "provider", "other", "never")}
    assert counts == {name: int(name == counted) for name in counts}
    one.run()
    assert one.store.total(counted or "other") == (1 if counted else 0)


def test_record(lab: Any) -> None:
    kinds = {"t": "trend", "r": "rate", "c": "counter", "g": "gauge", "text": "trend", "gone": "trend", "flag": "gauge"}
    record = {
        "t": "duration",
        "r": "ok",
        "c": "json.n",
        "g": "json.n * 2",
        "text": "json.s",
        "gone": "json.none",
        "flag": "ok",
    }
    one = lab(
        call(record=record), answers=[(200, {"n": 3, "s": "5"}), (500, {"n": 4})], takes=0.1, metrics=metrics(**kinds)
    )
    one.run()
    one.run()
    store = one.store
    assert (store.select("t").count, round(store.select("t").max)) == (2, 100)
    assert store.select("r").to_wire() == [1, 2]
    assert store.total("c") == 7
    assert store.select("g").last == 8
    assert [store.select(name) for name in ("text", "gone", "flag")] == [None, None, None]
    assert {tuple(sorted(tags.items())) for tags, _ in store.items("t")} == {
        (("endpoint", "one"), ("scenario", "default"))
    }


def test_think(lab: Any) -> None:
    one = lab(think(1.0, 3.0), think(2.0, 2.0), think(5.0, 5.0, when="false"), think(7.0, 7.0, when="json.none"))
    one.run()
    one.chance = 0.0
    one.run()
    assert one.slept == [2.0, 2.0, 1.0, 2.0]


def test_timeouts_of_target_and_request(lab: Any) -> None:
    from loadspec.spec.model import Target

    target = Target(base_url="http://h.example", timeout=Timeouts(9.0, 1.0, 2.0))
    one = lab(call(), call("two", timeout=Timeouts(3.0)), target=target)
    one.run()
    assert [(d.total, d.connect, d.first_byte) for d in one.deadlines] == [(9.0, 1.0, 2.0), (3.0, None, None)]


def test_requests_are_counted_by_what_came(lab: Any) -> None:
    one = lab(call(), answers=[200, 404, ("timeout", "headers"), ("refused", "connect")])
    for _ in range(4):
        one.run()
    store = one.store
    counted = {
        (tags["status"], tags["expected_response"], tags.get("error")): value.value
        for tags, value in store.items("http_reqs")
    }
    assert counted == {
        ("200", "true", None): 1,
        ("404", "false", None): 1,
        ("0", "false", "timeout"): 1,
        ("0", "false", "refused"): 1,
    }
    assert store.select("http_req_failed").to_wire() == [3, 4]
    assert store.where("http_req_duration", expected_response="true").count == 1
    assert store.total("data_sent") == 3 * len(one.requests[0])  # nothing left where the connection was refused
    assert store.total("data_received") == 20


def test_a_captured_url_may_lead_to_a_host_that_nobody_knew(lab: Any) -> None:
    one = lab(
        call("ask", captures={"url": "$.url"}),
        call("fetch", path="{{ url }}"),
        answers=[(200, {"url": "http://cdn.example/i.png"}), 200],
    )
    assert one.run() is None
    assert outcome(one, 1) == (True, 200)
    assert b"Host: cdn.example\r\n" in one.requests[1]
    assert len(one.plan.origins.known) == 2
    assert one.user.channels[0] is not one.user.channels[1]


def test_a_user_keeps_one_connection_for_each_origin(lab: Any) -> None:
    one = lab(call(), call("two"), call("far", path="http://cdn.example/x"))
    one.run()
    one.run()
    assert len({id(channel) for channel in one.user.channels}) == 2


def test_no_answer_leaves_nothing_captured_of_an_earlier_one(lab: Any) -> None:
    """As an answer that lacks the value leaves none: `repeat: {while: defined(cursor)}` ends with the server, too."""
    captures = {"cursor": "$.next", "text": Capture("text", "body", "")}
    page = call("page", captures=captures)
    pages = repeat(call("page", captures=captures), while_="defined(cursor)", at_most=9)
    one = lab(page, pages, answers=[(200, {"next": 2}), (200, {"next": 3}), ("reset", "body")])
    one.run()
    assert len(one.requests) == 3
    assert one.user.captures == {}


def test_a_request_that_is_not_sent_leaves_nothing_captured_either(lab: Any) -> None:
    order = call("order", path="/orders/{{ item }}", captures={"order": "$.id"})
    stock = call("stock", captures={"item": Capture("item", "jsonpath", "$.item", optional=True)})
    cancel = call("cancel", path="/cancel/{{ order }}")
    one = lab(repeat(stock, order, cancel, times=2), answers=[(200, {"item": 7}), (200, {"id": 1}), 200, (200, {})])
    one.run()
    assert one.paths() == ["/", "/orders/7", "/cancel/1", "/"]


def test_what_a_variable_makes_of_a_request_is_told_with_its_endpoint(lab: Any) -> None:
    with pytest.raises(ExprError, match=r"^page: a header cannot hold a line break") as caught:
        lab(call("one", endpoint="page", headers={"X": "{{ env.WHO }}"}), env={"WHO": "a\nb"})
    assert "variable" in caught.value.hint


def test_a_rate_keeps_no_values_until_they_are_folded(lab: Any) -> None:
    """A value may be all of an answer."""
    step = call("a", record={"rich": "json.items"})
    one = lab(step, metrics=metrics(rich="rate"), answers=[(200, {"items": [1]}), (200, {"items": []})])
    one.run()
    one.run()
    meter = one.plan.phases["load"].meters.value("rate", "rich", scenario="default", endpoint="a")
    assert [type(value) for value in meter.values] == [bool, bool]
    assert one.store.select("rich").rate == 0.5
