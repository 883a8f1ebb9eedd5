"""Several scenarios on one engine: who runs when and as whom, the draws of a mix, and the books of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from support_net import answer, serving
from support_plan import call, metrics, pool, think

from loadspec.clock import monotonic
from loadspec.engine import Bounds, Engine
from loadspec.load import ConstantVus, LoadConfig, PerVuIterations, RampingVus, SharedIterations, parse_stages
from loadspec.plan.mix import weighted
from loadspec.spec.model import Scenario, Step

Run = Callable[..., Any]


def own(name: str, load: LoadConfig, *flow: Step, **more: Any) -> Scenario:
    return Scenario(name, flow, load, **more)


def drawn(name: str, load: LoadConfig, weight: float, *flow: Step) -> Scenario:
    return Scenario(name, flow, load, weight)


@pytest.fixture
def url(serve: Any) -> str:
    return str(serve(*[serving(answer())] * 200).url)


def rows(ran: Any) -> dict[str, dict[str, Any]]:
    """Scenario → its last row; each balances, and so do all together."""
    last = [snapshot for snapshot in ran.snapshots if snapshot["phase"] == "load"][-1]
    for row in last["scenarios"]:
        assert row["started"] == row["completed"] + row["interrupted"]
        assert ran.store.total("iterations", scenario=row["name"]) == row["completed"]
    for name in ("started", "completed", "interrupted"):
        assert sum(row[name] for row in last["scenarios"]) == last["iterations"][name]
    return {row["name"]: row for row in last["scenarios"]}


def test_each_begins_at_its_time(bench: Run, url: str) -> None:
    ran = bench(
        base_url=url,
        scenarios=(
            own("now", ConstantVus(2, 0.3, 0.1), call(), think(0.01, 0.01)),
            own("later", ConstantVus(1, 0.2, 0.1), call(), think(0.01, 0.01), start_at=0.4),
            own("last", SharedIterations(1, 3), call(), after="later"),
        ),
    ).load()
    found = rows(ran)
    assert found["now"]["began"] == 0
    assert 0.3 <= found["now"]["ended"] < found["later"]["began"] + 0.3
    assert found["later"]["began"] == pytest.approx(0.4)
    assert found["last"]["began"] >= found["later"]["ended"] >= 0.6
    assert found["last"]["started"] == 3
    assert ran.end.status == "done"


def test_one_after_the_mix_waits_for_all_of_it(bench: Run, url: str) -> None:
    load = SharedIterations(2, 10)
    ran = bench(
        base_url=url,
        scenarios=(
            own("then", SharedIterations(1, 1), call(), after="b"),
            drawn("a", load, 1, call(), think(0.01, 0.01)),
            drawn("b", load, 1, call()),
        ),
    ).load()
    found = rows(ran)
    assert found["then"]["began"] >= found["a"]["ended"] == found["b"]["ended"]
    assert found["a"]["started"] + found["b"]["started"] == 10


@pytest.mark.parametrize("load", [SharedIterations(3, 40), PerVuIterations(4, 10)])
def test_a_mix_draws_what_its_seed_says(load: LoadConfig, bench: Run, url: str) -> None:
    weights = {"a": 3.0, "b": 1.0, "c": 0.0}
    ran = bench(base_url=url, scenarios=[drawn(name, load, weight, call()) for name, weight in weights.items()]).load()
    choose = weighted(list(weights.values()), 1)
    if isinstance(load, SharedIterations):
        expected = Counter(choose(0, n) for n in range(40))
    else:
        expected = Counter(choose(user, n) for user in range(4) for n in range(10))
    assert [row["started"] for row in rows(ran).values()] == [expected[index] for index in range(3)]


def test_users_of_all_scenarios_are_different_people(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 20)
    load = PerVuIterations(2, 1)
    bench(
        base_url=server.url,
        pools=pool("numbers", *range(100)),
        scenarios=(
            own("a", PerVuIterations(3, 2), call(path="/a/{{ vu }}/{{ pool.numbers }}")),
            drawn("b", load, 1, call(path="/b/{{ vu }}/{{ pool.numbers }}")),
            own("c", PerVuIterations(1, 2), call(path="/c/{{ vu }}/{{ pool.numbers }}"), start_at=0.05),
        ),
    ).load()
    paths = sorted(request.split(b" ")[1].decode() for request in server.requests)
    # user u takes row u + n·6 at its draw n, whichever scenario it is in
    assert paths == sorted(
        [f"/a/{u + 1}/{u + n * 6}" for u in range(3) for n in range(2)] + ["/b/4/3", "/b/5/4", "/c/6/5", "/c/6/11"]
    )


def test_setup_comes_once_and_its_captures_are_for_all(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer(b'{"t": 7}'))] * 20)
    one = bench(
        base_url=server.url,
        setup=(call("once", path="/setup", captures={"t": "$.t"}),),
        scenarios=(
            own("a", SharedIterations(1, 2), call(path="/a/{{ setup.t }}")),
            own("b", SharedIterations(1, 2), call(path="/b/{{ setup.t }}"), after="a"),
        ),
    )
    end = one.engine.setup()
    one.load(end.captures)
    assert [request.split(b" ")[1] for request in server.requests] == [b"/setup", b"/a/7", b"/a/7", b"/b/7", b"/b/7"]


def test_tags_go_to_all_that_a_scenario_measures(bench: Run, url: str) -> None:
    ran = bench(
        base_url=url,
        metrics=metrics(mine="trend"),
        scenarios=(
            own(
                "a",
                SharedIterations(1, 2),
                call(checks={"ok": "status == 200"}, record={"mine": "duration"}),
                tags={"client": "phone", "kind": "x", "metric": "y"},
            ),
            own("b", SharedIterations(1, 5), call()),
        ),
    ).load()
    for metric in (
        "http_reqs",
        "http_req_duration",
        "iterations",
        "iteration_duration",
        "checks",
        "mine",
        "dispatch_delay",
        "data_sent",
    ):
        found = [tags for tags, _ in ran.store.items(metric) if tags["scenario"] == "a"]
        assert found
        assert all(tags["client"] == "phone" and tags["kind"] == "x" and tags["metric"] == "y" for tags in found)
    assert not [tags for tags, _ in ran.store.items("http_reqs") if tags["scenario"] == "b" and "client" in tags]


def test_a_stop_leaves_what_has_not_begun(bench: Run, url: str) -> None:
    load = ConstantVus(2, 3600.0)
    ran = bench(
        base_url=url,
        scenarios=(
            drawn("a", load, 1, call(), think(0.01, 0.01)),
            own("never", SharedIterations(1, 9), call(), after="a"),
            own("late", PerVuIterations(2, 4), call(), start_at=3000),
        ),
    ).load(stop_at=0.1, grace=5.0)
    found = rows(ran)
    assert ran.end.status == "stopped"
    assert found["a"]["started"] > 0
    assert found["never"]["began"] is found["late"]["began"] is None
    dropped = {tags["scenario"]: value.value for tags, value in ran.store.items("dropped_iterations")}
    assert dropped == {"never": 9, "late": 8}


def test_an_abort_in_one_ends_all(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer(b"{}", "500 Oops"))] * 20)
    ran = bench(
        base_url=server.url,
        scenarios=(
            own("a", ConstantVus(2, 3600.0), think(3600, 3600)),
            own("b", ConstantVus(1, 3600.0), call(on_fail="abort"), start_at=0.05),
        ),
    ).load()
    assert ran.end.status == "failed"
    assert "one failed" in ran.end.reason
    assert rows(ran)["a"]["interrupted"] == 2


def test_what_a_mix_drops_belongs_to_none_of_it(bench: Run, url: str) -> None:
    load = PerVuIterations(2, 10, max_duration=0.1, graceful_stop=0.1)
    ran = bench(base_url=url, scenarios=[drawn(name, load, 1, call(), think(0.04, 0.04)) for name in "ab"]).load()
    started = sum(row["started"] for row in rows(ran).values())
    dropped = {tags["scenario"]: value.value for tags, value in ran.store.items("dropped_iterations")}
    assert dropped == {"mix": 20 - started}


def test_ramps_of_two_scenarios_do_not_mix_up_users(bench: Run, url: str) -> None:
    ramp = RampingVus(parse_stages("100ms:4, 100ms:0"), 0, 0.1, 0.1)
    ran = bench(base_url=url, scenarios=[own(name, ramp, call(), think(0.01, 0.01)) for name in "ab"]).load()
    found = rows(ran)
    assert found["a"]["started"] > 0
    assert found["b"]["started"] > 0
    assert ran.store.select("vus_max").last == 8


def test_the_longest_time_ends_all(bench: Run, url: str) -> None:
    one = bench(base_url=url, scenarios=[own("a", ConstantVus(2, 0.1, 3600.0), think(3600, 3600))])
    one.engine = Engine(one.plan, one._emit, Bounds(duration=0.3))
    ran = one.load()
    assert ran.end.status == "done"
    assert rows(ran)["a"]["interrupted"] == 2
    assert 0.3 <= rows(ran)["a"]["ended"] < 60


def test_a_rate_holds_all_users_back(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 20)
    load = SharedIterations(5, 20)
    one = bench(base_url=server.url, scenarios=[drawn(name, load, 1, call()) for name in "ab"])
    one.engine = Engine(one.plan, one._emit, Bounds(rate=200.0))
    begin = monotonic()
    ran = one.load()
    assert monotonic() - begin >= 19 / 200
    held = sum(snapshot["held_back"]["requests"] for snapshot in ran.snapshots)
    waited = sum(snapshot["held_back"]["seconds"] for snapshot in ran.snapshots)
    assert 0 < held <= 19, "on a busy machine some come late enough of themselves"
    assert waited > 0
    assert ran.store.total("http_reqs") == 20
