"""How long an iteration may take, and how many users an open model gets for it."""

from __future__ import annotations

import math

import pytest

from loadspec.load import LoadConfig
from loadspec.spec import load_bytes

HEAD = """loadspec: 1
target: {base_url: "http://127.0.0.1:1", timeout: 10s}
endpoints:
  a: {path: /a}
  slow: {path: /slow, timeout: {total: 40s}}
"""


def loads(flow: str, load: str) -> list[LoadConfig]:
    return [scenario.load for scenario in load_bytes(f"{HEAD}{flow}\n{load}\n".encode(), "s.yaml").spec.scenarios]


@pytest.mark.parametrize(
    ("flow", "seconds"),
    [
        ("[{call: a}]", 10),
        ("[{call: slow}, {call: a}, {think: 1s..3s}]", 53),
        ("[{call: a, timeout: 5s}]", 5),
        ("[{poll: a, until: ok, timeout: 30s}]", 30),
        ("[{call: a, retry: {times: 2}}]", 50),  # three attempts, and two delays of 10 s at most
        ("[{group: g, steps: [{call: a}, {call: a}]}]", 20),
        ("[{repeat: 3, steps: [{call: a}]}]", 30),
        ("[{parallel: [{call: a}, {call: slow}]}]", 40),
        ("[{if: vu > 1, then: [{call: a}], else: [{call: slow}]}]", 40),
        ("[{choose: [{weight: 1, steps: [{call: a}]}, {weight: 1, steps: [{think: 15s}]}]}]", 15),
        ("[{wait_until: {users: 2, timeout: 7s}}, {pace: 8s}]", 15),
        ("[{repeat: {while: iteration < 0, at_most: 4}, steps: [{call: a}]}]", 40),
    ],
)
def test_users_are_those_of_the_longest_iteration(flow: str, seconds: float) -> None:
    (load,) = loads(f"flow: {flow}", "{rate: 2/s, duration: 1h}"[1:-1].replace(", ", "\n"))
    assert load.max_vus == math.ceil(2 * seconds)


def test_no_more_than_starts_or_as_said() -> None:
    assert [load.max_vus for load in loads("flow: [{call: a}]", "rate: 5/s\nduration: 1s")] == [5]
    assert [load.max_vus for load in loads("flow: [{call: a}]", "rate: 5/s\nduration: 1s\nmax_vus: 70")] == [70]
    assert [load.max_vus for load in loads("flow: [{call: a}]", "rate: 5/s\nduration: 1s\npre_allocated_vus: 9")] == [9]


def test_a_mix_has_the_users_of_its_longest_scenario_and_padding_counts() -> None:
    mix = "scenarios:\n  one: {flow: [{call: a}]}\n  two: {flow: [{call: slow}]}"
    assert {load.max_vus for load in loads(mix, "rate: 2/s\nduration: 1h")} == {80}
    padded = loads("flow: [{call: a}]", "rate: 2/s\nduration: 1h\nmin_iteration_duration: 1m")
    assert [load.max_vus for load in padded] == [120]


@pytest.mark.parametrize(("users", "codes"), [(200, []), (601, ["LS057"])])
def test_users_that_meet_are_as_many_as_there_may_be(users: int, codes: list[str]) -> None:
    flow = f"flow: [{{call: a}}, {{wait_until: {{users: {users}, timeout: 30s}}}}, {{think: 200s}}]"
    text = f"{HEAD}{flow}\nrate: 1/s\nduration: 10m\n".replace("  slow: {path: /slow, timeout: {total: 40s}}\n", "")
    assert [each.code for each in load_bytes(text.encode(), "s.yaml").warnings] == codes
