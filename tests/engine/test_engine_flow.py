"""Branches at the same time, rendezvous and loops, with real users: nothing hangs, and the books balance."""

from __future__ import annotations

import threading
from typing import Any

import gevent
import pytest
from support_net import Conn, ScriptedServer, answer, open_files, serving, until
from support_plan import call, choose, group, if_, meet, metrics, pace, parallel, repeat, think

from loadspec.load import ConstantVus, SharedIterations
from loadspec.load.per_vu_iterations import PerVuIterations
from loadspec.mock import MockProcess
from loadspec.spec.model import ONCE, Auth, Branch, Retry

ONE = SharedIterations(1, 1)


def hang(conn: Conn) -> None:
    conn.request()
    conn.wait_for_close()


def get(name: str, **fields: Any) -> Any:
    return call(name, path=f"/{name}", **fields)


def sent(ran: Any) -> int:
    return int(ran.store.total("http_reqs") + ran.store.total("http_reqs_cut_off"))


def test_branches_run_at_the_same_time(bench: Any, serve: Any) -> None:
    """The server answers none before all three have come."""
    all_here = threading.Barrier(3, timeout=10)

    def together(conn: Conn) -> None:
        while conn.request():
            all_here.wait()
            conn.send(answer())

    server = serve(together)
    ran = bench(parallel(get("a"), get("b"), get("c")), load=PerVuIterations(1, 3), base_url=server.url).load()
    assert ran.books == (3, 3, 0)
    assert ran.store.total("http_reqs", expected_response="true") == 9
    assert server.connections == 3  # each branch keeps its own


def test_a_branch_may_have_several_steps_and_branches_of_its_own(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    flow = parallel(group("g", get("a"), parallel(get("b"), get("c")), get("d")), repeat(get("e"), times=2))
    ran = bench(flow, get("f"), load=PerVuIterations(2, 4), base_url=server.url).load()
    assert ran.books == (8, 8, 0)
    assert sent(ran) == len(server.requests) == 8 * 7
    assert ran.store.where("group_duration", group="::g").count == 8


def test_loops_of_branches_have_items_of_their_own(bench: Any, serve: Any) -> None:
    """They wait between an item's begin and its use, while the loop beside them goes on."""
    server = serve(serving(answer()))
    loops = [
        repeat(
            think(wait, wait), call(name, path=f"/{name}/{{{{ item }}}}/{{{{ i }}}}"), over=over, item="item", index="i"
        )
        for name, wait, over in (("a", 0.01, "[1, 2, 3]"), ("b", 0.015, "[7, 8, 9]"))
    ]
    ran = bench(parallel(*loops), load=ONE, base_url=server.url).load()
    assert ran.books == (1, 1, 0)
    paths = [request.split(b" ")[1].decode() for request in server.requests]
    assert sorted(paths) == ["/a/1/0", "/a/2/1", "/a/3/2", "/b/7/0", "/b/8/1", "/b/9/2"]


@pytest.mark.parametrize(
    ("on_fail", "status", "books"),
    [("end_iteration", "done", (2, 2, 0)), ("stop_vu", "done", (1, 1, 0)), ("abort", "failed", (1, 0, 1))],
)
def test_a_branch_that_ends_the_iteration_ends_the_others(
    on_fail: Any, status: str, books: Any, bench: Any, serve: Any
) -> None:
    def first_fails(conn: Conn) -> None:
        while request := conn.request():
            if b"/bad " in request:
                until(lambda: came("slow") == came("bad"))
                conn.send(answer(b"{}", "500 Oh"))

    def came(name: str) -> int:
        return sum(f"/{name} ".encode() in request for request in server.requests)

    server = serve(first_fails)
    steps = parallel(get("slow"), think(30.0, 30.0), get("bad", on_fail=on_fail)), get("after")
    ran = bench(*steps, load=PerVuIterations(1, 2), base_url=server.url).load()
    assert ran.end.status == status
    assert ran.books == books
    assert sent(ran) == len(server.requests)
    assert ran.store.total("http_reqs_cut_off", endpoint="slow") == books[0]
    assert not any(b"/after" in request for request in server.requests)


def test_interrupting_a_user_interrupts_its_branches(bench: Any, serve: Any) -> None:
    gevent.sleep(0)
    before = open_files()
    server = serve(hang)
    inner = parallel(get("b"), think(30.0, 30.0))
    ran = bench(parallel(get("a"), inner, meet(9)), load=ConstantVus(3, 0.3, 0.0), base_url=server.url).load()
    assert ran.books == (3, 0, 3)
    assert sent(ran) == len(server.requests) == 6
    assert ran.store.total("http_reqs_cut_off") == 6
    server.close()
    until(lambda: open_files() <= before)


def test_users_that_meet_go_on_together(bench: Any, serve: Any, scripted: Any) -> None:
    """Nobody's request comes before the third user is there, and a fourth waits for others of its own."""
    server = serve(serving(answer()))
    load = scripted("0 start 0", "0.02 start 1", "0.1 start 2", "0.15 start 3")
    flow = (get("before"), meet(3, 20.0), get("met", when="steps.meet.ok"), think(30.0, 30.0))
    ran = bench(*flow, load=load, base_url=server.url).load(stop_at=0.4, grace=0.0)
    names = [request.split()[1] for request in server.requests]
    assert names.count(b"/before") == 4
    assert names.count(b"/met") == 3
    assert names.index(b"/met") >= 3
    assert ran.books == (4, 0, 4)
    assert ran.failures == []


@pytest.mark.parametrize("grace", [0.0, 60.0])
def test_waiting_for_others_ends_with_the_run(grace: float, bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    flow = (meet(5), get("a"))
    ran = bench(*flow, load=ConstantVus(2, 0.2, grace), base_url=server.url).load()
    assert ran.books == (2, 0, 2)
    assert server.requests == []


def test_those_who_can_meet_nobody_any_more_go_on_alone(bench: Any, serve: Any) -> None:
    """Seven iterations of three users: nobody is left to meet the last one. The timeout is an hour."""
    server = serve(serving(answer()))
    flow = (get("a"), meet(3, 3600.0), call("b", path="/b", when="steps.meet.ok"))
    ran = bench(*flow, load=SharedIterations(3, 7), base_url=server.url).load()
    assert ran.books == (7, 7, 0)
    assert [row["key"][1] for row in ran.failures] == ["rendezvous_timeout"]
    assert sum(b" /b " in request for request in server.requests) == 6


def test_two_places_to_meet_hold_nobody_for_ever(bench: Any) -> None:
    flow = if_(("vu == 1", (meet(2, 3600.0),)), otherwise=(meet(2, 3600.0, name="there"),))
    assert bench(flow, load=PerVuIterations(2, 1)).load().books == (2, 2, 0)


def test_whoever_waits_when_the_load_ends_is_interrupted(bench: Any, serve: Any) -> None:
    """One of two users leaves for good; the other one waits for it until the time is over, and no longer."""
    server = serve(serving(answer()))
    late = if_(("vu == 1", (think(0.4, 0.4),)))
    load = ConstantVus(2, 0.2, graceful_stop=60.0)
    ran = bench(late, if_(("vu == 2", (meet(2, 3600.0),))), get("a"), load=load, base_url=server.url).load()
    assert (ran.end.status, ran.books) == ("done", (2, 1, 1))
    assert ran.failures == []


def test_many_meet_again_and_again(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    ran = bench(meet(8), get("a"), load=PerVuIterations(8, 5), base_url=server.url).load()
    assert ran.books == (40, 40, 0)
    assert ran.failures == []


def test_a_loop_in_which_nothing_waits_holds_up_nobody(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    idle = repeat(if_(("false", (think(1.0, 1.0),))), while_="true", at_most=1_000_000)
    flow = if_(("vu == 1", (idle,)), otherwise=(get("a"),))
    ran = bench(flow, load=ConstantVus(2, 0.3, 0.0), base_url=server.url).load()
    assert ran.end.status == "done"
    assert len(server.requests) > 20
    assert ran.books[2] >= 1


def test_a_graceful_stop_lets_a_loop_end_its_iteration(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    flow = repeat(get("a"), think(0.01, 0.01), times=20)
    ran = bench(flow, load=ConstantVus(2, 0.05, 5.0), base_url=server.url).load()
    assert ran.books == (2, 2, 0)
    assert len(server.requests) == 40


AUTH = Auth("bearer", {"token": "{{ token }}"})
LOGIN = call(
    "login",
    method="POST",
    path="/api/auth/login",
    json={"email": "a@b.c"},
    captures={"token": "$.token"},
    run=ONCE,
    retry=Retry(3, delay=0.01),
)
GENERATE = call(
    "generate",
    method="POST",
    path="/api/images/m/generate",
    auth=AUTH,
    json={"prompt": "x"},
    captures={"id": "$.session_id"},
    retry=Retry(2, delay=0.005, jitter=1.0),
)
SESSION = call("session", path="/api/sessions/{{ id }}", auth=AUTH, when="steps.generate.ok")
CREDITS = call("credits", path="/api/credits", auth=AUTH)
FLOW = (
    pace(0.01, 0.02),
    LOGIN,
    if_(("defined(token)", (parallel(group("make", GENERATE, SESSION), repeat(CREDITS, times=2)),))),
    choose(Branch(2.0, (repeat(CREDITS, over="[1, 2]", item="n"),), "twice"), Branch(1.0, ())),
    meet(2, 0.05, on_fail="end_iteration"),
)


@pytest.mark.parametrize("load", [PerVuIterations(6, 4), ConstantVus(6, 0.4, 5.0), ConstantVus(6, 0.4, 0.0)])
def test_the_servers_count_is_ours(load: Any, bench: Any, mock: MockProcess) -> None:
    mock.configure(error_rate=0.3)
    ran = bench(*FLOW, load=load, base_url=mock.url).load()
    started, completed, interrupted = ran.books
    assert started == completed + interrupted > 0
    stats = mock.stats()
    for endpoint in ("login", "generate"):
        total = sum(ran.store.total(name, endpoint=endpoint) for name in ("http_reqs", "http_reqs_cut_off"))
        assert total == sum(stats[endpoint].values())
    assert ran.store.total("http_reqs", endpoint="login") == 6  # one a user
    assert {tags["group"] for tags, _ in ran.store.items("group_duration")} == {"::make", "::twice"}


def test_a_server_with_nobody_behind_it_is_asked_again(bench: Any) -> None:
    closed = ScriptedServer(hang)
    closed.close()
    ran = bench(get("a", retry=Retry(2, delay=0.01)), load=ONE, base_url=closed.url).load()
    assert ran.books == (1, 1, 0)
    assert ran.store.total("http_reqs", error="refused") == 3


def cookie(name: str, run: float = 0.0) -> Any:
    return call(f"set_{name}", path=f"/api/cookies/set?{name}=1", run=run)


SEEN = call(
    "seen",
    path="/api/cookies",
    classify=[(None, "wrong")],
    checks={"all of them": "len(json.cookies) == 3"},
)


@pytest.mark.parametrize("kept", [False, True])
def test_cookies_of_branches_are_the_users(kept: bool, bench: Any, mock: MockProcess) -> None:
    """Those of `run: once_per_vu` stay, also those that a branch got."""
    run = ONCE if kept else 0.0
    flow = (cookie("a", run), parallel(cookie("b", run), group("g", cookie("c", run))), SEEN)
    fields = {"load": PerVuIterations(2, 3), "base_url": mock.url, "metrics": metrics(wrong="counter")}
    ran = bench(*flow, **fields).load()
    assert ran.books == (6, 6, 0)
    assert ran.store.total("wrong") == 0
    assert sum(mock.stats()["set_cookies"].values()) == (6 if kept else 18)
