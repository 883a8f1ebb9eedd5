"""Several workers together run what one would, nothing of it twice: users, iterations, rows, draws of a mix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from support_net import answer, serving
from support_plan import call, pool, think

from loadspec.clock import monotonic
from loadspec.engine import Bounds, Engine
from loadspec.load import ConstantVus, LoadConfig, PerVuIterations, RampingVus, Share, SharedIterations, parse_stages
from loadspec.plan.mix import weighted
from loadspec.spec.model import Scenario
from loadspec.transports.limiter import RateLimiter
from loadspec.wire.settings import Http, Settings

Run = Callable[..., Any]


def ran_by(bench: Run, workers: int, *flow: Any, **fields: Any) -> list[Any]:
    """What each worker's run left, one after the other: they have nothing in common."""
    return [bench(*flow, share=Share(k, workers), **fields).load() for k in range(workers)]


@pytest.mark.parametrize("workers", [1, 2, 3, 5])
@pytest.mark.parametrize("load", [PerVuIterations(4, 3), SharedIterations(4, 10), SharedIterations(1, 7)])
def test_shares_are_what_one_worker_does(workers: int, load: LoadConfig, bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 20)
    path = {"path": "/{{ vu }}/{{ iteration }}/{{ pool.numbers }}"}
    runs = ran_by(bench, workers, call(**path), load=load, base_url=server.url, pools=pool("numbers", *range(100)))
    budget = load.budget()
    assert budget is not None
    planned = budget.total * (load.max_vus if budget.per_user else 1)
    assert sum(ran.books[0] for ran in runs) == planned
    assert sum(ran.store.total("dropped_iterations") for ran in runs) == 0
    assert sum(ran.store.select("vus_max").last for ran in runs) == load.max_vus
    seen = sorted(request.split(b" ")[1].decode() for request in server.requests)
    if budget.per_user:
        assert seen == sorted(f"/{u + 1}/{n}/{u + 4 * n}" for u in range(4) for n in range(3))
    else:
        assert len(set(seen)) == len(seen)
        assert {path.split("/")[1] for path in seen} <= {str(u + 1) for u in range(load.max_vus)}


@pytest.mark.parametrize("load", [SharedIterations(3, 40), PerVuIterations(4, 10)])
def test_a_mix_draws_the_same(load: LoadConfig, bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 50)
    weights = {"a": 3.0, "b": 1.0}
    scenarios = [Scenario(name, (call(),), load, weight) for name, weight in weights.items()]
    found: Counter[str] = Counter()
    for ran in ran_by(bench, 3, base_url=server.url, scenarios=scenarios):
        found.update({row["name"]: row["started"] for row in ran.snapshots[-1]["scenarios"]})
    choose = weighted(list(weights.values()), 1)
    each = [(0, n) for n in range(40)]
    if isinstance(load, PerVuIterations):
        each = [(user, n) for user in range(4) for n in range(10)]
    expected = Counter("ab"[choose(*one)] for one in each)
    assert found == expected


def test_each_obeys_the_commands_to_its_users(bench: Run, serve: Any) -> None:
    server = serve(*[serving(answer())] * 20)
    load = RampingVus(parse_stages("0s:5, 50ms:5, 50ms:0"), 0, 0.1, 0.1)
    for k in range(2):
        ran = bench(call(path="/{{ vu }}"), think(0.01, 0.01), load=load, base_url=server.url, share=Share(k, 2)).load()
        users = {request.split(b" ")[1] for request in server.requests}
        assert users == ({b"/1", b"/3", b"/5"} if k == 0 else {b"/1", b"/2", b"/3", b"/4", b"/5"})
        assert ran.store.select("dispatch_delay").count == (3 if k == 0 else 2)


def test_a_worker_without_a_user_is_done(bench: Run) -> None:
    ran = bench(call(), load=ConstantVus(1, 3600.0), share=Share(1, 2)).load()
    assert (ran.end.status, ran.books) == ("done", (0, 0, 0))


def test_a_rate_is_shared_out(bench: Run, serve: Any) -> None:
    server = serve(serving(answer()))
    one = bench(call(), load=SharedIterations(2, 20), base_url=server.url)
    one.engine = Engine(one.plan, one._emit, Bounds(rate=200.0), Share(0, 2))
    begin = monotonic()
    assert one.load().books == (10, 10, 0)
    assert monotonic() - begin >= 9 / 100  # half of the iterations, at half of the rate


def test_setup_and_teardown_have_the_whole_rate(bench: Run, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(serving(answer()))
    step, rates = (call(),), []
    settings = Settings(http=Http(rps=400))
    one = bench(
        *step,
        setup=step,
        teardown=step,
        load=SharedIterations(4, 4),
        base_url=server.url,
        settings=settings,
        share=Share(1, 4),
    )
    monkeypatch.setattr(RateLimiter, "hold", lambda self, _resume: rates.append(self.rate) or 0.0)
    one.engine.setup()
    assert one.load().books == (1, 1, 0)
    one.engine.teardown({})
    assert rates == [400, 100, 400]


def test_the_load_begins_when_it_is_told_to(bench: Run, serve: Any) -> None:
    server = serve(serving(answer()))
    one = bench(call(), load=SharedIterations(2, 4), base_url=server.url)
    epoch = monotonic() + 0.2
    one.ran.end = one.engine.load({}, epoch)
    assert monotonic() >= epoch
    assert one.ran.books == (4, 4, 0)
    assert one.ran.snapshots[-1]["scenarios"][0]["began"] == 0
