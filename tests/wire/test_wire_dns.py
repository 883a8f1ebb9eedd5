"""Policies and selection, as in k6's lib/netext/resolver.go."""

from __future__ import annotations

import socket
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.wire.dns import Address, candidates, ordered, picker


def at(*texts: str) -> list[Address]:
    return [(socket.AF_INET6 if ":" in text else socket.AF_INET, (text, 80)) for text in texts]


def names(addresses: Any) -> list[str]:
    return [address[0] for _, address in addresses]


MIXED = at("10.0.0.1", "fd00::1", "10.0.0.2", "fd00::2")
V4, V6 = ["10.0.0.1", "10.0.0.2"], ["fd00::1", "fd00::2"]


@pytest.mark.parametrize(
    ("policy", "found", "groups"),
    [
        ("prefer_ipv4", MIXED, [V4, V6]),
        ("prefer_ipv4", at(*V6), [V6]),
        ("prefer_ipv6", MIXED, [V6, V4]),
        ("prefer_ipv6", at(*V4), [V4]),
        ("only_ipv4", MIXED, [V4]),
        ("only_ipv4", at(*V6), []),
        ("only_ipv6", MIXED, [V6]),
        ("only_ipv6", at(*V4), []),
        ("any", MIXED, [["10.0.0.1", "fd00::1", "10.0.0.2", "fd00::2"]]),
        ("any", [], []),
        ("prefer_ipv4", [], []),
    ],
)
def test_policies(policy: Any, found: list[Address], groups: list[list[str]]) -> None:
    assert [names(group) for group in candidates(found, policy)] == groups


@pytest.mark.parametrize(
    ("found", "first", "order"),
    [
        (["1.1.1.1"], 0, ["1.1.1.1"]),
        (["1.1.1.1", "1.1.1.2", "1.1.1.3"], 1, ["1.1.1.2", "1.1.1.3", "1.1.1.1"]),
        (["1.1.1.1", "1.1.1.2", "::1", "::2"], 0, ["1.1.1.1", "::1", "1.1.1.2", "::2"]),
        (["1.1.1.1", "1.1.1.2", "::1", "::2"], 3, ["::2", "1.1.1.1", "::1", "1.1.1.2"]),
        (["1.1.1.1", "::1", "::2", "::3"], 0, ["1.1.1.1", "::1", "::2", "::3"]),
    ],
)
def test_families_take_turns(found: list[str], first: int, order: list[str]) -> None:
    assert names(ordered(at(*found), first)) == order


@given(st.lists(st.sampled_from([*V4, *V6, "::7", "10.0.0.9"]), min_size=1, unique=True), st.data())
def test_no_address_is_lost(found: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(found) - 1))
    order = names(ordered(at(*found), first))
    assert order[0] == found[first]
    assert sorted(order) == sorted(found)
    turns = [":" in one for one in order]
    smaller = min(turns.count(True), turns.count(False))
    assert all(a != b for a, b in pairwise(turns[: 2 * smaller]))


def test_first() -> None:
    pick = picker("first")
    assert [pick("a", 3) for _ in range(4)] == [0, 0, 0, 0]


def test_workers_share_out_the_turns() -> None:
    picks = [picker("round_robin", first=k, step=3) for k in range(3)]
    taken = [pick("a", 4) for _ in range(4) for pick in picks]
    assert taken == [turn % 4 for turn in range(12)]


def test_round_robin_counts_for_each_name() -> None:
    pick = picker("round_robin")
    assert [pick("a", 3) for _ in range(4)] == [0, 1, 2, 0]
    assert [pick("b", 2) for _ in range(3)] == [0, 1, 0]
    assert pick("a", 2) == 0  # its fifth turn, of fewer addresses


def test_random_takes_each() -> None:
    pick = picker("random", seed=7)
    taken = Counter(pick("a", 3) for _ in range(3000))
    assert set(taken) == {0, 1, 2}
    assert all(abs(count - 1000) < 150 for count in taken.values())  # over 5 standard deviations, and seeded
