"""Samples of failed checks: the first five, masked, cut, and nothing after them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support_plan import call

from loadspec.clock import FakeClock
from loadspec.protocols.failures import FailureLog
from loadspec.protocols.samples import SAMPLES
from loadspec.protocols.user import User
from loadspec.spec.model import Capture, Check

TOKEN = "tok-SECRET-1234"


def samples(one: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = one.plan.phases["load"].failures.drain_samples()
    return found


def test_five_of_each_check_are_kept_with_what_was_found(lab: Any) -> None:
    checks = {"created": "status == 201", "an id": "defined(json.id)", "soon": Check("max_duration", 0.1)}
    one = lab(call(checks=checks), answers=[(200, {"n": n}) for n in range(9)], takes=0.2)
    for _ in range(9):
        one.run()
    kept = samples(one)
    assert [sample["check"] for sample in kept].count("created") == SAMPLES
    assert len(kept) == 3 * SAMPLES
    assert {**kept[0], "at": 0} == {
        "endpoint": "one",
        "check": "created",
        "at": 0,
        "status": 200,
        "expected": "status == 201",
        "found": "status = 200",
        "body": '{"n": 0}',
    }
    assert [(s["expected"], s["found"]) for s in kept[1:3]] == [
        ("defined(json.id)", "json.id = not there"),
        ("an answer within 100ms", "it took 200ms"),
    ]
    assert samples(one) == []
    assert one.store.select("checks").to_wire() == [0, 27]


def test_after_five_nothing_is_put_into_words(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one = lab(call(checks={"c": "status == 201"}), answers=[200] * 20)
    for _ in range(SAMPLES):
        one.run()
    monkeypatch.setattr(FailureLog, "sample", None)
    for _ in range(10):
        one.run()
    assert len(samples(one)) == SAMPLES


def test_two_steps_of_an_endpoint_share_the_five(lab: Any) -> None:
    checks = {"c": "status == 201"}
    one = lab(call(checks=checks), call("two", endpoint="one", checks=checks), answers=[200] * 20)
    for _ in range(4):
        one.run()
    assert len(samples(one)) == SAMPLES


def test_an_unexpected_status_is_sampled_and_no_answer_is_not(lab: Any) -> None:
    one = lab(call(checks={"c": "status == 200"}), answers=[("refused", "connect"), (503, b"busy")])
    one.run()
    one.run()
    (sample,) = samples(one)
    assert (sample["status"], sample["found"], sample["body"]) == (503, "status = 503", "busy")


@pytest.mark.parametrize(
    ("check", "answer"),
    [
        ("json.token == 1", {"token": TOKEN}),
        ("json == 1", {"a": {"token": TOKEN}, "token": TOKEN}),
        (Check("schema", {"properties": {"token": {"type": "integer"}}}), {"token": TOKEN}),
        (Check("header", "X-Echo", equals="no"), {"token": TOKEN}),
        (f"json.token == '{TOKEN}x'", {"token": TOKEN}),
    ],
)
def test_a_secret_of_the_answer_itself_is_masked(check: Any, answer: Any, lab: Any) -> None:
    capture = {"token": Capture("token", "jsonpath", "$.token", secret=True)}
    one = lab(call(captures=capture, checks={"c": check}), answers=[(200, answer, f"X-Echo: {TOKEN}")])
    one.run()
    (sample,) = samples(one)
    assert TOKEN not in json.dumps(sample)
    assert "***" in sample["found"]


def test_every_one_of_several_secrets_is_masked(lab: Any) -> None:
    keys = [{"key": f"key-{n}-SECRET"} for n in range(3)]
    capture = {"keys": Capture("keys", "jsonpath", "$[*].key", secret=True, all=True)}
    one = lab(call(captures=capture, checks={"c": "len(json) == 4"}), answers=[(200, keys)])
    one.run()
    (sample,) = samples(one)
    assert "SECRET" not in json.dumps(sample)
    assert sample["body"].count("***") == 3


@pytest.mark.parametrize("start", range(185, 205))
def test_a_secret_is_masked_also_where_a_value_is_cut(start: int, lab: Any) -> None:
    text = "x" * start + TOKEN + "y" * 500
    capture = {"token": Capture("token", "regex", "tok-[A-Z]+-[0-9]+", secret=True)}
    one = lab(call(captures=capture, checks={"c": "json.text == 'z'"}), answers=[(200, {"text": text})])
    one.run()
    found = samples(one)[0]["found"]
    assert not any(TOKEN[:length] in found for length in range(4, len(TOKEN) + 1))
    assert len(found) < 260


def test_bodies_are_cut_and_bytes_are_counted(lab: Any) -> None:
    bodies = [b"x" * 10_000, b"\x89PNG\0" * 100, b"", b"\xff" * 5]
    one = lab(call(checks={"c": "status == 201"}), answers=[(200, body) for body in bodies])
    for _ in bodies:
        one.run()
    found = [sample["body"] for sample in samples(one)]
    assert found == ["x" * 1024 + "... (10000 bytes)", "(500 bytes that are no text)", "", "\ufffd" * 5]


def test_checks_that_are_sampled_are_bounded() -> None:
    host: Any = None
    user, log = User(0, host, (), 0, {}), FailureLog((), (), FakeClock(1.0))
    for n in range(1000):
        log.sample("e", f"c{n}", "x", lambda _: ["y"], user)
    assert len(log.drain_samples()) == 200
    log.sample("e", "c0", "x", lambda _: ["y"], user)
    log.sample("e", "c999", "x", lambda _: ["y"], user)
    assert [sample["check"] for sample in log.drain_samples()] == ["c0"]


def test_a_lost_capture_says_where_it_was_looked_for(lab: Any) -> None:
    one = lab(call(captures={"id": "$.session.id"}), answers=[(200, {"error": "credits"})])
    one.run()
    (failure,) = one.failures()
    assert failure["key"] == ["one", "capture", "id", 200]
    assert failure["message"] == "nothing to capture for id: jsonpath $.session.id found nothing"
    assert '{"error": "credits"}' in failure["sample"]["response"]


def test_a_check_sees_what_its_own_step_captured(lab: Any) -> None:
    one = lab(call(captures={"id": "$.id"}, checks={"same": "id == json.id"}), answers=[(200, {"id": 5})])
    one.run()
    assert one.store.select("checks").to_wire() == [1, 1]
