"""Packed histograms: what was put away comes back, and merges as it would have unpacked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics.histogram import Histogram
from loadspec.metrics.packed import merge_packed, pack, unpack

VALUES = st.lists(st.floats(-1e6, 1e9) | st.sampled_from([0.0, -0.0, 1.0, 3.0e38]), max_size=80)


def histogram_of(values: list[float]) -> Histogram:
    histogram = Histogram()
    histogram.add_many(values)
    return histogram


def parts(histogram: Histogram) -> tuple[object, ...]:
    return dict(histogram.counts), histogram.sum, histogram.min, histogram.max


@given(VALUES)
def test_nothing_is_lost(values: list[float]) -> None:
    histogram = histogram_of(values)
    assert parts(unpack(pack(histogram))) == parts(histogram)


@given(VALUES, VALUES)
def test_merged_is_what_the_histograms_merge_to(one: list[float], other: list[float]) -> None:
    reference = histogram_of(one)
    reference.merge(histogram_of(other))
    merged = unpack(merge_packed(pack(histogram_of(one)), pack(histogram_of(other))))
    assert parts(merged) == parts(reference)
    assert merged.percentiles((50, 95, 99)) == reference.percentiles((50, 95, 99))


def test_many_samples_take_few_bytes() -> None:
    values = [10.0 + n / 10 for n in range(1000)]
    assert len(pack(histogram_of(values))) < len(set(histogram_of(values).counts)) * 3
    assert pack(Histogram()) == b""


def test_merged_histograms_of_arrays_are_packed_too() -> None:
    histogram = histogram_of([float(n) for n in range(1, 500)])
    histogram.merge(histogram_of([1.0]))
    assert parts(unpack(pack(histogram))) == parts(histogram)
