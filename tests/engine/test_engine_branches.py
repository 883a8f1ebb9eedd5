"""What branches of one user do to each other while they run at the same time, and what they leave alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import gevent
import pytest
from greenlet import greenlet
from support_net import answer, serving
from support_plan import call, group, meet, parallel, repeat, think

from loadspec.engine.branches import Gathering
from loadspec.load import ConstantVus
from loadspec.load.per_vu_iterations import PerVuIterations
from loadspec.protocols.user import AbortRun
from loadspec.spec.model import ONCE, Capture
from loadspec.transports.base import Interrupted
from loadspec.transports.network import Network

LACKING = repeat(think(0.0, 0.0), over="lost")
FIRST = call("first", path="/first", captures={"lost": Capture("lost", "jsonpath", "$.lost", optional=True)})


def get(name: str, **fields: Any) -> Any:
    return call(name, path=f"/{name}", **fields)


def counts(server: Any) -> dict[str, int]:
    paths = [request.split(b" ")[1].decode()[1:] for request in server.requests]
    return {path: paths.count(path) for path in paths}


def test_what_lasts_in_one_branch_is_done_whatever_fails_beside_it(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    bad = group("a", LACKING, think(0.05, 0.05), get("again"), run=ONCE)
    good = group("b", think(0.005, 0.005), get("once"), run=ONCE)
    ran = bench(FIRST, parallel(bad, good), load=PerVuIterations(1, 3), base_url=server.url).load()
    assert ran.books == (3, 3, 0)
    assert counts(server) == {"first": 3, "again": 3, "once": 1}


def test_what_fails_in_a_branch_of_what_lasts_has_it_tried_again(bench: Any, serve: Any) -> None:
    """The group inside ends after its neighbour failed, and is done; what is around both is not."""
    server = serve(serving(answer()))
    inside = group("g", think(0.02, 0.02), get("once"), run=ONCE)
    flow = FIRST, parallel(inside, LACKING, get("again"), run=ONCE)
    ran = bench(*flow, load=PerVuIterations(1, 3), base_url=server.url).load()
    assert ran.books == (3, 3, 0)
    assert counts(server) == {"first": 3, "once": 1, "again": 3}


def test_branches_that_wait_for_those_who_can_no_longer_come_go_on_alone(bench: Any, serve: Any) -> None:
    """All that is left of the last two users are branches that wait, however deep. The timeout is an hour."""
    server = serve(serving(answer()))
    inner = parallel(group("g", meet(9, 3600.0), get("alone")), think(0.01, 0.01))
    flow = parallel(inner, get("beside")), get("after")
    ran = bench(*flow, load=PerVuIterations(2, 1), base_url=server.url).load()
    assert ran.books == (2, 2, 0)
    assert counts(server) == {"beside": 2, "alone": 2, "after": 2}
    assert [row["key"][1] for row in ran.failures] == ["rendezvous_timeout"]


def test_branches_that_wait_for_others_when_the_load_ends_are_interrupted(bench: Any, serve: Any) -> None:
    server = serve(serving(answer()))
    flow = parallel(meet(9, 3600.0), get("beside"))
    ran = bench(flow, load=ConstantVus(2, 0.1, 3600.0), base_url=server.url).load()
    assert ran.books == (2, 0, 2)
    assert counts(server) == {"beside": 2}


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize(
    ("ends", "status", "books"),
    [
        (("end_iteration", "abort"), "failed", (1, 0, 1)),
        (("stop_vu", "abort"), "failed", (1, 0, 1)),
        (("end_iteration", "stop_vu"), "done", (1, 1, 0)),
    ],
)
def test_of_two_that_fail_at_once_the_one_that_ends_more_is_heard(
    ends: tuple[Any, Any], status: str, books: Any, turn: int, bench: Any, serve: Any
) -> None:
    """Neither can be sent, so that both fail in the same turn of the loop."""
    server = serve(serving(answer()))
    branches = [call(f"b{n}", path="/{{ lost }}", on_fail=end) for n, end in enumerate(ends)][::turn]
    ran = bench(FIRST, parallel(*branches), load=PerVuIterations(1, 2), base_url=server.url).load()
    assert (ran.end.status, ran.books) == (status, books)


def test_an_abort_outweighs_an_interrupt_that_comes_before_the_other_branches_are_gone() -> None:
    network = Network(hosts=None)
    user, raised = SimpleNamespace(), []

    def aborts(_branch: Any) -> None:
        network.loop.run_callback(fiber.throw, Interrupted)
        raise AbortRun("because")

    def waits(_branch: Any) -> None:
        network.switch()

    def live() -> None:
        jobs: Any = [(Exception(), aborts), (Exception(), waits)]  # anything that takes an attribute
        try:
            Gathering(network, user, jobs, lambda: None).run()
        except BaseException as error:
            raised.append(error)

    fiber = greenlet(live, parent=network.hub)
    user.resume = fiber.switch
    network.loop.run_callback(fiber.switch)
    with gevent.Timeout(5):
        while not raised:
            gevent.sleep(0)
    assert [type(error) for error in raised] == [AbortRun]
