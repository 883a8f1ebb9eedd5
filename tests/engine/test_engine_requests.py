"""What `http` and a request's own keys make of requests and answers, from a compiled flow to a server's bytes."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from support_net import answer, serving
from support_plan import call, poll

from loadspec import __version__
from loadspec.load.per_vu_iterations import PerVuIterations
from loadspec.spec.model import Capture, MetricDef
from loadspec.wire.encoding import CODING_NAMES, decode_content
from loadspec.wire.settings import Http, Settings

ONCE = PerVuIterations(1, 1)


def settings(**http: Any) -> dict[str, Any]:
    return {"settings": Settings(http=Http(**http)), "load": ONCE}


def head_and_body(request: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return dict(line.lower().split(": ", 1) for line in lines), body


@pytest.mark.parametrize("coding", CODING_NAMES)
@pytest.mark.parametrize("text", ["constant " * 50, "{{ vu }} changes " * 50])
def test_bodies_are_compressed(coding: str, text: str, bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    step = call("a", method="POST", path="/", json={"text": text}, compression=coding)
    ran = bench(step, base_url=server.url, **settings()).load()
    headers, body = head_and_body(server.requests[0])
    assert headers["content-encoding"] == coding
    assert headers["content-length"] == str(len(body))
    assert headers["content-type"] == "application/json"
    assert json.loads(decode_content(body, coding.encode())) == {"text": text.replace("{{ vu }}", "1")}
    assert len(body) < len(text) / 3
    assert ran.failures == []
    assert ran.store.total("data_sent") == len(server.requests[0])


def test_a_request_without_a_body_is_not_compressed(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    bench(call("a", path="/", compression="gzip"), base_url=server.url, **settings()).load()
    assert "content-encoding" not in head_and_body(server.requests[0])[0]


@pytest.mark.parametrize(
    ("http", "headers", "sent"),
    [
        ({}, {}, f"loadspec/{__version__}"),
        ({"user_agent": "acme/1"}, {}, "acme/1"),
        ({"user_agent": "acme/1"}, {"user-agent": "mine/2"}, "mine/2"),
    ],
)
def test_the_user_agent(http: Any, headers: Any, sent: str, bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    bench(call("a", path="/", headers=headers), base_url=server.url, **settings(**http)).load()
    head = server.requests[0].decode()
    assert head.lower().count("user-agent: ") == 1
    assert head_and_body(server.requests[0])[0]["user-agent"] == sent


def test_a_body_that_is_thrown_away_leaves_its_size(bench: Any, serve: Any) -> None:
    server = serve(serving(answer(b'{"id": 7}')))
    flow = [
        call("a", path="/", checks={"size": "size == 9", "json": "json.id == 7", "text": "'id' in body"}),
        call("b", path="/", discard_response_body=False, checks={"kept": "size == 9 and json.id == 7"}),
        call("c", path="/", captures={"id": "$.id", "whole": Capture("whole", "body", "")}, record={"sizes": "size"}),
    ]
    metrics = {"sizes": MetricDef("sizes", "trend")}
    ran = bench(*flow, base_url=server.url, metrics=metrics, **settings(discard_response_bodies=True)).load()
    share = {check: ran.store.where("checks", check=check).rate for check in ("size", "json", "text", "kept")}
    assert share == {"size": 1, "json": 0, "text": 0, "kept": 1}
    assert [failure["key"][1:3] for failure in ran.failures if failure["key"][0] == "c"] == [["capture", "id"]]
    assert ran.store.where("sizes", endpoint="c").max == 9
    assert ran.store.total("data_received") == 3 * len(answer(b'{"id": 7}'))


def test_a_step_throws_away_what_its_endpoint_keeps(bench: Any, serve: Any) -> None:
    server = serve(serving(answer(b"{}")))
    flow = [poll("p", path="/", every=0.01, poll_timeout=0.05, until="json.done", discard_response_body=True)]
    ran = bench(*flow, base_url=server.url, **settings()).load()
    assert [failure["key"][1] for failure in ran.failures] == ["poll_timeout"]


def test_rps_holds_all_users_back_and_is_no_latency(bench: Any, serve: Any) -> None:
    """Ten users at 50 a second: 20 requests take 19 gaps of 20 ms, and no request lasts for them."""
    server = serve(serving(answer()))
    begin = time.monotonic()
    ran = bench(
        call("a", path="/"),
        base_url=server.url,
        load=PerVuIterations(10, 2),
        settings=Settings(http=Http(rps=50)),
    ).load()
    assert time.monotonic() - begin >= 19 / 50
    assert len(server.requests) == 20
    assert ran.store.where("http_req_blocked", endpoint="a").avg < 100
    held = [snapshot["held_back"] for snapshot in ran.snapshots if "held_back" in snapshot]
    assert 15 <= sum(row["requests"] for row in held) <= 19  # a machine that is late holds one itself
    assert sum(row["seconds"] for row in held) > 10 * 0.1


def test_each_hop_waits_for_its_turn(bench: Any, serve: Any) -> None:
    server = serve(serving(answer(b"", "302 Found", "Location: /")))
    begin = time.monotonic()
    bench(call("a", path="/", max_redirects=4), base_url=server.url, **settings(rps=20)).load()
    assert len(server.requests) == 5
    assert time.monotonic() - begin >= 4 / 20
