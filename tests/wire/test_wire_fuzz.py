"""Slices of the fuzzing, new cases of the same kind each time by hypothesis, and a longer drill of a minute."""

from __future__ import annotations

import resource
import time

import pytest
from fuzzing import SEEDS, TARGETS, fuzz
from hypothesis import given, settings
from hypothesis import strategies as st

MIB = 1024  # of ru_maxrss, which is in KiB

DRILL_SECONDS = 10  # a target


@pytest.mark.parametrize("name", TARGETS)
def test_a_slice_of_mutations(name: str) -> None:
    fuzz(name, seed=0, cases=4000)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=100)
@given(data=st.data())
def test_a_slice_of_hypothesis(name: str, data: st.DataObject) -> None:
    start = data.draw(st.sampled_from(SEEDS[name]))
    cut = data.draw(st.integers(0, len(start)))
    TARGETS[name](start[:cut] + data.draw(st.binary(max_size=60)) + start[cut + data.draw(st.integers(0, 9)) :])


@pytest.mark.drill
@pytest.mark.parametrize("name", TARGETS)
def test_a_drill_of_mutations(name: str) -> None:
    """About a minute for all; a new seed every day, and the seed is in the error."""
    seed = int(time.time() // 86_400) * 1000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    end = time.monotonic() + DRILL_SECONDS
    while time.monotonic() < end:
        fuzz(name, seed, 1000)
        seed += 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < peak + 64 * MIB
