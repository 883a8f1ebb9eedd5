from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.mock.tokens import issue, owner, user_id


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_token_names_its_owner(email: str) -> None:
    token = issue(email)
    assert owner(token) == email
    assert token.isascii()
    assert not set(token) & set(" \r\n,;\"'")


@given(st.text())
def test_what_was_not_issued_has_no_owner(token: str) -> None:
    email = owner(token)
    assert email is None or issue(email) == token


@pytest.mark.parametrize(
    "token", ["", ".", "nonsense", "YUBiLmM", "YUBiLmM.", "YUBiLmM.0000000000000000", "é.1", "/w.1"]
)
def test_forged_tokens_have_no_owner(token: str) -> None:
    assert owner(token) is None


def test_each_change_of_a_token_breaks_it() -> None:
    token = issue("a@b.c")
    for at, char in enumerate(token):
        assert owner(token[:at] + ("x" if char != "x" else "y") + token[at + 1 :]) != "a@b.c"


def test_user_ids_differ() -> None:
    assert len({user_id(f"{n}@example.com") for n in range(1000)}) == 1000
