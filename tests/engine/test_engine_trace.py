"""A trace is replayed: each start comes at its time and has its row, on any number of workers, whatever runs beside."""

from __future__ import annotations

from typing import Any

import pytest
from support_net import answer, serving
from support_plan import call, pool

from loadspec.load import ConstantVus, Share, TraceReplay
from loadspec.spec.model import Scenario

TIMES = [0.0, 0.0, 0.2, 0.4, 0.7, 0.9]
ROWS = [5, 0, 4, 1, 3, 2]


def replay(**more: Any) -> TraceReplay:
    return TraceReplay("log", TIMES, ROWS, 1.0, **{"graceful_stop": 5.0, **more})


def paths(server: Any) -> list[str]:
    return [request.split(b" ")[1].decode() for request in server.requests]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_each_start_has_its_row(workers: int, bench: Any, serve: Any) -> None:
    server = serve(*[serving(answer())] * 40)
    scenarios = (
        Scenario("closed", (call("c", path="/c/{{ pool.log }}"),), ConstantVus(3, 0.01)),
        Scenario("replayed", (call("r", path="/r/{{ pool.log }}"),), replay()),
        Scenario("again", (call("s", path="/s/{{ pool.log }}"),), replay(), start_at=0.1),
    )
    pools = pool("log", *"abcdef", pick="random")
    for k in range(workers):
        bench(base_url=server.url, scenarios=scenarios, pools=pools, share=Share(k, workers)).load()
    for name in ("r", "s"):
        taken = [path[3:] for path in paths(server) if path.startswith(f"/{name}/")]
        assert sorted(taken) == sorted("abcdef")
    if workers == 1:
        assert [path[3:] for path in paths(server) if path.startswith("/r/")][2:] == ["e", "b", "d", "c"]


def test_starts_come_when_they_were_recorded(bench: Any, serve: Any) -> None:
    server = serve(*[serving(answer())] * 10)
    ran = bench(call(path="/{{ pool.log }}"), load=replay(), base_url=server.url, pools=pool("log", *"abcdef")).load()
    assert ran.books == (6, 6, 0)
    assert ran.store.select("dispatch_delay").count == 6
    assert ran.store.select("dispatch_delay").min >= 0


def test_a_trace_that_is_cut_off(bench: Any, serve: Any) -> None:
    server = serve(*[serving(answer())] * 10)
    load = TraceReplay("log", TIMES[:4], ROWS[:4], 0.5)
    bench(call(path="/{{ pool.log }}"), load=load, base_url=server.url, pools=pool("log", *"abcdef")).load()
    assert sorted(paths(server)) == ["/a", "/b", "/e", "/f"]
