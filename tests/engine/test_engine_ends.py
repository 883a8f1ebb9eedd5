"""How a run ends before its time: stopped, aborted, crashed; and setup and teardown around it."""

from __future__ import annotations

from typing import Any

import gevent
import pytest
from msgspec.structs import replace
from support_net import answer, serving, silent
from support_plan import call, think

from loadspec.clock import monotonic
from loadspec.load import ConstantVus, PerVuIterations
from loadspec.plan import Flow


def test_stop_lets_what_is_in_flight_finish(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    ran = bench(call(), think(0.2, 0.2), load=ConstantVus(3, 60.0), base_url=server.url).load(stop_at=0.1, grace=30.0)
    assert (ran.end.status, ran.end.reason) == ("stopped", "")
    assert ran.books == (3, 3, 0)


def test_stop_interrupts_after_its_grace(bench: Any, serve: Any) -> None:
    server = serve(silent)
    begin = monotonic()
    ran = bench(call(), load=ConstantVus(3, 60.0), base_url=server.url).load(stop_at=0.1, grace=0.2)
    assert monotonic() - begin >= 0.3
    assert ran.end.status == "stopped"
    assert ran.books == (3, 0, 3)
    assert ran.store.total("http_reqs_cut_off") == 3


def test_a_second_stop_shortens_the_grace(bench: Any, serve: Any) -> None:
    one = bench(call(), load=ConstantVus(2, 60.0), base_url=serve(silent).url)
    gevent.spawn_later(0.1, one.engine.stop, 3600.0)
    gevent.spawn_later(0.2, one.engine.stop, 0.0)
    gevent.spawn_later(0.3, one.engine.stop, 3600.0)  # and a third does not lengthen it
    ran = one.load()
    assert ran.books == (2, 0, 2)


def test_stop_starts_nobody_any_more(bench: Any, serve: Any, scripted: Any) -> None:
    server = serve(serving(answer()))
    load = scripted("0 start 0", "0.3 start 1", "5 retire 0", "5 retire 1", "6 kill 0", "6 kill 1")
    ran = bench(call(path="/{{ vu }}"), think(0.4, 0.4), load=load, base_url=server.url).load(stop_at=0.1, grace=30.0)
    assert ran.books == (1, 1, 0)
    assert [r.split(b" ")[1] for r in server.requests] == [b"/1"]


def test_stopped_before_it_began(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    one = bench(call(), load=ConstantVus(2, 60.0), base_url=server.url)
    one.engine.stop(0.0)
    ran = one.load()
    assert ran.end.status == "stopped"
    assert ran.books[1] == 0
    assert server.requests == []


@pytest.mark.parametrize(("grace", "sent"), [(0.0, 0), (0.2, 1)])
@pytest.mark.parametrize("phase", ["setup", "teardown"])
def test_setup_and_teardown_stopped_before_they_began(
    bench: Any, serve: Any, phase: str, grace: float, sent: int
) -> None:
    server = serve(serving(answer()))
    steps = (call("login"), think(60, 60))
    one = bench(call(), base_url=server.url, **{phase: steps})
    one.engine.stop(grace, phase)
    end = one.engine.setup() if phase == "setup" else one.engine.teardown({})
    assert end.status == "stopped"
    assert len(server.requests) == sent


def test_a_stop_of_the_load_leaves_teardown_its_time(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    one = bench(
        think(60, 60), load=ConstantVus(1, 60.0), base_url=server.url, teardown=(think(0.05, 0.05), call("logout"))
    )
    assert one.load(stop_at=0.01, grace=0.0).end.status == "stopped"
    assert one.engine.teardown({}).status == "done"
    assert len(server.requests) == 1


def test_abort_ends_the_run_for_all(bench: Any, serve: Any) -> None:
    server = serve(serving(answer(b"{}", "500 Oops")))
    ran = bench(
        think(0.1, 0.1),
        call(when="vu == 2", on_fail="abort"),
        think(60, 60),
        load=ConstantVus(3, 60.0),
        base_url=server.url,
    ).load()
    assert (ran.end.status, ran.end.reason) == ("failed", "one failed: status 500")
    assert ran.books == (3, 0, 3)
    assert len(server.requests) == 1


def test_an_abort_after_a_stop_is_an_abort(bench: Any, serve: Any) -> None:
    server = serve(serving(answer(b"{}", "500 Oops")))
    one = bench(think(0.2, 0.2), call(on_fail="abort"), load=ConstantVus(1, 60.0), base_url=server.url)
    assert one.load(stop_at=0.05, grace=30.0).end.status == "failed"


def test_end_iteration_completes_it(bench: Any, serve: Any) -> None:
    server = serve(serving(answer(b"{}", "500 Oops")))
    ran = bench(call(on_fail="end_iteration"), call("two"), load=PerVuIterations(2, 3), base_url=server.url).load()
    assert ran.books == (6, 6, 0)
    assert ran.store.total("http_reqs", endpoint="two") == 0


def test_stop_vu_stops_one_user_for_good(bench: Any, serve: Any, scripted: Any) -> None:
    server = serve(serving(answer(b"{}", "500 Oops")))
    load = scripted(
        "0 start 0", "0 start 1", "0.1 retire 0", "0.15 start 0", "0.3 retire 1", "0.3 retire 0", "9 kill 1"
    )
    ran = bench(
        call(path="/{{ vu }}", when="vu == 1", on_fail="stop_vu"), think(0.02, 0.02), load=load, base_url=server.url
    ).load()
    assert [r.split(b" ")[1] for r in server.requests] == [b"/1"]
    assert ran.end.status == "done"
    assert ran.books[1] > 3


def test_the_run_ends_when_all_have_stopped(bench: Any, serve: Any) -> None:
    server = serve(serving(answer(b"{}", "500 Oops")))
    ran = bench(call(on_fail="stop_vu"), load=ConstantVus(3, 3600.0), base_url=server.url).load()
    assert ran.end.status == "done"
    assert ran.books == (3, 3, 0)


def test_a_bug_in_a_step_ends_the_load_with_its_trace(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    one = bench(call(), think(60, 60), load=ConstantVus(3, 3600.0), base_url=server.url)

    def buggy(user: Any) -> None:
        if user.index == 1:
            raise ZeroDivisionError("a bug of ours")

    scenario = one.plan.scenarios[0]
    flow = Flow((scenario.flow.steps[0], buggy, scenario.flow.steps[1]), scenario.flow.slots)
    one.engine._plan = replace(one.plan, scenarios=(replace(scenario, flow=flow),))
    ran = one.load()
    assert ran.end.status == "crashed"
    assert "ZeroDivisionError: a bug of ours" in ran.end.reason
    assert "buggy" in ran.end.reason
    assert ran.books == (3, 0, 3)


@pytest.mark.parametrize("place", ["obey", "_snapshot"])
def test_a_bug_in_the_engine_ends_the_load_with_its_trace(
    place: str, bench: Any, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It must neither hang nor be overlooked."""
    monkeypatch.setattr("loadspec.engine.engine._TICK", 0.05)
    server = serve(serving(answer()))
    one = bench(call(), think(0.02, 0.02), load=ConstantVus(2, 3600.0), base_url=server.url)
    home = "loadspec.engine.closed.ClosedCrew" if place == "obey" else "loadspec.engine.engine.Engine"

    def broken(*_: Any) -> None:
        monkeypatch.undo()
        raise ZeroDivisionError("a bug of ours")

    monkeypatch.setattr(f"{home}.{place}", broken)
    ran = one.load()
    assert ran.end.status == "crashed"
    assert "ZeroDivisionError: a bug of ours" in ran.end.reason


# Setup and teardown


def test_setup_captures_for_load_and_teardown(bench: Any, serve: Any) -> None:
    server = serve(serving(answer(b'{"token": "t1"}')))
    one = bench(
        call("use", path="/load/{{ setup.token }}"),
        setup=(call("login", captures={"token": "$.token"}), call("check", path="/setup/{{ token }}")),
        teardown=(call("logout", path="/down/{{ setup.token }}"),),
        load=PerVuIterations(2, 1),
        base_url=server.url,
    )
    end = one.engine.setup()
    assert (end.status, end.captures) == ("done", {"token": "t1"})
    one.load(end.captures)
    assert one.engine.teardown(end.captures).status == "done"
    assert [r.split(b" ")[1] for r in server.requests] == [
        b"/",
        b"/setup/t1",
        b"/load/t1",
        b"/load/t1",
        b"/down/t1",
    ]
    totals = {phase: store.total("http_reqs") for phase, store in one.ran.stores.items()}
    assert totals == {"setup": 2, "load": 2, "teardown": 1}
    assert one.ran.stores["setup"].select("vus") is None


def test_no_steps_is_done_at_once(bench: Any) -> None:
    one = bench(call())
    assert one.engine.setup().status == one.engine.teardown({}).status == "done"
    assert one.ran.snapshots == []


@pytest.mark.parametrize("on_fail", ["abort", "end_iteration", "stop_vu"])
def test_a_failed_setup(on_fail: str, bench: Any, serve: Any) -> None:
    server = serve(serving(answer(b"{}", "401 No")))
    one = bench(call(), setup=(call("login", on_fail=on_fail), call("two")), base_url=server.url)
    end = one.engine.setup()
    assert end.status == "failed"
    assert end.reason == ("login failed: status 401" if on_fail == "abort" else "login failed")
    assert len(server.requests) == 1
    assert one.ran.failures[0]["key"] == ["login", "status", "status", 401]


def test_setup_without_a_server(bench: Any, serve: Any) -> None:
    server = serve(silent)
    server.close()
    end = bench(call(), setup=(call("login", on_fail="abort"),), base_url=server.url).engine.setup()
    assert end.status == "failed"
    assert end.reason == f"login failed: {server.url}: Connection refused"


@pytest.mark.parametrize("phase", ["setup", "teardown"])
def test_a_timeout(phase: str, bench: Any, serve: Any) -> None:
    server = serve(silent)
    one = bench(call(), **{phase: (call("wait"),), f"{phase}_timeout": 0.15}, base_url=server.url)
    begin = monotonic()
    end = one.engine.setup() if phase == "setup" else one.engine.teardown({})
    assert monotonic() - begin >= 0.15
    assert (end.status, end.reason) == ("timeout", "not done within 0.15 s")
    assert one.ran.stores[phase].total("http_reqs_cut_off") == 1


@pytest.mark.parametrize("phase", ["setup", "teardown"])
def test_stopped(phase: str, bench: Any, serve: Any) -> None:
    one = bench(call(), **{phase: (call("wait"),)}, base_url=serve(silent).url)
    gevent.spawn_later(0.1, one.engine.stop, 5.0, phase)
    end = one.engine.setup() if phase == "setup" else one.engine.teardown({})
    assert end.status == "stopped"


def test_a_crash_in_setup(bench: Any) -> None:
    one = bench(call(), setup=(call("login"),))

    def buggy(_user: Any) -> None:
        raise ZeroDivisionError("a bug of ours")

    one.engine._plan = replace(one.plan, setup=Flow((buggy,), 0))
    end = one.engine.setup()
    assert end.status == "crashed"
    assert "ZeroDivisionError: a bug of ours" in end.reason


@pytest.mark.parametrize(("grace", "status"), [(5.0, "done"), (0.0, "stopped")])
def test_a_stop_gives_setup_its_grace(grace: float, status: str, bench: Any, serve: Any) -> None:
    server = serve(serving(answer(b"{}")))
    one = bench(call(), setup=(think(0.2, 0.2), call("login")), base_url=server.url)
    gevent.spawn_later(0.05, one.engine.stop, grace, "setup")
    end = one.engine.setup()
    assert end.status == status
    assert len(server.requests) == (1 if status == "done" else 0)
