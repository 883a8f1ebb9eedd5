"""Commands are obeyed to the letter on the real loop; the books balance. Short runs, no upper bound on any time."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import gevent
import pytest
from support_net import answer, once, serving, silent, slow
from support_plan import call, poll, think

from loadspec.clock import monotonic
from loadspec.load import ConstantVus, PerVuIterations, RampingVus, SharedIterations, Stage

USER = {"path": "/{{ vu }}/{{ iteration }}"}


def visits(server: Any) -> Counter[str]:
    """Requests by user, from paths as USER makes them."""
    return Counter(request.split(b"/")[1].decode() for request in server.requests)


@pytest.mark.parametrize(("vus", "iterations"), [(1, 1), (3, 10), (5, 2)])
def test_shared_iterations(vus: int, iterations: int, bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    ran = bench(call(**USER), load=SharedIterations(vus, iterations), base_url=server.url).load()
    assert ran.end.status == "done"
    assert ran.books == (iterations, iterations, 0)
    assert len(server.requests) == iterations
    assert ran.store.total("http_reqs") == iterations
    assert ran.store.total("dropped_iterations") == 0


def test_per_vu_iterations(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    ran = bench(call(**USER), load=PerVuIterations(3, 4), base_url=server.url).load()
    assert ran.books == (12, 12, 0)
    assert visits(server) == {"1": 4, "2": 4, "3": 4}
    assert {r.split(b" ")[1] for r in server.requests} == {b"/%d/%d" % (v, i) for v in (1, 2, 3) for i in range(4)}
    assert server.connections == 3


@pytest.mark.parametrize(
    ("load", "planned"),
    [(SharedIterations(2, 100, 0.2, 5.0), 100), (PerVuIterations(2, 50, 0.2, 5.0), 100)],
)
def test_iterations_that_time_did_not_allow_are_dropped(load: Any, planned: int, bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    ran = bench(call(), think(0.05, 0.05), load=load, base_url=server.url).load()
    started, completed, interrupted = ran.books
    assert interrupted == 0
    assert 0 < started < planned
    assert ran.store.total("dropped_iterations") == planned - started
    assert len(server.requests) == completed


def test_constant_vus(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    begin = monotonic()
    ran = bench(call(**USER), think(0.02, 0.02), load=ConstantVus(3, 0.3, 5.0), base_url=server.url).load()
    assert monotonic() - begin >= 0.3
    assert set(visits(server)) == {"1", "2", "3"}
    started, _, interrupted = ran.books
    assert interrupted == 0
    assert len(server.requests) == started == ran.store.total("http_reqs")
    assert ran.store.select("vus_max").last == 3
    assert ran.store.select("dispatch_delay").count == 3
    assert ran.store.select("http_req_failed").to_wire() == [0, started]


def test_ramping_vus(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    load = RampingVus((Stage(0.2, 4), Stage(0.1, 4), Stage(0.2, 1)), start_vus=0, graceful_ramp_down=5.0)
    ran = bench(call(**USER), think(0.02, 0.02), load=load, base_url=server.url).load()
    seen = visits(server)
    assert set(seen) == {"1", "2", "3", "4"}
    assert seen["1"] > seen["4"] > 0
    assert ran.books[2] == 0
    firsts = [r.split(b" ")[1] for r in server.requests if r.split(b" ")[1].endswith(b"/0")]
    assert firsts == [b"/1/0", b"/2/0", b"/3/0", b"/4/0"]


@pytest.mark.parametrize("load", [RampingVus((Stage(0.1, 0),), start_vus=0), RampingVus((), start_vus=0)])
def test_a_load_without_users_ends(load: Any, bench: Any) -> None:
    ran = bench(call(), load=load).load()
    assert ran.end.status == "done"
    assert ran.books == (0, 0, 0)


def test_the_graceful_stop_lets_iterations_finish(bench: Any, serve: Any) -> None:
    server = serve(slow(0.3))
    ran = bench(call(), load=ConstantVus(2, 0.1, 10.0), base_url=server.url).load()
    assert ran.books == (2, 2, 0)
    assert ran.store.total("http_reqs_cut_off") == 0


def test_after_it_they_are_interrupted_and_what_was_sent_is_counted(bench: Any, serve: Any) -> None:
    server = serve(silent)
    begin = monotonic()
    ran = bench(call(), load=ConstantVus(3, 0.1, 0.1), base_url=server.url).load()
    assert monotonic() - begin >= 0.2
    assert ran.end.status == "done"
    assert ran.books == (3, 0, 3)
    assert ran.store.total("http_reqs") == 0
    assert ran.store.total("http_reqs_cut_off") == 3 == len(server.requests)


def test_a_user_started_again_while_it_retires_goes_on(bench: Any, serve: Any, scripted: Any) -> None:
    server = serve(slow(0.3))
    load = scripted("0 start 0", "0.05 retire 0", "0.1 start 0", "0.5 retire 0", "9 kill 0")
    ran = bench(call(**USER), load=load, base_url=server.url).load()
    assert [r.split(b" ")[1] for r in server.requests] == [b"/1/0", b"/1/1"]
    assert server.connections == 1
    assert ran.books == (2, 2, 0)
    assert ran.store.select("dispatch_delay").count == 1


def test_a_user_started_again_after_it_retired_counts_on(bench: Any, serve: Any, scripted: Any) -> None:
    server = serve(slow(0.05))
    load = scripted("0 start 0", "0.01 retire 0", "0.3 start 0", "0.31 retire 0", "9 kill 0")
    ran = bench(call(**USER), load=load, base_url=server.url).load()
    assert [r.split(b" ")[1] for r in server.requests] == [b"/1/0", b"/1/1"]
    assert server.connections == 2
    assert ran.books == (2, 2, 0)


def test_killed_and_started_in_one_go(bench: Any, serve: Any, scripted: Any) -> None:
    """A late loop obeys both commands before the interrupt arrives: the start must not be lost."""
    server = serve(silent, serving(answer()))
    load = scripted("0 start 0", "0.05 retire 0", "0.1 kill 0", "0.1 start 0", "0.3 retire 0", "9 kill 0")
    ran = bench(call(**USER), think(0.02, 0.02), load=load, base_url=server.url).load()
    started, completed, interrupted = ran.books
    assert interrupted == 1
    assert completed == started - 1 > 0
    assert server.connections == 2
    assert ran.store.total("http_reqs_cut_off") == 1


def test_retire_and_kill_of_nobody_do_nothing(bench: Any, serve: Any, scripted: Any) -> None:
    server = serve(serving(answer()))
    load = scripted("0 retire 5", "0 kill 5", "0 start 0", "0.05 retire 0", "0.2 kill 0")
    ran = bench(call(), think(0.01, 0.01), load=load, base_url=server.url).load()
    assert ran.books[2] == 0


@pytest.mark.parametrize("closing", [once(answer()), once(answer(b"{}", "200 OK", "Connection: close"))])
def test_servers_that_close_while_users_think_and_poll_do_no_harm(closing: Any, bench: Any, serve: Any) -> None:
    server = serve(closing)
    ran = bench(
        call("post", method="POST"),
        think(0.3, 0.3),  # much more than a server's thread needs to close
        poll(method="POST", every=0.6, until="false", poll_timeout=1.0),
        think(0.3, 0.3),
        load=PerVuIterations(5, 2),
        base_url=server.url,
    ).load()
    assert ran.books == (10, 10, 0)
    assert ran.store.total("http_reqs") == len(server.requests) == server.connections
    assert ran.store.select("http_req_failed").passes == 0
    assert ran.store.total("http_req_retries") == 0


def test_a_flow_that_never_waits_does_not_starve_the_loop(bench: Any) -> None:
    turns = 0

    def other() -> None:
        nonlocal turns
        while True:
            gevent.sleep(0.01)
            turns += 1

    helper = gevent.spawn(other)
    ran = bench(call(when="false"), load=ConstantVus(3, 0.3, 0.0)).load()
    helper.kill()
    assert turns >= 3
    assert ran.end.status == "done"
    assert ran.books[0] > 3
    assert ran.store.select("http_reqs") is None


def test_a_server_that_is_not_there_does_not_starve_the_loop(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    server.close()
    ran = bench(call(), load=ConstantVus(3, 0.3, 0.0), base_url=server.url).load()
    assert ran.end.status == "done"
    _, completed, interrupted = ran.books
    assert completed > 3
    reqs = ran.store.total("http_reqs", error="refused", error_phase="connect")
    assert completed <= reqs <= completed + interrupted
    assert ran.store.select("http_req_duration") is None
    assert [failure["key"] for failure in ran.failures[:1]] == [["one", "refused", "connect", 0]]


def test_a_run_has_several_snapshots_and_they_add_up(bench: Any, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadspec.engine.engine._TICK", 0.05)
    server = serve(serving(answer()))
    ran = bench(call(), think(0.01, 0.01), load=ConstantVus(2, 0.3, 5.0), base_url=server.url).load()
    assert len(ran.snapshots) >= 4
    times = [snapshot["t"] for snapshot in ran.snapshots]
    assert times == sorted(times)
    assert all(snapshot["health"]["lag_ms"] >= 0 for snapshot in ran.snapshots)
    assert ran.snapshots[-1]["health"]["peak_rss_bytes"] > 1_000_000
    assert {snapshot["users"] for snapshot in ran.snapshots} == {0, 2}
    assert ran.store.total("http_reqs") == len(server.requests)


def test_a_busy_turn_of_the_loop_shortens_no_sleep(bench: Any) -> None:
    """The loop's own clock stands still while it works; a think time counts from when it begins."""
    slept: list[float] = []
    one = bench(think(0.01, 0.01), think(0.1, 0.1), load=PerVuIterations(1, 1))
    sleep = one.engine._host.sleep

    def late(user: Any, seconds: float) -> None:
        time.sleep(0.08)
        begin = monotonic()
        sleep(user, seconds)
        slept.append(monotonic() - begin)

    one.engine._host.sleep = late
    one.load()
    assert slept[1] >= 0.099
