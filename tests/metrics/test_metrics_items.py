"""What items cost, added up over workers and seconds: the same as if one had counted all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics import Trend
from loadspec.metrics.items import unite_items

SAMPLES = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["p", "q"]), st.integers(0, 2), st.floats(0.01, 1e5) | st.none())
)
"""(worker, pool, row, ms, or None where a step failed)."""


def rows_of(samples: list[Any]) -> list[dict[str, Any]]:
    """What one worker says of them."""
    found: dict[Any, dict[str, Any]] = {}
    times: dict[Any, Trend] = {}
    for _, pool, row, ms in samples:
        found.setdefault((pool, row), {"pool": pool, "row": row, "text": f"{pool} {row}", "failed": 0})
        trend = times.setdefault((pool, row), Trend())
        if ms is None:
            found[pool, row]["failed"] += 1
        else:
            trend.add(ms)
    return [{**row, "times": times[key].to_wire()} for key, row in found.items()]


@given(SAMPLES, st.permutations(range(4)))
def test_what_several_workers_say_is_what_one_would(samples: list[Any], turns: list[int]) -> None:
    found: list[Any] = []
    for worker in turns:
        found = unite_items([*found, *rows_of([sample for sample in samples if sample[0] == worker])])
    whole = unite_items(rows_of(samples))
    assert [(row["pool"], row["row"]) for row in found] == sorted({sample[1:3] for sample in samples})
    for one, other in zip(found, whole, strict=True):
        assert (one["text"], one["failed"]) == (other["text"], other["failed"])
        times, expected = Trend.from_wire(one["times"]), Trend.from_wire(other["times"])
        assert (times.count, times.percentiles((50, 95))) == (expected.count, expected.percentiles((50, 95)))
        assert times.sum == pytest.approx(expected.sum)
        if times.count:
            assert times.max == expected.max
