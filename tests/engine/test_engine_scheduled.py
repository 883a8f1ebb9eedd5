"""`scheduled_latency`: from when a request was due to its answer, with all that its user waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from support_net import answer, serving, silent
from support_open import Starts, every
from support_plan import call, parallel, think

from loadspec.clock import monotonic
from loadspec.load import SharedIterations
from loadspec.spec.building.auth import build_auth
from loadspec.spec.model import Retry
from loadspec.spec.model.request import Timeouts
from loadspec.wire.settings import Http, Settings

Run = Callable[..., Any]
LATE = 20_000.0
"""Milliseconds."""


def begun(one: Any, seconds: float = LATE / 1000) -> Any:
    """What comes of a load that was to begin so long ago."""
    one.ran.end = one.engine.load({}, monotonic() - seconds)
    return one.ran


def latency(ran: Any, **tags: str) -> Any:
    return ran.store.where("scheduled_latency", **tags)


def duration(ran: Any, **tags: str) -> Any:
    return ran.store.where("http_req_duration", **tags)


def failing(times: int, status: str = "503 Busy", wait: float = 0.0) -> Any:
    """Serves the first requests of a connection with a failure."""
    seen = 0

    def reply(_request: bytes) -> bytes:
        nonlocal seen
        seen += 1
        time.sleep(wait)
        return answer(b"{}", status if seen <= times else "200 OK")

    return serving(reply)


def test_only_the_first_request_of_a_start_is_as_late_as_it(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 50)
    flow = (call("first"), think(0.05, 0.05), call("second"), parallel(call("a"), call("b")))
    ran = begun(bench(*flow, load=every(0.01, 5, graceful_stop=60.0), base_url=server.url), 20.0)
    sums = {name: ran.store.where("scheduled_latency", endpoint=name).sum for name in ("first", "second", "a", "b")}
    late = ran.store.select("dispatch_delay").sum
    assert late >= 5 * 19_950
    assert sums["first"] >= late
    for name in ("second", "a", "b"):
        own = ran.store.where("http_req_blocked", endpoint=name).sum
        own += ran.store.where("http_req_duration", endpoint=name).sum
        assert sums[name] == pytest.approx(own, abs=1.0)


def test_branches_that_come_first_are_all_as_late_as_their_start(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 50)
    flow = (parallel(call("a"), call("b")), call("then"))
    ran = begun(bench(*flow, load=every(0.01, 3, graceful_stop=60.0), base_url=server.url), 20.0)
    for name in "ab":
        assert ran.store.where("scheduled_latency", endpoint=name).min >= 19_950
    assert ran.store.where("scheduled_latency", endpoint="then").max < 19_950


def test_a_request_without_an_answer_takes_the_lateness_with_it(bench: Run, serve: Any) -> None:
    flow = (call("lost", path="http://127.0.0.1:1/"), call("first"))
    ran = begun(
        bench(*flow, load=every(0.01, 3, graceful_stop=60.0), base_url=serve(*[serving(answer())] * 9).url), 20.0
    )
    assert ran.store.where("scheduled_latency", endpoint="lost") is None
    assert ran.store.where("scheduled_latency", endpoint="first").max < 19_950


def test_a_closed_load_has_no_scheduled_latency(bench: Run, serve: Any) -> None:
    server = serve(serving(answer()))
    ran = bench(call(), load=SharedIterations(1, 3), base_url=server.url).load()
    assert ran.store.select("scheduled_latency") is None


# What a user waits for beside the request itself


ONE = Starts((0.0,), duration=0.1, graceful_stop=60.0)


@pytest.mark.parametrize("late", [0.0, LATE])
def test_a_retry_was_due_when_the_first_attempt_was(late: float, bench: Run, serve: Any) -> None:
    retry = Retry(times=2, statuses=frozenset({503}), kinds=frozenset(), delay=0.2, factor=1.0, longest=1.0, jitter=0.0)
    flow = (call("a", retry=retry), call("then"))
    ran = begun(bench(*flow, load=ONE, base_url=serve(failing(2)).url), late / 1000)
    assert latency(ran, endpoint="a", expected_response="true").min >= late + 400
    first, second = latency(ran, endpoint="a", expected_response="false").min, latency(ran, endpoint="a").max
    assert late <= first < late + 200
    assert first + 400 <= second
    assert latency(ran, endpoint="then").max < 200


def test_a_first_attempt_that_was_lost_does_not_take_the_lateness_with_it(bench: Run, serve: Any) -> None:
    retry = Retry(times=1, statuses=frozenset(), kinds=frozenset({"timeout"}), delay=0.1, longest=1.0, jitter=0.0)
    server = serve(silent, serving(answer()))
    one = bench(call("a", retry=retry, timeout=Timeouts(total=0.2)), load=ONE, base_url=server.url)
    ran = begun(one)
    assert ran.store.total("http_reqs", status="0") == 1
    assert latency(ran).count == 1
    assert latency(ran).min >= LATE + 300


def test_waiting_for_a_turn_is_part_of_it(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 9)
    load = Starts((0.0, 0.0, 0.0), duration=0.1, graceful_stop=60.0)
    ran = bench(call("a"), call("b"), load=load, base_url=server.url, settings=Settings(http=Http(rps=10))).load()
    assert ran.books == (3, 3, 0)
    assert latency(ran).count == 6
    assert latency(ran).sum >= 100 * (0 + 1 + 2) + 3 * 200, "a second request waits until the two others have sent one"
    assert duration(ran).max < 90, "which is no time of the server's"


def test_a_turn_that_comes_late_for_a_late_start_counts_with_it(bench: Run, serve: Any) -> None:
    load = Starts((0.0, 0.0), duration=0.1, graceful_stop=60.0)
    server = serve(*[serving(answer())] * 9)
    ran = begun(bench(call(), load=load, base_url=server.url, settings=Settings(http=Http(rps=5))))
    assert LATE <= latency(ran).min < LATE + 200 <= latency(ran).max


def test_a_hop_was_due_when_the_request_was(bench: Run, serve: Any) -> None:
    def reply(request: bytes) -> bytes:
        time.sleep(0.1)
        onward = {b"/a": b"/b", b"/b": b"/c"}.get(request.split(b" ")[1])
        return answer() if onward is None else answer(b"", "302 Found", f"Location: {onward.decode()}")

    ran = begun(bench(call("a", path="/a"), call("then"), load=ONE, base_url=serve(serving(reply)).url))
    hops = latency(ran, endpoint="a")
    assert hops.count == 3
    assert (hops.min, hops.max) >= (LATE + 100, LATE + 300)
    assert hops.sum >= 3 * LATE + 600
    assert duration(ran).max < hops.max - LATE, "a hop's own time"
    assert latency(ran, endpoint="then").max < LATE


def test_a_round_of_authentication_too(bench: Run, serve: Any) -> None:
    def reply(request: bytes) -> bytes:
        time.sleep(0.1)
        if b"Authorization: Digest" in request:
            return answer()
        return answer(b"", "401 Unauthorized", 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"')

    auth = build_auth({"digest": {"username": "ada", "password": "secret"}})
    ran = begun(bench(call("a", auth=auth), load=ONE, base_url=serve(serving(reply)).url))
    assert latency(ran).count == 2
    assert latency(ran).max >= LATE + 200
    assert latency(ran).sum >= 2 * LATE + 300


def test_who_waits_for_a_token_waits(bench: Run, serve: Any) -> None:
    def reply(request: bytes) -> bytes:
        if b"/token" not in request:
            return answer()
        time.sleep(0.2)
        return answer(b'{"access_token": "t"}')

    server = serve(*[serving(reply)] * 5)
    settings = {"token_url": server.url + "/token", "client_id": "c", "client_secret": "s"}
    auth = build_auth({"oauth2": settings})
    load = Starts((0.0, 0.0), duration=0.1, graceful_stop=60.0)
    ran = begun(bench(call("a", auth=auth), call("then", auth=auth), load=load, base_url=server.url))
    assert latency(ran, endpoint="oauth2").count == 1
    assert latency(ran, endpoint="a").min >= LATE + 200, "of who fetched it, and of who waited for that"
    assert duration(ran, endpoint="a").max < 200
    assert latency(ran, endpoint="then").max < 200
