"""Counts in arrays are those of a Counter."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from loadspec.metrics.buckets import Buckets
from loadspec.metrics.histogram import Histogram

BUCKETS = st.integers(0, 65_535)
COUNTS = st.dictionaries(BUCKETS, st.integers(1, 10**12), max_size=40)


@given(st.lists(COUNTS | st.lists(BUCKETS, max_size=20), max_size=8))
def test_they_add_up_as_a_counter_does(updates):
    found, reference = Buckets({}), Counter()
    for more in updates:
        found.update(more)
        reference.update(more)
    assert found == reference
    assert (len(found), bool(found), found.total()) == (len(reference), bool(reference), reference.total())
    twice = Buckets(reference)
    twice.update(found)
    assert twice == {bucket: 2 * count for bucket, count in reference.items()}
    assert twice.total() == 2 * reference.total()
    assert (list(found.keys()), list(found.values())) == (list(found), [reference[bucket] for bucket in found])


@given(COUNTS, BUCKETS, st.integers(0, 5))
def test_one_bucket_is_read_and_set(counts, bucket, count):
    found = Buckets(counts)
    assert found[bucket] == counts.get(bucket, 0)
    found[bucket] += count
    assert found[bucket] == counts.get(bucket, 0) + count
    assert found.total() == sum(counts.values()) + count


VALUES = st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=200)


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_a_merged_histogram_is_that_of_all_values_together(batches):
    """Merged, it keeps its buckets in arrays once they are many; one that was filled at once does not."""
    merged, whole = Histogram(), Histogram()
    for batch in batches:
        many = len(whole.counts) > 64
        part = Histogram()
        part.add_many(batch)
        merged.merge(part)
        whole.add_many(batch)
        assert type(merged.counts) is (Buckets if many else Counter)
    assert type(whole.counts) is Counter
    copy = Histogram()
    copy.merge(merged)
    copy.merge(merged)
    assert copy.counts == {bucket: 2 * count for bucket, count in merged.counts.items()}
    for values in ([3.0], [1.0, 2.0]):
        merged.add_many(values)
        whole.add_many(values)
    merged.add(-7.5, times=3)
    whole.add(-7.5, times=3)
    assert merged.counts == whole.counts
    percents = (0, 1, 50, 99, 100)
    assert merged.percentiles(percents) == whole.percentiles(percents)
    assert Histogram.from_wire(merged.to_wire()).counts == whole.counts
    assert list(merged.buckets()) == list(whole.buckets())


def test_many_buckets_take_little():
    """A distribution over seven octaves is known after a while, and takes no more however long it goes on."""
    from sys import getsizeof

    found = Buckets(dict.fromkeys(range(16_256, 16_256 + 7 * 128), 10**6))
    assert len(found) == 7 * 128
    size = sum(getsizeof(page) for page in found._pages.values())
    assert size < 10 * len(found)
    found.update(dict.fromkeys(range(16_256, 16_256 + 7 * 128), 10**9))
    assert sum(getsizeof(page) for page in found._pages.values()) == size
