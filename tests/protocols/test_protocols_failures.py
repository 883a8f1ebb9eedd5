"""Failures: counted always, described once a class, bounded, and without a secret."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from support_plan import call

from loadspec.clock import FakeClock
from loadspec.protocols.failures import FailureLog
from loadspec.protocols.user import User
from loadspec.spec.model import Auth, Capture
from loadspec.transports.base import Interrupted

TOKEN = "tok-SECRET-1234"
SECRET_TOKEN = {"token": Capture("token", "jsonpath", "$.token", secret=True)}


def user() -> User:
    host: Any = None
    return User(0, host, (), 0, {})


def test_a_class_is_described_once_and_counted_on() -> None:
    clock = FakeClock(100.0)
    log = FailureLog((), (), clock)
    clock.advance(1.5)
    log.note(("e", "status", "status", 500), "first", user(), b"GET / HTTP/1.1\r\n\r\n")
    clock.advance(1.0)
    log.note(("e", "status", "status", 500), "second", user())
    log.note(("e", "status", "status", 502), "other", user())
    first, other = log.drain()
    assert first["key"] == ["e", "status", "status", 500]
    assert (first["count"], first["first"], first["last"], first["message"]) == (2, 1.5, 2.5, "first")
    assert first["sample"] == {"at": "1.500", "request": "GET / HTTP/1.1\n\n"}
    assert other["message"] == "other"
    assert log.drain() == []
    clock.advance(1.0)
    log.note(("e", "status", "status", 500), "third", user())
    (again,) = log.drain()
    assert (again["count"], again["first"], again["last"]) == (1, 3.5, 3.5)
    assert "message" not in again
    assert "sample" not in again
    assert again["later_samples"] == [{"at": "3.500"}]
    for _ in range(3):
        log.note(("e", "status", "status", 500), "more", user())
        log.drain()
    log.note(("e", "status", "status", 500), "last", user())
    assert "later_samples" not in log.drain()[0], "three are enough"


def test_a_message_is_short_whatever_a_server_puts_into_it() -> None:
    log = FailureLog((), (), FakeClock(0.0))
    log.note(("e", "redirect", "redirect", 0), f"'x:{'a-' * 30_000}' cannot be followed", user())
    (entry,) = log.drain()
    assert len(entry["message"]) < 530
    assert entry["message"].endswith("... (60023 characters)")


def test_classes_are_bounded() -> None:
    log = FailureLog((), ())
    for n in range(1000):
        log.note(("e", "check", f"c{n}", 200), "m", user())
    entries = log.drain()
    assert len(entries) == 201
    assert entries[-1]["key"] == ["(other)", "other", "", 0]
    assert entries[-1]["count"] == 800
    assert sum(entry["count"] for entry in entries) == 1000
    log.note(("e", "check", "c5000", 200), "m", user())
    log.note(("e", "check", "c0", 200), "m", user())
    assert [entry["count"] for entry in log.drain()] == [1, 1]
    assert json.dumps(entries)


def test_the_other_class_has_all_that_a_class_has() -> None:
    log = FailureLog((), (), FakeClock(5.0))
    for n in range(201):
        log.note(("e", "check", f"c{n}", 200), "m", user())
    assert {"key", "count", "first", "last", "message"} <= set(log.drain()[-1])


@pytest.mark.parametrize(
    ("login", "answers"),
    [
        ({}, [(200, {"token": TOKEN}), (500, {"echo": TOKEN})]),
        ({}, [(500, {"token": TOKEN})]),
        ({"checks": {"c": "false"}}, [(200, {"token": TOKEN})]),
        ({"checks": {"c": "false"}}, [(201, {"token": TOKEN}, f"X-Echo: {TOKEN}")]),
        ({"checks": {"c": "false"}}, [(500, {"token": TOKEN})]),
        (
            {"captures": {**SECRET_TOKEN, "other": Capture("other", "jsonpath", "$.other")}},
            [(200, {"token": TOKEN})],
        ),
    ],
    ids=["echoed later", "status", "check", "header", "check and status", "lost capture"],
)
def test_a_secret_capture_is_masked_also_in_the_answer_that_brings_it(login: Any, answers: Any, lab: Any) -> None:
    one = lab(
        call("login", **{"captures": SECRET_TOKEN, **login}),
        call("use", path="/{{ token }}", auth=Auth("bearer", {"token": "{{ token }}"}), checks={"x": "status == 200"}),
        answers=answers,
    )
    one.run()
    entries = one.failures()
    assert entries
    assert any("***" in entry["sample"].get("response", "") for entry in entries)
    assert TOKEN not in json.dumps(entries)


def test_secrets_of_the_environment_and_of_setup_are_masked(lab: Any) -> None:
    one = lab(
        call("login", path="/{{ setup.token }}", json={"p": "{{ env.PASS }}", "u": "{{ env.USER }}"}, method="POST"),
        call("never", captures=SECRET_TOKEN, when="false"),
        answers=[(500, {"you sent": "hunter2-long", "b64": base64.b64encode(b"hunter2-long").decode()})],
        env={"PASS": "hunter2-long", "USER": "ann@example.com"},
        secrets=("PASS",),
    )
    one.run(one.new_user(0, {"token": TOKEN}))
    text = json.dumps(one.failures())
    assert "hunter2" not in text
    assert base64.b64encode(b"hunter2-long").decode() not in text
    assert TOKEN not in text
    assert "ann@example.com" in text


def test_credentials_in_headers_are_masked_whatever_they_are(lab: Any) -> None:
    one = lab(
        call(auth=Auth("basic", {"username": "ann", "password": "pw"}), headers={"Cookie": "sid=77", "Accept": "x/y"}),
        answers=[(500, {}, "Set-Cookie: sid=88")],
    )
    one.run()
    sample = one.failures()[0]["sample"]
    assert base64.b64encode(b"ann:pw").decode() not in sample["request"]
    assert "Authorization: ***\n" in sample["request"]
    assert "sid=" not in sample["request"] + sample["response"]
    assert "Accept: x/y\n" in sample["request"]


@pytest.mark.parametrize("start", range(2030, 2050))
def test_a_secret_is_masked_also_where_the_sample_is_cut(start: int, lab: Any) -> None:
    one = lab(
        call("login", captures=SECRET_TOKEN),
        call("use"),
        answers=[(200, {"token": TOKEN}), (500, b"x" * start + TOKEN.encode() + b"y" * 5000)],
    )
    one.run()
    response = one.failures()[0]["sample"]["response"]
    assert not any(TOKEN[:length] in response for length in range(4, len(TOKEN) + 1))
    assert len(response) < 3000


def test_a_sample_is_short_and_says_how_long_it_was(lab: Any) -> None:
    one = lab(call(method="POST", body="b" * 100_000), answers=[(500, b"\xff\x00" * 50_000)])
    one.run()
    sample = one.failures()[0]["sample"]
    assert len(sample["request"]) < 3000
    assert len(sample["response"]) < 3000
    assert "100000 bytes" in sample["response"]
    assert json.dumps(sample)


KEYS = {
    "status": ({}, 503, ["one", "status", "status", 503]),
    "transport": ({}, ("timeout", "headers"), ["one", "timeout", "headers", 0]),
    "check": ({"checks": {"nice": "false"}}, 200, ["one", "check", "nice", 200]),
    "capture": ({"captures": {"x": "$.x"}}, 200, ["one", "capture", "x", 200]),
}


@pytest.mark.parametrize("name", KEYS)
def test_keys(name: str, lab: Any) -> None:
    fields, answer, key = KEYS[name]
    one = lab(call(**fields), answers=[answer])
    one.run()
    assert [entry["key"] for entry in one.failures()] == [key]


def test_an_unexpected_status_is_one_failure_whatever_the_checks_say(lab: Any) -> None:
    one = lab(call(checks={"a": "false", "b": "false"}, captures={"x": "$.x"}), answers=[500])
    one.run()
    assert [entry["key"][1] for entry in one.failures()] == ["status"]
    assert one.store.select("checks").to_wire() == [0, 2]


def test_a_retry_of_a_request_that_is_interrupted_is_counted_once(lab: Any) -> None:
    one = lab(call("a", path="/a"), answers=[Interrupted(), 200])
    one.user.channel(0).retries = 1
    with pytest.raises(Interrupted):
        one.run()
    one.run()
    totals = {name: one.store.total(name) for name in ("http_reqs", "http_reqs_cut_off", "http_req_retries")}
    assert totals == {"http_reqs": 1, "http_reqs_cut_off": 1, "http_req_retries": 1}
    assert one.store.total("data_sent") == 3 * len(one.requests[0])
