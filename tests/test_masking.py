"""No secret in any form that text can take."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.masking import MASK, Masker

SECRET = 'p@ss "wörd"/+=&'
FORMS = {
    "plain": SECRET,
    "json": json.dumps(SECRET)[1:-1],
    "json in utf-8": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "path": quote(SECRET, safe=""),
    "url": quote(SECRET),
    "form": quote_plus(SECRET),
    "query": urlencode({"p": SECRET})[2:],
    "lower-case escapes": quote(SECRET, safe="").lower(),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 for urls": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "base64 unpadded": base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms(form: str) -> None:
    assert Masker([SECRET])(f"a {FORMS[form]} b {FORMS[form]}") == f"a {MASK} b {MASK}"


@given(st.text(min_size=4, max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_nothing_of_it_is_left(secret: str, before: str, after: str) -> None:
    assert secret not in Masker([secret])(before + secret + after).replace(MASK, "") or secret in MASK


def test_the_longer_secret_wins() -> None:
    assert Masker(["abcd", "abcdefgh"])("abcdefgh abcd") == f"{MASK} {MASK}"


@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_secrets_nothing_is_masked(secrets: list[str]) -> None:
    assert Masker(secrets)("1 abc is a word") == "1 abc is a word"


def test_a_short_secret_is_one_too() -> None:
    assert Masker(["abc"])('X-Custom: abc, "password":"abc"') == f'X-Custom: {MASK}, "password":"{MASK}"'


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer t",
        "authorization: Basic x",
        "Proxy-Authorization: x",
        "Cookie: a=b; c=d",
        "Set-Cookie: a=b",
        "X-Api-Key: k",
        "X-API-KEY:k",
        "X-Auth-Token: k",
        "Api-Key: k",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_credential_headers_are_masked_whatever_they_hold(line: str, end: str) -> None:
    name = line.partition(":")[0]
    message = f"GET / HTTP/1.1{end}{line}{end}Accept: x{end}{end}body"
    assert Masker([]).message(message) == f"GET / HTTP/1.1{end}{name}: {MASK}{end}Accept: x{end}{end}body"


def test_other_text_stays() -> None:
    text = "GET /x HTTP/1.1\nHost: authorization\nAccept: cookie: no\n\nThe cookie: was good"
    assert Masker(["secret"]).message(text) == text
