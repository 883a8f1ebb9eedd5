"""ramping-vus: k6's examples, a slow exact reference, and what must hold for any stages."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.clock import FakeClock
from loadspec.load import RampingVus, Stage, parse_stages


def events(load, *actions):
    return [(c.at, c.action, c.user) for c in load.commands() if c.action in (actions or ("start", "retire", "kill"))]


def test_a_ramp_up_adds_one_user_a_step():
    load = RampingVus(parse_stages("3s:3, 1s:3"), start_vus=0)
    assert events(load, "start") == [(1.0, "start", 0), (2.0, "start", 1), (3.0, "start", 2)]


def test_a_ramp_down_drops_the_newest_first():
    load = RampingVus(parse_stages("3s:0, 1s:0"), start_vus=3)
    assert events(load, "retire") == [(1.0, "retire", 2), (2.0, "retire", 1), (3.0, "retire", 0)]


def test_the_reference_spec():
    load = RampingVus(parse_stages("10s:5, 20s:10, 30s:10, 10s:0"))
    starts = [c.at for c in load.commands() if c.action == "start"]
    retires = [c.at for c in load.commands() if c.action == "retire"]
    assert starts == [0, 2.5, 5, 7.5, 10, 14, 18, 22, 26, 30]
    assert retires == [61, 62, 63, 64, 65, 66, 67, 68, 69, 70]
    assert (load.duration, load.end, load.max_vus) == (70.0, 100.0, 10)


def test_k6s_execution_plan_example():
    """The drawing in k6's ramping_vus.go: planned users second by second, and when each one's grace is over."""
    load = RampingVus(parse_stages("2s:6, 5s:1, 4s:5, 4s:1, 3s:4, 2s:4, 0s:1, 3s:1"), start_vus=4)
    drawn = [4, 5, 6, 5, 4, 3, 2, 1, 2, 3, 4, 5, 4, 3, 2, 1, 2, 3, 4, 4, 1, 1, 1, 0]
    assert [load.users_at(t) for t in range(24)] == drawn
    assert events(load, "kill") == [(33.0, "kill", 5), (42.0, "kill", 4)] + [
        (at, "kill", user) for at, user in ((50.0, 3), (50.0, 2), (50.0, 1), (53.0, 0))
    ]


def test_a_stage_of_no_duration_jumps_and_an_equal_target_holds():
    load = RampingVus(parse_stages("1s:2, 0s:5, 1s:5, 0s:1, 1s:1"), start_vus=2)
    assert [load.users_at(t) for t in (0, 0.99, 1, 1.99, 2, 2.99, 3)] == [2, 2, 5, 5, 1, 1, 0]
    assert events(load, "start")[2:] == [(1.0, "start", 2), (1.0, "start", 3), (1.0, "start", 4)]


def test_a_jump_over_another_level_starts_nobody_for_nothing():
    load = RampingVus(parse_stages("0s:9, 0s:2, 1s:2"), start_vus=5)
    assert events(load, "start") == [(0.0, "start", 0), (0.0, "start", 1)]
    peak_at_the_end = RampingVus(parse_stages("2s:2"), start_vus=0)
    assert events(peak_at_the_end, "start") == [(1.0, "start", 0)]


def test_a_dropped_user_that_is_taken_back_in_time_is_not_killed():
    load = RampingVus(parse_stages("1s:0, 1s:1, 5s:1"), start_vus=1, graceful_ramp_down=1.0, graceful_stop=2.0)
    assert events(load) == [
        (0.0, "start", 0),
        (1.0, "retire", 0),
        (2.0, "start", 0),  # at the very moment of the kill: k6 takes it back
        (7.0, "retire", 0),
        (9.0, "kill", 0),
    ]
    late = RampingVus(parse_stages("1s:0, 1s:1, 5s:1"), start_vus=1, graceful_ramp_down=0.75, graceful_stop=2.0)
    assert (1.75, "kill", 0) in events(late)


def test_the_graceful_stop_caps_the_ramp_down():
    load = RampingVus(parse_stages("2s:0"), start_vus=2, graceful_ramp_down=30.0, graceful_stop=3.0)
    assert events(load, "kill") == [(5.0, "kill", 1), (5.0, "kill", 0)]


def test_who_is_dropped_by_a_ramp_that_ends_with_the_load_has_the_ramp_downs_grace():
    load = RampingVus(parse_stages("2s:1, 0s:1"), start_vus=2, graceful_ramp_down=1.0, graceful_stop=8.0)
    assert events(load, "retire", "kill") == [
        (2.0, "retire", 1),
        (2.0, "retire", 0),
        (3.0, "kill", 1),
        (10.0, "kill", 0),
    ]


def test_no_grace_kills_at_once():
    load = RampingVus(parse_stages("1s:0, 1s:0"), start_vus=1, graceful_ramp_down=0.0, graceful_stop=0.0)
    assert events(load, "retire", "kill") == [(1.0, "retire", 0), (1.0, "kill", 0)]


def test_ten_thousand_users_need_three_commands_each():
    load = RampingVus(parse_stages("60s:10000, 60s:0"))
    assert len(load.commands()) == 30_000
    assert load.users_at(30) == 1 + 9999 // 2


def test_what_is_asked_before_the_run_takes_no_step_by_itself():
    """A ramp to 10**9 users, a hundred times: step by step this would never end."""
    load = RampingVus((Stage(1.0, 10**9), Stage(1.0, 0)) * 100, start_vus=0)
    assert (load.duration, load.end) == (200.0, 230.0)
    assert load.users_at(100.5) == 5 * 10**8
    assert load.users_at(199.75) == 25 * 10**7
    assert load.users_at(200) == 0


# The slow exact reference: every user is looked at every tick of a clock that counts in fractions.

TICK = Fraction(1, 480)  # ramps of up to 6 users over quarters of a second step on these ticks


def exact_level(start, stages, now):
    begin, level = Fraction(0), start
    for duration, target in stages:
        if now < begin:
            return level
        if now < begin + duration:
            done = (now - begin) * abs(target - level) // duration
            return level + (done if target > level else -done)
        begin, level = begin + duration, target
    return 0


def simulate(start, stages, ramp_down, stop):
    clock = FakeClock(Fraction(0))
    total = sum(duration for duration, _ in stages)
    users = range(max(start, *(target for _, target in stages)))
    state = dict.fromkeys(users, "idle")
    deadline = {}
    seen = []
    while clock() <= total + stop:
        now, level = clock(), exact_level(start, stages, clock())
        for user in users:
            if state[user] != "running" and user < level:
                state[user] = "running"
                seen.append((now, "start", user))
            elif state[user] == "running" and user >= level:
                state[user] = "finishing"
                to_the_end = now == total and user < stages[-1][1]
                deadline[user] = total + stop if to_the_end else min(now + ramp_down, total + stop)
                seen.append((now, "retire", user))
        for user in users:
            if state[user] == "finishing" and deadline[user] == now:
                state[user] = "idle"
                seen.append((now, "kill", user))
        clock.advance(TICK)
    assert set(state.values()) <= {"idle"}
    return seen


quarters = st.integers(0, 4).map(lambda n: Fraction(n, 4))
small_stages = st.lists(st.tuples(quarters, st.integers(0, 6)), min_size=1, max_size=4)
# Half a ramp's finest step is added, so that floats never decide between a kill and a start: that tie has its own test.
graces = st.integers(0, 4).map(lambda n: Fraction(n, 4) + TICK)


@given(start=st.integers(0, 6), stages=small_stages, ramp_down=graces, stop=quarters)
def test_equals_the_slow_exact_reference(start, stages, ramp_down, stop):
    load = RampingVus(tuple(Stage(float(d), target) for d, target in stages), start, float(ramp_down), float(stop))
    found = sorted((round(c.at, 9), c.action, c.user) for c in load.commands())
    expected = sorted(
        (round(float(at), 9), action, user) for at, action, user in simulate(start, stages, ramp_down, stop)
    )
    assert found == expected


# What must hold for any stages, also where floats round.

any_stages = st.lists(
    st.builds(Stage, st.just(0.0) | st.floats(0.001, 1e4), st.integers(0, 40)), min_size=1, max_size=6
).map(tuple)
any_load = st.builds(RampingVus, any_stages, st.integers(0, 40), st.floats(0, 100), st.floats(0, 100))


@given(any_load)
def test_users_at_equals_started_minus_retired(load):
    running = 0
    by_time = {}
    for command in load.commands():
        running += {"start": 1, "retire": -1, "kill": 0}[command.action]
        by_time[command.at] = running
    times = sorted(by_time)
    assert {at: load.users_at(at) for at in times} == by_time
    for early, late in pairwise(times):
        assert load.users_at((early + late) / 2) in (by_time[early], by_time[late])
    assert load.users_at(load.duration) == 0
    assert max(by_time.values(), default=0) <= load.max_vus


@given(any_load)
def test_newest_out_first_and_nobody_running_is_killed(load):
    running, finishing = [], set()
    for command in load.commands():
        if command.action == "start":
            assert command.user == len(running)
            assert command.at < load.duration
            running.append(command.user)
            finishing.discard(command.user)
        elif command.action == "retire":
            assert command.user == running.pop()
            finishing.add(command.user)
        else:
            finishing.remove(command.user)
    assert not running
    assert not finishing


@given(any_load)
def test_commands_come_in_time_and_none_after_the_end(load):
    times = [command.at for command in load.commands()]
    assert times == sorted(times)
    assert all(0 <= at <= load.end for at in times)


@pytest.mark.parametrize("t", [-1.0, 2.0, 1e9])
def test_nobody_is_planned_outside_the_load(t):
    assert RampingVus(parse_stages("2s:5"), start_vus=5).users_at(t) == 0
