from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.mock.bucket import TokenBucket


def test_without_a_rate_everything_passes() -> None:
    bucket = TokenBucket(None, 0.0)
    assert [bucket.take(0.0) for _ in range(10_000)] == [0.0] * 10_000


def test_one_second_of_burst_then_the_rate() -> None:
    bucket = TokenBucket(4.0, 10.0)
    assert [bucket.take(10.0) for _ in range(6)] == [0, 0, 0, 0, 0.25, 0.25]
    assert bucket.take(10.125) == pytest.approx(0.125)
    assert bucket.take(10.25) == 0
    assert bucket.take(10.25) == pytest.approx(0.25)
    assert [bucket.take(99.0) for _ in range(5)] == [0, 0, 0, 0, 0.25]


def test_a_slow_rate_still_lets_one_through() -> None:
    bucket = TokenBucket(0.5, 0.0)
    assert [bucket.take(t) for t in (0.0, 0.0, 1.0, 2.0)] == [0, 2, 1, 0]


# Rates and times are whole multiples of powers of two, so float arithmetic is exact and equals the fractions.
@given(st.sampled_from([0.5, 1.0, 4.0, 16.0]), st.lists(st.integers(0, 64), max_size=200))
def test_it_equals_a_bucket_of_fractions(rate: float, gaps: list[int]) -> None:
    bucket = TokenBucket(rate, 0.0)
    burst = max(Fraction(1), Fraction(rate))
    tokens, now, granted = burst, Fraction(0), 0
    for gap in gaps:
        now += Fraction(gap, 64)
        tokens = min(burst, tokens + Fraction(gap, 64) * Fraction(rate))
        passes = tokens >= 1
        wait = bucket.take(float(now))
        assert (wait == 0) is passes
        if passes:
            tokens -= 1
            granted += 1
        else:
            assert Fraction(wait) * Fraction(rate) + tokens == 1
        assert granted <= burst + now * Fraction(rate)
