"""Whatever is dealt out is dealt out whole, and nothing twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loadspec.load.share import WHOLE, Share


@given(st.integers(0, 500), st.integers(1, 40))
def test_shares_are_the_whole(total: int, n: int) -> None:
    shares = [Share(k, n) for k in range(n)]
    owned = [[i for i in range(total) if share.owns(i)] for share in shares]
    assert sorted([i for numbers in owned for i in numbers]) == list(range(total))
    assert [share.count(total) for share in shares] == [len(numbers) for numbers in owned]
    for share, numbers in zip(shares, owned, strict=True):
        assert [share.number(mine) for mine in range(len(numbers))] == numbers


def test_one_worker_has_all() -> None:
    assert (WHOLE.owns(7), WHOLE.count(7), WHOLE.number(7)) == (True, 7, 7)


@given(st.integers(0, 500), st.integers(1, 40), st.integers(1, 50))
def test_what_needs_a_user_is_dealt_out_among_workers_that_have_one(total: int, n: int, users: int) -> None:
    shares = [Share(k, n).among(users) for k in range(n)]
    owned = [[i for i in range(total) if share.owns(i)] for share in shares]
    assert sorted([i for numbers in owned for i in numbers]) == list(range(total))
    assert [share.count(total) for share in shares] == [len(numbers) for numbers in owned]
    assert all(Share(k, n).count(users) for k, numbers in enumerate(owned) if numbers)
