from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from loadspec.expr import compile_expression
from loadspec.plan.chance import chance_of, sequence
from loadspec.plan.scope import RunScope
from loadspec.pools.mixing import GAMMA_DRAW, MASK, mix


def user(seat: int) -> Any:
    return SimpleNamespace(seat=seat, chances={})


def uuids(seed: int, phase: str, seat: int, count: int = 5) -> list[str]:
    get = compile_expression("uuid()", RunScope({}, (), (), {}, (), chance_of(seed, phase)))
    one = user(seat)
    return [get(one) for _ in range(count)]


def test_draws_depend_on_seed_phase_seat_and_number_alone() -> None:
    assert uuids(7, "load", 3) == uuids(7, "load", 3)
    everyone = [uuids(seed, phase, seat) for seed in (7, 8) for phase in ("setup", "load") for seat in range(50)]
    assert len({one for drawn in everyone for one in drawn}) == 4 * 50 * 5


def test_users_take_turns_without_touching_each_other() -> None:
    get = compile_expression("random()", RunScope({}, (), (), {}, (), chance_of(1, "load")))
    alone, both = user(1), (user(1), user(2))
    mixed = [(get(both[0]), get(both[1]))[0] for _ in range(10)]
    assert mixed == [get(alone) for _ in range(10)]


def test_the_sequence_is_splitmix64() -> None:
    draw = sequence(42)
    assert [draw() for _ in range(5)] == [mix((42 + n * GAMMA_DRAW) & MASK) for n in range(5)]


def test_nothing_is_made_for_a_user_that_never_draws() -> None:
    one = user(1)
    compile_expression("1 + 1", RunScope({}, (), (), {}, (), chance_of(1, "load")))(one)
    assert one.chances == {}
