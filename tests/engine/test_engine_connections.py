"""How many connections users open, by the settings; and those that a server closes while a user does something else."""

from __future__ import annotations

from typing import Any

import pytest
from support_net import Conn, answer, once, serving
from support_plan import call, meet, pace, parallel, poll, repeat, think

from loadspec.load.per_vu_iterations import PerVuIterations
from loadspec.spec.model import Retry
from loadspec.wire.settings import Http, Settings

PAUSE = 0.2
"""Seconds of waiting: much more than a server's thread needs to close."""


def post(name: str, **fields: Any) -> Any:
    return call(name, method="POST", path=f"/{name}", **fields)


def settings(**http: Any) -> dict[str, Any]:
    return {"settings": Settings(http=Http(**http))}


@pytest.mark.parametrize(
    ("http", "connections"),
    [({}, 2), ({"no_vu_connection_reuse": True}, 2 * 3), ({"no_connection_reuse": True}, 2 * 3 * 2)],
)
def test_connections_of_two_users(http: dict[str, bool], connections: int, bench: Any, serve: Any) -> None:
    """Two users, three iterations, two requests in each."""
    server = serve(serving(answer()))
    load = PerVuIterations(2, 3)
    ran = bench(post("a"), post("b"), load=load, base_url=server.url, **settings(**http)).load()
    assert ran.books == (6, 6, 0)
    assert ran.failures == []
    assert server.connections == connections
    assert len(server.requests) == 12
    closing = [b"\r\nConnection: close\r\n" in request for request in server.requests]
    assert closing == [http.get("no_connection_reuse", False)] * 12
    assert (
        ran.store.where("http_req_connecting", endpoint="a").count
        + ran.store.where("http_req_connecting", endpoint="b").count
        == 12
    )


def test_branches_open_new_ones_too(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    flow = [post("a"), parallel(post("b"), post("c"))]
    ran = bench(*flow, load=PerVuIterations(1, 3), base_url=server.url, **settings(no_vu_connection_reuse=True)).load()
    assert ran.books == (3, 3, 0)
    assert server.connections == 9


def test_a_connection_header_of_ones_own_stays(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    flow = [post("a", headers={"connection": "keep-alive"}), post("b")]
    bench(*flow, load=PerVuIterations(1, 1), base_url=server.url, **settings(no_connection_reuse=True)).load()
    assert [request.lower().count(b"\r\nconnection:") for request in server.requests] == [1, 1]
    assert b"\r\nconnection: keep-alive\r\n" in server.requests[0]
    assert server.connections == 2


def test_each_request_asks_for_a_close_and_every_byte_is_counted(bench: Any, serve: Any) -> None:
    server = serve(once(answer()))
    flow = [call("a", path="/"), post("b", json={"n": 1})]
    ran = bench(*flow, load=PerVuIterations(2, 2), base_url=server.url, **settings(no_connection_reuse=True)).load()
    assert ran.store.total("data_sent") == sum(map(len, server.requests))
    assert ran.store.total("http_req_retries") == 0


# Every wait of a user: the server has closed by its end, and no request may notice


def busy_once(conn: Conn) -> None:
    conn.request()
    conn.send(answer(b"{}", "503 Busy"))


WAITS: dict[str, tuple[Any, ...]] = {
    "think": (post("a"), think(PAUSE, PAUSE), post("b"), think(PAUSE, PAUSE)),
    "pace": (pace(PAUSE), post("a")),
    "rendezvous": (post("a"), meet(2), think(PAUSE, PAUSE), meet(2), post("b"), meet(2), think(PAUSE, PAUSE)),
    "poll": (
        poll("a", method="POST", path="/a", every=2 * PAUSE, until="status == 418", poll_timeout=7 * PAUSE),
        think(PAUSE, PAUSE),
    ),
    "repeat": (repeat(post("a"), think(PAUSE, PAUSE), times=3),),
    "branches": (
        parallel(repeat(post("a"), think(PAUSE, PAUSE), times=2), repeat(think(PAUSE, PAUSE), post("b"), times=2)),
        think(PAUSE, PAUSE),
        post("c"),
        parallel(post("d"), post("e")),
    ),
}


@pytest.mark.parametrize("name", WAITS)
def test_a_close_in_a_wait_goes_unnoticed(name: str, bench: Any, serve: Any) -> None:
    server = serve(once(answer()))
    ran = bench(*WAITS[name], load=PerVuIterations(2, 2), base_url=server.url).load()
    assert ran.books == (4, 4, 0)
    assert ran.store.total("http_reqs", expected_response="true") == len(server.requests) == server.connections
    assert ran.store.total("http_reqs", expected_response="false") == 0
    assert ran.store.total("http_req_retries") == 0
    assert server.connections >= 4


def test_a_close_before_a_retry_goes_unnoticed(bench: Any, serve: Any) -> None:
    server = serve(busy_once, once(answer()))
    flow = post("a", retry=Retry(times=2, delay=PAUSE))
    ran = bench(flow, load=PerVuIterations(1, 1), base_url=server.url).load()
    assert ran.books == (1, 1, 0)
    assert ran.store.total("http_reqs", expected_response="true") == 1
    assert ran.store.total("http_req_retries") == 0
    assert server.connections == 2


def test_a_close_while_the_limit_of_requests_holds_goes_unnoticed(bench: Any, serve: Any) -> None:
    server = serve(once(answer()))
    flow = [post("a"), post("b"), post("c")]
    ran = bench(*flow, load=PerVuIterations(1, 1), base_url=server.url, **settings(rps=1 / PAUSE)).load()
    assert ran.books == (1, 1, 0)
    assert ran.failures == []
    assert server.connections == 3


def test_a_close_between_iterations_goes_unnoticed(bench: Any, serve: Any) -> None:
    server = serve(once(answer()))
    ran = bench(think(PAUSE, PAUSE), post("a"), load=PerVuIterations(3, 3), base_url=server.url).load()
    assert ran.books == (9, 9, 0)
    assert ran.failures == []
    assert server.connections == 9
