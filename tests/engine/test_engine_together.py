"""Engines that share a load, and what they have to tell each other, with a line between them that the test holds."""

from __future__ import annotations

from typing import Any

import gevent
import pytest
from support_net import answer, serving
from support_plan import call, spec, think

from loadspec.clock import monotonic
from loadspec.engine import Engine, PhaseEnd
from loadspec.load import ConstantVus, PerVuIterations, Share
from loadspec.plan import compile_plan
from loadspec.spec.model import PoolDef, Scenario


class Two:
    """Two engines of one load; `told` is what they tell, with the worker."""

    def __init__(self, *flow: Any, **fields: Any) -> None:
        self.told: list[tuple[int, str, dict[str, Any]]] = []
        self.rows: list[dict[str, dict[str, Any]]] = [{}, {}]
        self.engines = [self._engine(k, spec(flow, **fields)) for k in range(2)]

    def _engine(self, k: int, what: Any) -> Engine:
        def tell(what: str, **fields: Any) -> None:
            self.told.append((k, what, fields))

        def emit(snapshot: dict[str, Any]) -> None:
            self.rows[k] = {row["name"]: row for row in snapshot["scenarios"]}

        return Engine(compile_plan(what, 1), emit, share=Share(k, 2), tell=tell)

    def start(self) -> list[gevent.Greenlet]:
        epoch = monotonic() + 0.1
        return [gevent.spawn(engine.load, {}, epoch) for engine in self.engines]

    def wait_for(self, count: int) -> None:
        while len(self.told) < count:
            gevent.sleep(0.01)


@pytest.fixture
def url(serve: Any) -> str:
    return str(serve(*[serving(answer())] * 50).url)


def test_a_crew_that_comes_after_another_waits_for_it_on_all_workers(url: str) -> None:
    two = Two(
        base_url=url,
        scenarios=(
            Scenario("first", (call(), think(0.05, 0.05)), PerVuIterations(3, 2)),
            Scenario("then", (call(),), PerVuIterations(2, 1), after="first"),
        ),
    )
    ends = two.start()
    two.wait_for(2)
    gevent.sleep(0.1)
    assert sorted(two.told) == [(0, "crew_over", {"crew": "first"}), (1, "crew_over", {"crew": "first"})]
    assert not any(end.ready() for end in ends), "each waits to be told, although its own part has ended"
    at = monotonic() + 0.1
    for engine in two.engines:
        engine.crew_go("first", at)
    gevent.joinall(ends, raise_error=True)
    began = [rows["then"]["began"] for rows in two.rows]
    assert began[0] == began[1] > two.rows[0]["first"]["ended"]
    assert [rows["then"]["completed"] for rows in two.rows] == [1, 1]
    assert len(two.told) == 2, "nobody waits for the end of the second"


def test_a_load_that_is_stopped_does_not_wait_for_others(url: str) -> None:
    two = Two(
        base_url=url,
        scenarios=(
            Scenario("first", (call(), think(5, 5)), ConstantVus(2, 60.0, 1.0)),
            Scenario("then", (call(),), PerVuIterations(2, 1), after="first"),
        ),
    )
    ends = two.start()
    gevent.sleep(0.2)
    for engine in two.engines:
        engine.stop(0.0)
    gevent.joinall(ends, raise_error=True)
    assert [end.value.status for end in ends] == ["stopped", "stopped"]
    assert [rows["then"]["began"] for rows in two.rows] == [None, None]


def test_a_used_up_pool_is_told_once_and_winds_down_the_other(url: str) -> None:
    pools = {"p": PoolDef("p", "unique", tuple(range(3)), at_end="stop")}
    two = Two(
        call(path="/{{ pool.p }}", when="iteration < 1 or vu == 1 or vu == 3"),
        think(0.02, 0.02),
        base_url=url,
        pools=pools,
        load=ConstantVus(4, 60.0, 1.0),
    )
    ends = two.start()
    two.wait_for(1)
    worker, what, _ = two.told[0]
    assert (worker, what) == (1, "used_up"), "user 4 has no row: three are all there are"
    two.engines[0].wind_down()
    gevent.joinall(ends, raise_error=True)
    found: list[PhaseEnd] = [end.value for end in ends]
    assert [end.status for end in found] == ["done", "done"]
    assert len(two.told) == 1
    assert [(whole, users) for end in found for _, whole, users in end.pool_ends] == [(True, 1)]
