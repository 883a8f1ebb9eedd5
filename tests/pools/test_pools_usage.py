from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loadspec.pools import Usage, pack
from loadspec.pools.usage import unite, unpack


@given(st.lists(st.integers(0, 1), min_size=1, max_size=200))
def test_a_map_of_rows_survives_its_journey(seen: list[int]) -> None:
    assert [unpack(pack(bytearray(seen))) >> row & 1 for row in range(len(seen))] == seen


@given(st.lists(st.lists(st.integers(0, 19), max_size=30), min_size=1, max_size=4))
def test_workers_add_up(workers: list[list[int]]) -> None:
    usage = Usage(20)
    for drawn in workers:
        seen = bytearray(20)
        for half in (drawn[: len(drawn) // 2], drawn[len(drawn) // 2 :]):  # maps grow, counts are what is new
            for row in half:
                seen[row] = 1
            usage.add(len(half), pack(seen) if half else "")
    everything = [row for drawn in workers for row in drawn]
    assert usage.drawn == len(everything)
    assert usage.distinct == len(set(everything))
    assert usage.repeated == len(everything) - len(set(everything))


def test_a_million_rows_are_a_small_message() -> None:
    assert len(pack(bytearray(b"\x01" * 1_000_000))) < 1000
    assert len(pack(bytearray(b"\x01\x00" * 500_000))) < 1000


@given(st.lists(st.lists(st.booleans(), min_size=20, max_size=20), max_size=4))
def test_maps_of_rows_are_united(maps: list[list[bool]]) -> None:
    united = unite([pack(bytearray(seen)) if any(seen) else "" for seen in maps], 20)
    found = unpack(united) if united else 0
    assert [bool(found >> row & 1) for row in range(20)] == [any(seen[row] for seen in maps) for row in range(20)]
