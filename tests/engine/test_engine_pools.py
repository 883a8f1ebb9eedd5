"""Pools under load: rows that end, and what the snapshots say of what was drawn."""

from __future__ import annotations

from typing import Any

import pytest
from support_net import answer, serving
from support_plan import call, group, parallel, think

from loadspec.load import ConstantVus, SharedIterations
from loadspec.pools import Usage
from loadspec.pools.usage import used_up
from loadspec.spec.model import ONCE, PoolDef
from loadspec.spec.model.pools import Bust


def numbers(count: int, pick: str = "unique", at_end: str | None = None) -> dict[str, PoolDef]:
    return {"numbers": PoolDef("numbers", pick, tuple(range(count)), at_end=at_end)}


def usage(ran: Any) -> Usage:
    found = Usage(0)
    for snapshot in ran.snapshots:
        for row in snapshot["pools"]:
            assert row["name"] == "numbers"
            found.add(row["drawn"], row["seen"])
    return found


def notes(ran: Any) -> list[str]:
    return [used_up(*row) for row in ran.end.pool_ends]


@pytest.mark.parametrize(
    ("users", "at_end", "end"),
    [
        (2, None, "2 users stopped there"),
        (1, "stop", "with that the load ended"),
    ],
)
def test_a_used_up_pool_ends_the_load_before_its_time(
    bench: Any, serve: Any, users: int, at_end: str | None, end: str
) -> None:
    server = serve(serving(answer()))
    load, pools = ConstantVus(users, 60.0), numbers(5, at_end=at_end)
    ran = bench(call(path="/{{ pool.numbers }}"), load=load, base_url=server.url, pools=pools).load()
    note = f"pool `numbers` is used up: no row is left of its 5; {end}"
    assert (ran.end.status, ran.end.reason, notes(ran)) == ("done", "", [note])
    assert sorted(int(r.split(b" ")[1][1:]) for r in server.requests) == [0, 1, 2, 3, 4]
    assert ran.books == (5, 5, 0)
    drawn = usage(ran)
    assert (drawn.drawn, drawn.distinct, drawn.repeated) == (5, 5, 0)


def test_stop_ends_the_load_of_those_who_have_rows_too(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    pools = numbers(2, pick="per_vu", at_end="stop")
    ran = bench(call(path="/{{ pool.numbers }}"), load=ConstantVus(3, 60.0), base_url=server.url, pools=pools).load()
    assert (ran.end.status, len(notes(ran))) == ("done", 1)
    assert ran.books[2] == 0


def test_a_used_up_pool_can_be_an_error(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    pools = numbers(3, pick="sequential", at_end="error")
    ran = bench(call(path="/{{ pool.numbers }}"), load=ConstantVus(1, 60.0), base_url=server.url, pools=pools).load()
    assert (ran.end.status, notes(ran)) == ("failed", [])
    assert ran.end.reason == "pool `numbers` is used up: no row is left of its 3"
    assert len(server.requests) == 3


def test_an_iteration_that_sent_something_is_interrupted(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    flow = (call(path="/first"), call(name="second", path="/{{ pool.numbers }}"))
    ran = bench(*flow, load=ConstantVus(1, 60.0), base_url=server.url, pools=numbers(2)).load()
    assert ran.books == (3, 2, 1)
    assert usage(ran).drawn == 2


def test_what_an_earlier_iteration_sent_is_none_of_this_one(bench: Any, serve: Any) -> None:
    """A login that lasts is put back into an iteration that then finds no row: it sent nothing, and never began."""
    server = serve(serving(answer()))
    flow = (call("login", path="/login", run=ONCE), group("g", call(path="/{{ pool.numbers }}")))
    ran = bench(*flow, load=ConstantVus(2, 60.0), base_url=server.url, pools=numbers(6)).load()
    assert ran.books == (6, 6, 0)
    assert ran.store.where("group_duration", group="::g").count == 6


def test_what_a_branch_sent_began_the_iteration(bench: Any, serve: Any) -> None:
    """While one branch is under way, another one finds no row."""
    server = serve(serving(answer()))
    flow = parallel(call("a", path="/a"), call(path="/{{ pool.numbers }}"))
    ran = bench(flow, load=ConstantVus(1, 60.0), base_url=server.url, pools=numbers(2)).load()
    assert len(server.requests) <= 5
    assert ran.books == (3, 2, 1)


def test_stop_gives_the_others_the_graceful_stop(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    pools = numbers(2, pick="per_vu", at_end="stop")
    load = ConstantVus(3, 60.0, graceful_stop=0.1)
    ran = bench(call(path="/{{ pool.numbers }}"), think(50.0, 50.0), load=load, base_url=server.url, pools=pools).load()
    assert (ran.end.status, ran.books) == ("done", (2, 0, 2))


def test_users_beyond_the_last_row_stop_and_the_others_go_on(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    pools = numbers(2, pick="per_vu", at_end="stop_vu")
    load = ConstantVus(3, 0.3)
    ran = bench(call(path="/{{ pool.numbers }}"), think(0.1, 0.1), load=load, base_url=server.url, pools=pools).load()
    assert notes(ran) == ["pool `numbers` is used up: no row is left of its 2; 1 user stopped there"]
    assert {r.split(b" ")[1] for r in server.requests} == {b"/0", b"/1"}
    drawn = usage(ran)
    assert (drawn.drawn, drawn.distinct) == (len(server.requests), 2)
    assert drawn.repeated == drawn.drawn - 2 > 0


def test_a_budget_that_the_rows_do_not_fill_is_dropped(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    load = SharedIterations(vus=2, iterations=10, max_duration=60.0)
    ran = bench(call(path="/{{ pool.numbers }}"), load=load, base_url=server.url, pools=numbers(4)).load()
    assert ran.books == (4, 4, 0)
    assert ran.store.total("dropped_iterations") == 6


@pytest.mark.parametrize(
    ("once", "users", "rows", "of_setup", "of_load"),
    [
        ("{{ pool.numbers }}", 1, 5, [0], [2, 3, 4]),  # one row for each of setup and teardown
        ("{{ draw('numbers') }}", 2, 8, [0], [4, 5, 6, 7]),  # as many as a user has, of which one is used
        ("{{ draw('numbers') }}{{ '' if false else draw('numbers') }}", 1, 9, ["01"], [6, 7, 8]),
    ],
)
def test_setup_and_teardown_have_rows_of_their_own(
    once: str, users: int, rows: int, of_setup: Any, of_load: list[int], bench: Any, serve: Any
) -> None:
    server = serve(serving(answer()))
    one = bench(
        call(path="/{{ pool.numbers }}"),
        load=ConstantVus(users, 60.0),
        base_url=server.url,
        pools=numbers(rows),
        setup=(call(path=f"/{once}"),),
        teardown=(call(path=f"/{once}"),),
    )
    assert one.engine.setup().status == "done"
    one.load()
    assert one.engine.teardown({}).status == "done"
    paths = [request.split(b" ")[1][1:].decode() for request in server.requests]
    assert (paths[0], sorted(map(int, paths[1:-1]))) == (str(of_setup[0]), of_load)
    assert paths[-1] not in paths[:-1]
    assert usage(one.ran).drawn == usage(one.ran).distinct == len(of_load)  # what the two drew is left out


def test_marks_of_setup_are_its_own(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    pools = {"numbers": PoolDef("numbers", "random", ("a", "b"), bust=Bust())}
    steps = tuple(call(path="/{{ pool.numbers }}") for _ in range(1))
    one = bench(*steps, load=SharedIterations(1, 3), base_url=server.url, pools=pools, setup=steps, teardown=steps)
    assert one.engine.setup().status == one.load().end.status == one.engine.teardown({}).status == "done"
    marks = [request.split(b" ")[1].partition(b"%20")[0] for request in server.requests]
    assert len(set(marks)) == len(marks) == 5


def test_setup_that_finds_no_row_fails_with_the_reason(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    steps = tuple(call(name=f"s{n}", path="/{{ draw('numbers') }}") for n in range(3))
    end = bench(call(), base_url=server.url, pools=numbers(2), setup=steps).engine.setup()
    assert (end.status, end.reason) == ("failed", "pool `numbers` is used up: no row is left of its 2")
