"""Steps in steps, of any kind in any: however the load ends, it ends, the books balance, and nobody is left behind."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support_net import answer, serving, until
from support_plan import call, choose, group, if_, meet, parallel, poll, repeat, think

from loadspec.load import ConstantArrivalRate, ConstantVus, PerVuIterations, RampingVus, SharedIterations, parse_stages
from loadspec.metrics.catalog import UNSENT_PHASES
from loadspec.spec.model import ONCE, Branch, Capture, Retry

FIRST = call("first", path="/200", captures={"lost": Capture("lost", "jsonpath", "$.lost", optional=True)})
ENDS = st.sampled_from(["continue"] * 4 + ["end_iteration", "stop_vu", "abort"])
COMMON = st.fixed_dictionaries(
    {"on_fail": ENDS, "run": st.sampled_from([0.0, 0.0, 0.01, ONCE])},
    optional={"when": st.sampled_from(["vu == 1", "iteration == 0", "lost == 1"])},
)
STATUS = st.sampled_from([200, 200, 200, 404, 503])
CONDITION = st.sampled_from(["vu == 1", "iteration % 2 == 0", "lost == 1"])


def one(make: Any, *parts: Any) -> Any:
    """A strategy of steps: `make` of what the parts draw, with what all steps have."""
    return st.builds(lambda common, *drawn: make(*drawn, **common), COMMON, *parts)


LEAVES = st.one_of(
    one(lambda status, **more: call(path=f"/{status}", **more), STATUS),
    one(lambda status, **more: call(path=f"/{status}", retry=Retry(2, delay=0.001), **more), STATUS),
    one(lambda status, **more: poll(path=f"/{status}", until="ok", every=0.002, poll_timeout=0.01, **more), STATUS),
    one(lambda users, **more: meet(users, 0.02, **more), st.integers(1, 4)),
    st.sampled_from([think(0.0, 0.0), think(0.001, 0.01), think(30.0, 30.0)]),
)


def around(inner: Any) -> Any:
    steps = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        one(lambda some, **more: repeat(*some, times=2, **more), steps),
        one(lambda some, **more: repeat(*some, while_="vu > 0", at_most=2, **more), steps),
        one(lambda some, **more: repeat(*some, over="lost", **more), steps),
        one(
            lambda holds, some, others, **more: if_((holds, tuple(some)), otherwise=tuple(others), **more),
            CONDITION,
            steps,
            steps,
        ),
        one(lambda some, **more: choose(Branch(1.0, tuple(some), "n"), Branch(1.0, ()), **more), steps),
        one(lambda some, **more: parallel(*some, **more), steps),
        one(lambda some, **more: group("g", *some, **more), steps),
    )


STEPS = st.lists(st.recursive(LEAVES, around, max_leaves=8), min_size=1, max_size=3)
LOADS = st.sampled_from(
    [
        ConstantVus(3, 0.1, 0.05),
        ConstantVus(2, 0.1, 0.0),
        PerVuIterations(3, 3, max_duration=0.2, graceful_stop=0.05),
        SharedIterations(3, 7, max_duration=0.2, graceful_stop=0.0),
        RampingVus(parse_stages("50ms:3, 50ms:0, 20ms:2"), 0, 0.02, 0.02),
        ConstantArrivalRate(rate=Fraction(60), duration=0.1, max_vus=3, graceful_stop=0.05),
        ConstantArrivalRate(rate=Fraction(100), duration=0.1, max_vus=20, pre_allocated_vus=2, graceful_stop=0.0),
    ]
)


def by_path(request: bytes) -> bytes:
    return answer(b"{}", f"{request.split(b' ')[1].decode()[1:]} X")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flow=STEPS, load=LOADS, stop=st.sampled_from([None, (0.05, 0.0), (0.05, 0.03)]))
def test_whatever_is_in_what_it_ends_and_the_books_balance(
    flow: Any, load: Any, stop: Any, bench: Any, serve: Any
) -> None:
    server = serve(serving(by_path))
    mine = bench(FIRST, *flow, load=load, base_url=server.url)
    ran = mine.load(**({"stop_at": stop[0], "grace": stop[1]} if stop else {}))
    assert ran.end.status in ("done", "stopped", "failed")
    started, _, _ = ran.books
    if load.budget() is not None:
        budget = load.budget()
        planned = budget.total * (load.max_vus if budget.per_user else 1)
        assert planned == started + ran.store.total("dropped_iterations")
    if load.planned is not None and ran.end.status == "done" and not stop:
        assert load.planned == started + ran.store.total("dropped_iterations")
    sent = ran.store.total("http_reqs") + ran.store.total("http_reqs_cut_off")
    sent -= sum(ran.store.total("http_reqs", error_phase=phase) for phase in UNSENT_PHASES)  # a poll's time was up
    until(lambda: len(server.requests) == sent)
    assert not mine.engine._host.parked
    assert not mine.engine._host._gatherings
    server.close()
