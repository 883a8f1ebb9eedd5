from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.load import MIX, ConstantVus, LoadConfig, SharedIterations, crews_of, max_users, windows


@dataclass(frozen=True)
class One:
    name: str
    load: LoadConfig
    weight: float | None = None
    start_at: float = 0.0
    after: str | None = None


def load(vus: int = 1, seconds: float = 10.0, stop: float = 5.0) -> ConstantVus:
    return ConstantVus(vus, seconds, stop)


def test_a_scenario_with_a_load_is_a_crew_and_the_others_are_one() -> None:
    mix = load(3)
    crews = crews_of([One("a", load(2)), One("b", mix, 1.0), One("c", load(4)), One("d", mix, 2.0)])
    assert [(c.name, c.first_user, [m.name for m in c.members], c.is_mix) for c in crews] == [
        ("a", 0, ["a"], False),
        (MIX, 2, ["b", "d"], True),
        ("c", 5, ["c"], False),
    ]
    assert max_users(crews) == 9


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=20))
def test_no_two_users_have_one_number(rows: list[tuple[int, bool]]) -> None:
    mix = load(7)
    members = [One(f"s{n}", mix if drawn else load(vus), 1.0 if drawn else None) for n, (vus, drawn) in enumerate(rows)]
    crews = crews_of(members)
    numbers = [crew.first_user + user for crew in crews for user in range(crew.load.max_vus)]
    assert sorted(numbers) == list(range(max_users(crews)))
    assert [m.name for crew in crews for m in crew.members if m.weight is None] == [
        m.name for m in members if m.weight is None
    ]


def test_when_each_is_on_at_the_latest() -> None:
    crews = crews_of(
        [
            One("last", load(seconds=1), after="second"),
            One("second", load(seconds=20), after="drawn"),
            One("late", load(seconds=3), start_at=7.0),
            One("drawn", SharedIterations(1, 1, 60.0, 30.0), 1.0),
        ]
    )
    assert windows(crews) == {
        "last": (90 + 25, 90 + 25 + 1, 90 + 25 + 6),
        "second": (90, 110, 115),
        "late": (7, 10, 15),
        MIX: (0, 60, 90),
    }


def test_a_circle_has_no_time() -> None:
    crews = crews_of([One("a", load(), after="b"), One("b", load(), after="a"), One("c", load())])
    assert set(windows(crews)) == {"c"}


@pytest.mark.parametrize("count", [1, 2])
def test_even_one_scenario_may_be_a_mix(count: int) -> None:
    (crew,) = crews_of([One(f"s{n}", load(), 1.0) for n in range(count)])
    assert crew.name == MIX
