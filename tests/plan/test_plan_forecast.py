from __future__ import annotations

import math
from fractions import Fraction

import pytest
from support_plan import call, poll, spec, think

from loadspec.load import (
    ConstantArrivalRate,
    ConstantVus,
    PerVuIterations,
    RampingArrivalRate,
    RampingVus,
    SharedIterations,
    parse_arrivals,
    parse_rate_stages,
    parse_stages,
)
from loadspec.plan.forecast import Share, forecast, share_of
from loadspec.spec.model import (
    Branch,
    ChooseStep,
    GroupStep,
    IfStep,
    PaceStep,
    ParallelStep,
    RepeatStep,
    Retry,
    Scenario,
    Step,
    WaitUntilStep,
)

ONE, WAIT = call("one"), think(1, 3)


def share(fewest: float = 0, most: float = 0, waits: float = 0, period: float = 0, mean: float | None = None) -> Share:
    return Share(fewest, most, waits, period, fewest if mean is None else mean)


@pytest.mark.parametrize(
    ("step", "cost"),
    [
        (ONE, share(1, 1)),
        (call("one", when="x"), share(0, 1)),
        (call("one", retry=Retry(3)), share(1, 4)),
        (call("one", run=math.inf), share(0, 1)),
        (poll(every=2.0, poll_timeout=10.0), share(1, 6)),
        (WAIT, share(0, 0, 2.0)),
        (PaceStep("pace", 8, 12), share(period=10.0)),
        (WaitUntilStep("meet", 3), share()),
        (RepeatStep("loop", (ONE, WAIT), times=3), share(3, 3, 6.0)),
        (RepeatStep("loop", (ONE, WAIT), times="n"), share(0, math.inf, 0.0)),
        (RepeatStep("loop", (WAIT,), over="n"), share()),
        (RepeatStep("loop", (ONE, ONE), while_="x", at_most=5), share(0, 10)),
        (IfStep("if", (("x", (ONE, ONE)), ("y", (ONE,)))), share(0, 2)),
        (IfStep("if", (("x", (ONE, ONE)),), (ONE, WAIT)), share(1, 2, 0.0)),
        (ChooseStep("c", (Branch(3, (ONE,)), Branch(1, (ONE, ONE, ONE, ONE, WAIT)))), share(1, 4, 0.5, mean=1.75)),
        (ParallelStep("p", (ONE, WAIT, think(5, 5))), share(1, 1, 5.0)),
        (GroupStep("g", "g", (ONE, WAIT)), share(1, 1, 2.0)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_step_costs(step: Step, cost: Share) -> None:
    assert share_of([step]) == cost


def test_steps_add_up() -> None:
    assert share_of([ONE, WAIT, PaceStep("pace", 5, 5), ONE]) == share(2, 2, 2.0, 5.0)


@pytest.mark.parametrize(
    ("load", "iterations", "requests"),
    [
        (SharedIterations(4, 100), 100, 200),
        (PerVuIterations(4, 100), 400, 800),
        (ConstantVus(4, 60.0), 60.0, 120.0),  # 240 user-seconds, 4 s each: 3 s of thinking and two answers of 0.5 s
        (RampingVus(parse_stages("60s:8"), start_vus=0), pytest.approx(52.5), pytest.approx(105.0)),
        (ConstantArrivalRate(Fraction(5, 2), 60.0), 150, 300),  # however long an answer takes
        (RampingArrivalRate(parse_rate_stages("60s:2/s")), 59, 118),
        (ConstantArrivalRate(Fraction(2), 60.0, arrivals=parse_arrivals("poisson")), 120, 240),  # on average
    ],
    ids=lambda value: type(value).__name__,
)
def test_how_much_a_load_is(load, iterations, requests) -> None:
    (crew,) = forecast(spec((ONE, call("two"), think(3, 3)), load)).crews
    assert crew.expected(0.5) == (iterations, requests)


@pytest.mark.parametrize(
    ("load", "iterations"),
    [
        (SharedIterations(4, 100, max_duration=10.0), 10.0),  # 40 user-seconds, 4 s each
        (PerVuIterations(4, 100, max_duration=10.0), 10.0),
        (SharedIterations(4, 100, max_duration=1.0), 4),  # every user begins one
        (SharedIterations(4, 3, max_duration=1.0), 3),
        (ConstantVus(4, 1.0), 4),
    ],
    ids=str,
)
def test_time_bounds_iterations_and_each_user_begins_one(load, iterations) -> None:
    (crew,) = forecast(spec((ONE, call("two"), think(3, 3)), load)).crews
    assert crew.expected(0.5) == (iterations, 2 * iterations)


def test_a_pace_bounds_iterations_and_nothing_at_all_does_not() -> None:
    (crew,) = forecast(spec((ONE, PaceStep("pace", 10, 10)), ConstantVus(4, 60.0))).crews
    assert crew.expected(0.5) == (24.0, 24.0)
    (crew,) = forecast(spec((call("one", when="x"),), ConstantVus(4, 60.0))).crews
    assert crew.expected(0.5) == (math.inf, 0.0)


def test_a_mix_is_the_mean_and_others_follow_at_their_time() -> None:
    mix, own = ConstantVus(2, 10.0), ConstantVus(3, 5.0)
    of = forecast(
        spec(
            (),
            mix,
            scenarios=(
                Scenario("a", (ONE,), mix, weight=3),
                Scenario("b", (ONE, ONE, ONE, ONE, ONE), mix, weight=1),
                Scenario("c", (ONE,), own, start_at=20.0),
            ),
        )
    )
    assert [(c.share.fewest, c.share.mean, c.share.most) for c in of.crews] == [(1, 2.0, 5), (1, 1, 1)]
    assert (of.users, of.finish, of.end) == (5, 25.0, 55.0)
    assert [of.users_at(t) for t in (0, 9.9, 10, 19.9, 20, 24.9, 25)] == [2, 2, 0, 0, 3, 3, 0]


def test_an_open_model_keeps_as_many_users_busy_as_littles_law_says() -> None:
    load = ConstantArrivalRate(Fraction(10), 60.0)
    scenario = Scenario("default", (ONE, call("two"), think(3, 3)), load, min_iteration_duration=7.0)
    (crew,) = forecast(spec((), load, scenarios=(scenario,))).crews
    assert crew.busy(0.5) == 70  # an iteration would take 4 s
    assert crew.busy(5.0) == 130
    (crew,) = forecast(spec((ONE,), ConstantArrivalRate(Fraction(10), 60.0, max_vus=8))).crews
    assert crew.busy(1.0) == 8


def test_rates_of_scenarios_add_up_at_their_time() -> None:
    one, other = ConstantArrivalRate(Fraction(10), 10.0), RampingArrivalRate(parse_rate_stages("10s:4/s"))
    of = forecast(spec((), one, scenarios=(Scenario("a", (ONE,), one), Scenario("b", (ONE,), other, start_at=5.0))))
    assert [of.rate_at(t) for t in (0, 4.9, 5, 7.5, 10, 14.9, 15)] == pytest.approx([10, 10, 10, 11, 2, 3.96, 0])
    assert of.users_at(5) == 0
