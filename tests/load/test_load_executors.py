"""Level loads, budgets and the words that k6 uses for all of them."""

from __future__ import annotations

import pickle
from fractions import Fraction

import pytest

from loadspec.load import (
    EXECUTORS,
    Arrivals,
    Budget,
    Command,
    ConstantArrivalRate,
    ConstantVus,
    PerVuIterations,
    RampingArrivalRate,
    RampingVus,
    SharedIterations,
    TraceReplay,
    parse_rate_stages,
    parse_stages,
)

DESCRIPTIONS = [
    (
        RampingVus(parse_stages("10s:5, 20s:10, 30s:10, 10s:0")),
        "Up to 10 looping VUs for 1m10s over 4 stages (gracefulRampDown: 30s, gracefulStop: 30s)",
    ),
    (
        RampingVus(parse_stages("10s:5"), start_vus=8, graceful_ramp_down=0, graceful_stop=0),
        "Up to 8 looping VUs for 10s over 1 stages (gracefulRampDown: 0s)",
    ),
    (ConstantVus(3, 5.0), "3 looping VUs for 5s (gracefulStop: 30s)"),
    (ConstantVus(3, 90.0, graceful_stop=0.0), "3 looping VUs for 1m30s"),
    (SharedIterations(10, 100), "100 iterations shared among 10 VUs (maxDuration: 10m, gracefulStop: 30s)"),
    (PerVuIterations(3, 10), "10 iterations for each of 3 VUs (maxDuration: 10m, gracefulStop: 30s)"),
    (
        ConstantArrivalRate(Fraction(200), 60.0, max_vus=50, pre_allocated_vus=10),
        "200.00 iterations/s for 1m (maxVUs: 10-50, gracefulStop: 30s)",
    ),
    (
        ConstantArrivalRate(Fraction(1, 3), 5.0, max_vus=7, graceful_stop=0.0, arrivals=Arrivals("gamma", 0.5)),
        "0.33 iterations/s for 5s (maxVUs: 7, arrivals: gamma(0.5))",
    ),
    (
        RampingArrivalRate(parse_rate_stages("1m:50/s, 2m:100/s"), max_vus=50),
        "Up to 100.00 iterations/s for 3m over 2 stages (maxVUs: 50, gracefulStop: 30s)",
    ),
    (PerVuIterations(3, 10, 5.0, 0.5), "10 iterations for each of 3 VUs (maxDuration: 5s, gracefulStop: 500ms)"),
]


@pytest.mark.parametrize(("load", "text"), DESCRIPTIONS)
def test_describe_prints_what_k6_prints(load, text):
    assert load.describe() == text


LEVEL = [ConstantVus(3, 5.0, 2.0), SharedIterations(3, 50, 5.0, 2.0), PerVuIterations(3, 50, 5.0, 2.0)]


@pytest.mark.parametrize("load", LEVEL, ids=lambda load: load.executor)
def test_a_level_load_starts_everyone_at_once_and_ends_in_two_steps(load):
    assert load.commands() == [
        Command(0.0, "start", 0),
        Command(0.0, "start", 1),
        Command(0.0, "start", 2),
        Command(5.0, "retire", 2),
        Command(5.0, "retire", 1),
        Command(5.0, "retire", 0),
        Command(7.0, "kill", 2),
        Command(7.0, "kill", 1),
        Command(7.0, "kill", 0),
    ]
    assert (load.max_vus, load.duration, load.end) == (3, 5.0, 7.0)
    assert [load.users_at(t) for t in (-0.1, 0, 4.999, 5, 6)] == [0, 3, 3, 0, 0]


def test_budgets():
    assert SharedIterations(3, 50).budget() == Budget(50, per_user=False)
    assert PerVuIterations(3, 50).budget() == Budget(50, per_user=True)
    assert ConstantVus(3, 50).budget() is None
    assert RampingVus(parse_stages("1s:1")).budget() is None


def test_k6s_defaults():
    assert (ConstantVus(1, 1).graceful_stop, SharedIterations(1, 1).max_duration) == (30.0, 600.0)
    ramp = RampingVus(parse_stages("1s:1"))
    assert (ramp.start_vus, ramp.graceful_ramp_down, ramp.graceful_stop) == (1, 30.0, 30.0)


def test_the_table_names_each_executor_as_its_class_does():
    assert {name: cls.executor for name, cls in EXECUTORS.items()} == {name: name for name in EXECUTORS}
    assert list(EXECUTORS) == [
        "constant-vus",
        "ramping-vus",
        "shared-iterations",
        "per-vu-iterations",
        "constant-arrival-rate",
        "ramping-arrival-rate",
        "trace-replay",
    ]


@pytest.mark.parametrize("load", [*LEVEL, RampingVus(parse_stages("1s:3"))], ids=lambda load: load.executor)
def test_users_that_loop_have_no_starts(load):
    assert (load.starts(1), load.planned, load.peak_rate, load.rate_at(0.5), load.seats) == (None, None, 0.0, 0.0, 3)


def test_starts_start_users_and_commands_none():
    load = ConstantArrivalRate(Fraction(5), 2.0, max_vus=4, graceful_stop=1.0)
    assert (load.commands(), load.budget(), load.end, load.users_at(1.0)) == ([], None, 3.0, 0)


OPEN = [
    ConstantArrivalRate(Fraction(5), 2.0, arrivals=Arrivals("poisson")),
    RampingArrivalRate(parse_rate_stages("1s:5/s, 0s:2/s, 1s:0")),
    TraceReplay("log", [0.0, 0.5], [1, 0], 1.0),
]


@pytest.mark.parametrize("load", [*LEVEL, *OPEN], ids=lambda load: load.executor)
def test_loads_travel(load):
    """To another process or machine, where they say the same."""
    arrived = pickle.loads(pickle.dumps(load))
    assert arrived == load
    assert arrived.commands() == load.commands()
    assert list(arrived.starts(7) or ()) == list(load.starts(7) or ())
