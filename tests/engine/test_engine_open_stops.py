"""Users that stop in an open load, and pools that have no row for a start: it is made or dropped, and never lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from support_net import answer, serving, slow
from support_open import Starts, every
from support_plan import call, pool, think

from loadspec.load import Share
from loadspec.pools import Usage
from loadspec.spec.model import ONCE, PoolDef, Scenario

Run = Callable[..., Any]


def paths(server: Any) -> list[str]:
    return [request.split(b" ")[1].decode() for request in server.requests]


def dropped(ran: Any) -> int:
    return int(ran.store.total("dropped_iterations"))


def notes(ran: Any) -> list[str]:
    return [note for snapshot in ran.snapshots for note in snapshot["notes"]] + ran.end.notes


@pytest.mark.parametrize("share", [Share(), Share(1, 2)])
def test_a_user_that_stops_leaves_its_place_to_a_fresh_one(share: Share, bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer(b"{}", "500 Oops"))] * 9)
    flow = (call("login", path="/login", run=ONCE), call(path="/{{ vu }}/{{ iteration }}", on_fail="stop_vu"))
    ran = bench(*flow, load=every(0.05, 20, max_vus=4), base_url=server.url, share=share).load()
    started, completed, interrupted = ran.books
    assert (started + dropped(ran), interrupted) == (share.count(20), 0), "a busy machine may have nobody free"
    assert bool(notes(ran)) is bool(dropped(ran))
    found = Counter(paths(server))
    assert found.pop("/login") == completed, "each is somebody new to the server"
    assert set(found.values()) == {1}, "and none of its names comes twice"
    assert len({path.split("/")[1] for path in found}) <= share.count(4) < len(found)


def test_a_fresh_user_draws_on_where_the_one_before_it_stopped(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer(b"{}", "500 Oops"))] * 20)
    pools = {**pool("mine", *range(9), pick="per_vu"), **pool("each", *range(9))}
    flow = call(path="/{{ pool.mine }}/{{ pool.each }}", on_fail="stop_vu")
    ran = bench(flow, load=every(0.1, 6, max_vus=1), base_url=server.url, pools=pools).load()
    started, completed, interrupted = ran.books
    assert (started + dropped(ran), interrupted) == (6, 0), "a busy machine may make one come while its user is busy"
    assert completed >= 2
    found = sorted(paths(server))
    assert len(set(found)) == len(found) == completed
    assert set(found) <= {f"/0/{n}" for n in range(6)}
    drawn = {name: Usage(0) for name in pools}
    for row in (row for snapshot in ran.snapshots for row in snapshot["pools"]):
        drawn[row["name"]].add(row["drawn"], row["seen"])
    assert {name: used.drawn for name, used in drawn.items()} == {"mine": completed, "each": completed}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_start_whose_user_has_no_row_is_dropped(workers: int, bench: Run, serve: Any) -> None:
    """Two of four users have a row. While they are busy each start makes another, in vain."""
    server = serve(*[slow(1.0)] * 9)
    pools = {"n": PoolDef("n", "per_vu", ("a", "b"), at_end="stop_vu")}
    load = every(0.02, 20, max_vus=4, graceful_stop=30.0)
    runs = [
        bench(call(path="/{{ pool.n }}"), load=load, base_url=server.url, pools=pools, share=Share(k, workers)).load()
        for k in range(workers)
    ]
    assert [ran.books for ran in runs] == [(2 // workers, 2 // workers, 0)] * workers
    assert sum(dropped(ran) for ran in runs) == 18
    assert sorted(paths(server)) == ["/a", "/b"]
    assert not any(note for ran in runs for note in notes(ran)), "nobody was busy but those who have a row"
    ends = [end for ran in runs for end in ran.end.pool_ends]
    said = "pool `n` is used up: no row is left of its 2"
    assert ends == [(said, False, 1)] * workers, "users, not starts"


def test_rowless_users_count_no_more_than_once_and_busy_ones_go_on(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 50)
    pools = {"n": PoolDef("n", "per_vu", (0, 1), at_end="stop_vu")}
    flow = (call(path="/{{ pool.n }}"), think(0.1, 0.1))
    ran = bench(*flow, load=every(0.02, 40, max_vus=4), base_url=server.url, pools=pools).load()
    started, completed, interrupted = ran.books
    assert interrupted == 0
    assert started + dropped(ran) == 40
    assert completed > 2
    assert len(server.requests) == completed


@pytest.mark.parametrize("at_end", ["stop_vu", "stop"])
def test_the_start_that_finds_a_pool_used_up_is_dropped(at_end: str, bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 9)
    pools = {"n": PoolDef("n", "unique", tuple(range(4)), at_end=at_end)}
    load = Starts(tuple(n / 50 for n in range(40)), duration=3600.0)
    ran = bench(call(path="/{{ pool.n }}"), load=load, base_url=server.url, pools=pools).load()
    assert (ran.end.status, ran.books, dropped(ran)) == ("done", (4, 4, 0), 1)


def test_a_used_up_pool_gives_its_scenario_the_graceful_stop(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 9)
    pools = {"n": PoolDef("n", "unique", (0, 1))}
    load = Starts((0.0, 0.0, 0.1), duration=3600.0, graceful_stop=0.1)
    scenarios = (
        Scenario("out", (call(path="/{{ pool.n }}"), think(60, 60)), load),
        Scenario("on", (think(0.5, 0.5),), Starts((0.0,), 0.1)),
    )
    ran = bench(base_url=server.url, scenarios=scenarios, pools=pools).load()
    rows = {row["name"]: row for row in ran.snapshots[-1]["scenarios"]}
    assert (rows["out"]["interrupted"], rows["on"]["completed"]) == (2, 1)
    assert 0.2 <= rows["out"]["ended"] < rows["on"]["ended"]


def test_a_used_up_pool_ends_its_scenario(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 20)
    pools = {"n": PoolDef("n", "unique", tuple(range(4)))}
    load = Starts(tuple(n / 50 for n in range(40)), duration=3600.0)
    ran = bench(call(path="/{{ pool.n }}"), load=load, base_url=server.url, pools=pools).load()
    assert (ran.end.status, ran.books) == ("done", (4, 4, 0))
    assert sorted(paths(server)) == ["/0", "/1", "/2", "/3"]
    assert notes(ran) == ["pool `n` is used up: no row is left of its 4; with that default starts no further iteration"]
