"""Iterations that start when they are due: counts to the start, who takes them, what they draw, and what is dropped."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import gevent
import pytest
from gevent import get_hub
from gevent.event import Event
from msgspec.structs import astuple, replace
from support_net import answer, serving, silent, slow
from support_open import Starts, every, replace_steps
from support_plan import call, choose, meet, pool, think

from loadspec.clock import monotonic
from loadspec.load import ConstantArrivalRate, ConstantVus, RampingArrivalRate, RateStage, Share, SharedIterations
from loadspec.plan.mix import weighted
from loadspec.pools import Usage
from loadspec.spec.model import ONCE, Branch, Capture, Scenario

Run = Callable[..., Any]


def paths(server: Any) -> list[str]:
    return [request.split(b" ")[1].decode() for request in server.requests]


def until(done: Callable[[], Any]) -> None:
    while not done():
        gevent.sleep(0)


def dropped(ran: Any) -> int:
    return int(ran.store.total("dropped_iterations"))


def notes(ran: Any) -> list[str]:
    return [note for snapshot in ran.snapshots for note in snapshot["notes"]] + ran.end.notes


# How many


@pytest.mark.parametrize(
    ("load", "starts"),
    [
        (ConstantArrivalRate(rate=Fraction(20), duration=0.2, graceful_stop=5.0), 4),
        (ConstantArrivalRate(rate=Fraction(100), duration=0.5, graceful_stop=5.0), 50),
        (RampingArrivalRate(stages=(RateStage(0.4, Fraction(100)),), graceful_stop=5.0), 20),
        (Starts(()), 0),
    ],
)
def test_each_start_is_made_once(load: Any, starts: int, bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 100)
    begin = monotonic()
    ran = bench(call(path="/{{ pool.n }}"), load=load, base_url=server.url, pools=pool("n", *range(1000))).load()
    assert monotonic() - begin >= load.duration  # k6's, too, lasts for its whole time
    assert ran.end.status == "done"
    # the n-th start of a ramp lies where the area is n: one at the very end is none
    assert ran.books[0] in ((starts,) if not isinstance(load, RampingArrivalRate) else (starts - 1, starts))
    assert ran.books[2] == dropped(ran) == 0
    assert sorted(map(int, (path[1:] for path in paths(server)))) == list(range(ran.books[0]))
    delays = ran.store.select("dispatch_delay")
    assert (delays.count if delays else 0) == ran.books[0]
    assert not delays or delays.min >= 0


def test_free_users_are_taken_again_the_last_one_first(bench: Run) -> None:
    """Starts and ends in an order that the test decides."""
    one, taken = bench(call(), load=Starts((), duration=3600.0)), []
    gates: dict[int, Event] = {}

    def step(user: Any) -> None:
        taken.append((user.seat, user.index))
        gates.setdefault(user.seat, Event()).wait()

    replace_steps(one, step)
    job = gevent.spawn(one.load)
    gevent.sleep(0)
    (crew,) = one.engine._runs

    def start(number: int) -> None:
        get_hub().loop.run_callback(crew.obey, number, monotonic())
        until(lambda: taken and taken[-1][0] == number)

    def finish(number: int) -> None:
        busy = len(crew.alive)
        gates[number].set()
        until(lambda: len(crew.alive) < busy)

    for number in range(3):
        start(number)
    for number in (1, 0, 2):
        finish(number)
    for number in range(3, 7):
        start(number)
    finish(5)
    start(7)
    assert taken == [(0, 0), (1, 1), (2, 2), (3, 2), (4, 0), (5, 1), (6, 3), (7, 1)]
    one.engine.stop(0.0)
    job.join()
    assert one.ran.books == (8, 4, 4)
    assert one.ran.store.select("vus_max").last == 4


def test_a_start_that_finds_all_busy_is_dropped(bench: Run, serve: Any) -> None:
    server = serve(*[silent] * 5)
    ran = bench(call(), load=every(0.05, 6, max_vus=2, graceful_stop=0.1), base_url=server.url).load()
    assert ran.books == (2, 0, 2)
    assert dropped(ran) == 4
    (note,) = notes(ran)
    assert note.startswith("insufficient VUs: none of the 2 users of default was free")
    assert "raise max_vus" in note
    assert len(server.requests) == 2


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_workers_say_the_same_of_too_few_users(workers: int, bench: Run, serve: Any) -> None:
    load = Starts((0.0,) * 12, max_vus=5, duration=0.1, graceful_stop=0.1)
    said = []
    for k in range(workers):
        said += notes(bench(think(9, 9), load=load, share=Share(k, workers)).load())
    (note,) = set(said)
    share = "a worker's share of " if workers > 1 else ""
    assert note.startswith(f"insufficient VUs: none of {share}the 5 users of default was free")


def test_users_made_before_the_load(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 5)
    load = Starts((0.0,), duration=0.1, max_vus=5, pre_allocated_vus=4)
    ran = bench(call(path="/{{ vu }}"), load=load, base_url=server.url).load()
    assert ran.books == (1, 1, 0)
    assert ran.store.select("vus_max").last == 4
    assert paths(server) == ["/4"]


# What comes late: here because the load was to begin a while ago


def begun(one: Any, seconds: float) -> Any:
    one.ran.end = one.engine.load({}, monotonic() - seconds)
    return one.ran


def test_late_starts_are_caught_up_and_count_from_when_they_were_due(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 200)
    ran = begun(bench(call(), load=every(0.01, 50, max_vus=100), base_url=server.url), 0.3)
    assert ran.books == (50, 50, 0)
    assert dropped(ran) == 0
    delays = ran.store.select("dispatch_delay")
    assert delays.count == 50
    assert delays.max >= 300
    assert delays.sum >= sum(300 - 10 * n for n in range(30))
    latency = ran.store.select("scheduled_latency")
    assert latency.count == 50
    assert latency.max >= delays.max
    assert latency.sum >= delays.sum + ran.store.select("http_req_duration").sum - 1e-6  # of one request each


def test_starts_are_caught_up_after_the_time_of_the_load_too(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 200)
    ran = begun(bench(call(), load=every(0.001, 150, max_vus=150, graceful_stop=30.0), base_url=server.url), 0.5)
    assert ran.books == (150, 150, 0)
    assert ran.store.select("dispatch_delay").min >= 350


def test_starts_that_have_not_begun_when_the_last_ones_are_interrupted_are_dropped(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 200)
    ran = begun(bench(call(), load=every(0.001, 150, max_vus=150, graceful_stop=0.1), base_url=server.url), 0.5)
    assert ran.books == (0, 0, 0)
    assert dropped(ran) == 150
    (note,) = notes(ran)
    assert note.startswith("this machine was so far behind")


def test_a_start_at_the_very_end_is_made_and_interrupted(bench: Run, serve: Any) -> None:
    """The last row of a trace, where nothing may finish."""
    ran = bench(think(9.0, 9.0), load=Starts((0.0, 0.1), duration=math.nextafter(0.1, 1.0), graceful_stop=0.0)).load()
    assert ran.books == (2, 0, 2)
    assert dropped(ran) == 0


# How it ends


def test_the_graceful_stop_lets_iterations_finish(bench: Run, serve: Any) -> None:
    ran = bench(call(), load=Starts((0.0,), duration=0.1), base_url=serve(slow(0.3)).url).load()
    assert (ran.end.status, ran.books) == ("done", (1, 1, 0))


def test_after_it_they_are_interrupted(bench: Run, serve: Any) -> None:
    load = Starts((0.0, 0.05), duration=0.1, graceful_stop=0.1)
    begin = monotonic()
    ran = bench(call(), load=load, base_url=serve(*[silent] * 5).url).load()
    assert monotonic() - begin >= 0.2
    assert (ran.end.status, ran.books) == ("done", (2, 0, 2))
    assert ran.store.total("http_reqs_cut_off") == 2


@pytest.mark.parametrize(("grace", "books"), [(0.0, (3, 0, 3)), (5.0, (3, 3, 0))])
def test_a_stop_starts_nothing_more(grace: float, books: Any, bench: Run, serve: Any) -> None:
    server = serve(*[slow(0.4)] * 9)
    load = Starts((0.0, 0.0, 0.1, 1800.0), duration=3600.0, max_vus=3)
    ran = bench(call(), load=load, base_url=server.url).load(stop_at=0.2, grace=grace)
    assert ran.end.status == "stopped"
    assert ran.books == books
    assert dropped(ran) == 0  # what was not due yet was not planned yet


def test_a_stop_while_nobody_is_busy(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 9)
    load = Starts((0.0, 0.0, 900.0), duration=3600.0, pre_allocated_vus=4)
    ran = bench(call(), load=load, base_url=server.url).load(stop_at=0.2, grace=3600.0)
    assert (ran.end.status, ran.books) == ("stopped", (2, 2, 0))


def test_stopped_before_it_began(bench: Run) -> None:
    one = bench(call(), load=every(0.01, 100))
    one.engine.stop(0.0)
    ran = one.load()
    assert (ran.end.status, ran.books) == ("stopped", (0, 0, 0))


def test_an_abort_ends_it(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer(b"{}", "500 Oops"))] * 9)
    flow = (think(0.1, 0.1), call(when="vu == 2", on_fail="abort"), think(60, 60))
    load = Starts((0.0, 0.01, 0.02), duration=3600.0)
    ran = bench(*flow, load=load, base_url=server.url).load()
    assert (ran.end.status, ran.end.reason) == ("failed", "one failed: status 500")
    assert ran.books == (3, 0, 3)


def test_a_bug_in_a_step_ends_it_with_its_trace(bench: Run, serve: Any) -> None:
    one = bench(call(), load=every(0.05, 5), base_url=serve(serving(answer())).url)

    def buggy(user: Any) -> None:
        raise ZeroDivisionError("a bug of ours")

    replace_steps(one, buggy)
    ran = one.load()
    assert ran.end.status == "crashed"
    assert "ZeroDivisionError: a bug of ours" in ran.end.reason


def test_users_that_wait_for_others_are_let_go_at_the_end(bench: Run, serve: Any) -> None:
    ran = bench(meet(3, 60.0), load=Starts((0.0, 0.0, 0.0, 0.1, 0.1), duration=0.3)).load()
    assert ran.books == (5, 3, 2)


def test_one_after_another(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 20)
    scenarios = (
        Scenario("later", (call(path="/closed"),), SharedIterations(1, 2), after="first"),
        Scenario("first", (call(path="/open"),), every(0.02, 5)),
        Scenario("third", (call(path="/third"),), every(0.02, 2), after="later"),
    )
    ran = bench(base_url=server.url, scenarios=scenarios).load()
    rows = {row["name"]: row for row in ran.snapshots[-1]["scenarios"]}
    assert rows["first"]["began"] == 0
    assert rows["later"]["began"] >= rows["first"]["ended"] >= 0.1
    assert rows["third"]["began"] >= rows["later"]["ended"]
    assert Counter(paths(server)) == {"/open": 5, "/closed": 2, "/third": 2}


# What it draws


def test_start_i_draws_row_i_whoever_takes_it(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 20)
    scenarios = (
        Scenario("closed", (call(path="/c/{{ pool.n }}"),), SharedIterations(2, 2)),
        Scenario("open", (call(path="/o/{{ pool.n }}/{{ draw('n') }}"),), every(0.02, 10)),
    )
    ran = bench(base_url=server.url, scenarios=scenarios, pools=pool("n", *range(100))).load()
    assert ran.books[1] == 12
    rows = sorted(path for path in paths(server) if path.startswith("/o"))
    # two users of the closed load come first; then start i has seat 2 + i, and its second draw lies a round of 12 on
    assert rows == sorted(f"/o/{2 + i}/{2 + i + 12}" for i in range(10))
    drawn = Usage(0)
    for snapshot in ran.snapshots:
        for row in snapshot["pools"]:
            drawn.add(row["drawn"], row["seen"])
    assert drawn.drawn == 22


def test_per_vu_rows_are_the_users(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 20)
    pools = pool("n", *range(10), pick="per_vu")
    ran = bench(call(path="/{{ vu }}/{{ pool.n }}"), load=every(0.02, 6), base_url=server.url, pools=pools).load()
    assert ran.books[1] == 6
    assert all(int(vu) == int(row) + 1 for _, vu, row in (path.split("/") for path in paths(server)))


def test_shares_start_and_draw_what_one_worker_does(bench: Run, serve: Any) -> None:
    pick = {"got": Capture("got", "jsonpath", "$[*]", pick="random")}
    each = "/{{ pool.s }}/{{ pool.r }}/{{ draw('r') }}/{{ pool.z }}/{{ pool.u }}/{{ random_int(0, 999) }}/{{ got }}"
    flow = (
        call("get", path="/get", captures=pick),
        call(path=each),
        choose(Branch(1.0, (call("x", path="/x/{{ pool.u }}"),)), Branch(1.0, (call("y", path="/y/{{ pool.u }}"),))),
    )
    pools = {
        **pool("s", *range(90), pick="shuffle"),
        **pool("r", *range(1000), pick="random"),
        **pool("z", *range(90), pick="zipf"),
        **pool("u", *range(90), pick="unique"),
    }
    load = every(0.01, 30, max_vus=90)
    scenarios = [Scenario(name, flow, load, weight) for name, weight in (("a", 3.0), ("b", 1.0))]
    draw = weighted([3.0, 1.0], 1)
    seen = []
    for workers in (1, 2, 3):
        server = serve(*[serving(answer(b"[1,2,3,4,5,6,7,8,9]"))] * 90)
        started: Counter[str] = Counter()
        for k in range(workers):
            ran = bench(base_url=server.url, scenarios=scenarios, pools=pools, share=Share(k, workers)).load()
            started.update({row["name"]: row["started"] for row in ran.snapshots[-1]["scenarios"]})
            assert (ran.books[2], dropped(ran)) == (0, 0)
        assert started == Counter("ab"[draw(0, n)] for n in range(30))
        seen.append(sorted(path for path in paths(server) if path != "/get"))
    assert len(seen[0]) == 60
    assert {path.split("/")[5] for path in seen[0] if path[1] not in "xy"} == {str(n) for n in range(30)}
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize(("max_vus", "workers"), [(1, 3), (2, 3), (7, 3)])
def test_shares_have_as_many_users_as_one_worker(max_vus: int, workers: int, bench: Run, serve: Any) -> None:
    server = serve(*[slow(0.5)] * 30)
    load = Starts((0.0,) * 12, max_vus=max_vus, duration=0.1)
    shares = [Share(k, workers) for k in range(workers)]
    runs = [bench(call(path="/{{ vu }}"), load=load, base_url=server.url, share=share) for share in shares]
    jobs = [gevent.spawn(one.load) for one in runs]
    gevent.joinall(jobs)
    assert sum(one.ran.books[0] for one in runs) == max_vus
    assert sum(dropped(one.ran) for one in runs) == 12 - max_vus
    assert sorted(paths(server)) == sorted(f"/{u + 1}" for u in range(max_vus))


def test_what_lasts_is_the_users(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 9)
    flow = (call("login", path="/login", run=ONCE), call(path="/{{ vu }}"))
    ran = bench(*flow, load=every(0.03, 6), base_url=server.url).load()
    assert ran.books == (6, 6, 0)
    users = {path for path in paths(server) if path != "/login"}
    assert Counter(paths(server))["/login"] == len(users)


# The shortest time of an iteration


def padded(one: Any, seconds: float) -> Any:
    scenarios = [replace(scenario, min_iteration_duration=seconds) for scenario in one.plan.scenarios]
    one.engine._plan = replace(one.plan, scenarios=tuple(scenarios))
    return one


def test_a_short_iteration_is_padded_and_its_duration_is_not(bench: Run, serve: Any) -> None:
    server = serve(serving(answer()))
    begin = monotonic()
    ran = padded(bench(call(), load=SharedIterations(1, 3), base_url=server.url), 0.15).load()
    assert monotonic() - begin >= 0.45
    assert ran.books == (3, 3, 0)
    assert ran.store.select("iteration_duration").min < 150


def test_the_end_of_a_load_does_not_wait_for_padding(bench: Run, serve: Any) -> None:
    server = serve(serving(answer()))
    ran = padded(bench(call(), load=ConstantVus(2, 0.2, 3600.0), base_url=server.url), 3600.0).load()
    assert (ran.end.status, ran.books) == ("done", (2, 2, 0))


def test_a_user_that_pads_is_not_free(bench: Run, serve: Any) -> None:
    server = serve(serving(answer()))
    load = Starts((0.0, 0.1, 0.2), duration=0.3, max_vus=1, graceful_stop=3600.0)
    ran = padded(bench(call(), load=load, base_url=server.url), 3600.0).load()
    assert ran.books == (1, 1, 0)
    assert dropped(ran) == 2


def test_a_user_taken_back_while_it_pads_goes_on(bench: Run, serve: Any, scripted: Any) -> None:
    server = serve(*[serving(answer())] * 3)
    load = scripted("0 start 0", "0.5 retire 0", "0.5 start 0", "0.6 retire 0", "9 kill 0")
    ran = padded(bench(call(path="/{{ iteration }}"), load=load, base_url=server.url), 3600.0).load()
    assert ran.books == (2, 2, 0)
    assert paths(server) == ["/0", "/1"]


# What was due


def test_starts_that_are_late_were_due_all_the_same(bench: Run) -> None:
    bench = bench(think(0.01, 0.01), load=every(0.1, 10, max_vus=2))
    (run,) = bench.engine._crews({})
    assert astuple(run.take_starts(0.05)) == (0, 0, 0), "its time has not begun"
    run.begin(1.0, 0.0)
    events = run.events()
    assert next(events) == (0.0, 0)
    assert astuple(run.take_starts(1.25)) == (3, 0, 0)
    assert [next(events) for _ in range(3)] == [(0.1, 1), (0.2, 2), (pytest.approx(0.3), 3)], "none is lost by looking"
    assert astuple(run.take_starts(1.25)) == (0, 0, 0)
    assert astuple(run.take_starts(9.0)) == (7, 0, 0)
    assert [number for _, number in events] == [4, 5, 6, 7, 8, 9, -1, -2]
    run.stop()
    assert astuple(run.take_starts(9.5)) == (0, 0, 0)


@pytest.mark.parametrize("share", [Share(), Share(1, 3)])
def test_a_look_each_second_counts_every_start_once(share: Share, bench: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadspec.engine.engine._TICK", 0.03)
    ran = bench(think(0.1, 0.1), load=every(0.01, 40, max_vus=3), share=share).load()
    records = [snapshot["health"] for snapshot in ran.snapshots]
    due, made, lost = (sum(record[name] for record in records) for name in ("due", "made", "dropped"))
    assert due == share.count(40) == made + lost
    assert (made, lost) == (ran.books[0], dropped(ran))
    assert lost > 0
    assert all(0 <= record["users_free"] <= share.count(3) for record in records)
