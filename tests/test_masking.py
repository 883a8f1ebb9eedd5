"""No secret in any form that text can take."""

from __future__ import annotations

import base64
import html
import json
import pickle
import string
from collections.abc import Callable
from html.entities import html5
from urllib.parse import quote, quote_plus, urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.masking import MASK, Masker, Secret, is_telling, revealed

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
    "json in json": json.dumps(json.dumps(SECRET))[3:-3],
    "json of a careful server": json.dumps(SECRET)[1:-1]
    .replace("/", "\\/")
    .replace("&", "\\u0026")
    .replace("=", "\\u003D"),
    "html": html.escape(SECRET),
    "html of text": html.escape(SECRET, quote=False),
    "html by numbers": "".join(f"&#{ord(letter)};" if ord(letter) > 122 else letter for letter in SECRET),
    "json in html": html.escape(json.dumps(SECRET)[1:-1]),
    "url in url": quote(quote(SECRET, safe=""), safe=""),
    "url in html": html.escape(urlencode({"p": SECRET})[2:]),
    "base64 in url": quote(base64.b64encode(SECRET.encode()).decode(), safe=""),
    "base64 in json": base64.b64encode(SECRET.encode()).decode().replace("/", "\\/").replace("=", "\\u003d"),
    "base64 unpadded": base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms(form: str) -> None:
    assert Masker([SECRET])(f"a {FORMS[form]} b {FORMS[form]}") == f"a {MASK} b {MASK}"


@pytest.mark.parametrize("name", ["", "a", "bo", "ada", "user@example.com"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_inside_what_is_encoded(name: str, encode: Callable[[bytes], bytes]) -> None:
    for size in range(8, 14):
        secret, before = "pässwörd?>9~xyz"[:size], f"{name}:".encode()
        for after in (b"", b"!", b" and more"):
            masked = Masker([secret])(encode(before + secret.encode() + after).decode())
            assert masked.count(MASK) == 1
            assert len(masked.partition(MASK)[0]) <= len(before) * 4 / 3 + 1


LETTERS = string.punctuation + " \n\tßé€龍😀"
NAMES = {letter: name for name, letter in sorted(html5.items()) if name.endswith(";")}


def units(text: str, escape: str = "\\u{:04x}") -> str:
    """A text whose letters are escapes of UTF-16, as careful servers write JSON."""
    data = text.encode("utf-16-be")
    codes = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
    return "".join(chr(code) if chr(code) in string.ascii_letters else escape.format(code) for code in codes)


ENCODERS: dict[str, Callable[[str], str]] = {
    "units": units,
    "units in capitals": lambda text: units(text, "\\u{:04X}"),
    "json": lambda text: json.dumps(text)[1:-1],
    "json in utf-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "json in json": lambda text: json.dumps(json.dumps(text))[3:-3],
    "units in json": lambda text: json.dumps(units(text))[1:-1],
    "html": html.escape,
    "json for scripts": lambda text: json.dumps(text)[1:-1].translate({ord(c): f"\\u{ord(c):04x}" for c in "<>&'"}),
    "html by names": lambda text: "".join(f"&{NAMES[letter]}" if letter in NAMES else letter for letter in text),
    "html by numbers": lambda text: "".join(letter if letter.isalpha() else f"&#{ord(letter)};" for letter in text),
    "url": lambda text: quote(text, safe=""),
    "lower-case url": lambda text: quote(text, safe="").lower(),
    "form": quote_plus,
    "url in url": lambda text: quote(quote(text, safe=""), safe=""),
    "json in url": lambda text: quote(json.dumps(text)[1:-1], safe=""),
    "json in html": lambda text: html.escape(json.dumps(text)[1:-1]),
}


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize(
    "secret",
    [
        "{0}{0}{0}{0}",
        "{}word",
        "pass{}",
        "pa{}word",
        "pa\\{}word",
        "\\{0}\\{0}",
        "{0}pa{0}{0}word{0}",
    ],
)
def test_every_letter_in_every_encoding(secret: str, encoder: str) -> None:
    for letter in LETTERS.replace(" ", "") if encoder == "form" else LETTERS:
        hidden = secret.format(letter)
        written = ENCODERS[encoder](hidden)
        assert Masker([hidden])(f"x{written}y") == f"x{MASK}y", written


@given(
    st.text(LETTERS.replace("😀", "") + "\\%&nu0259ac;", min_size=8, max_size=16),
    st.lists(st.sampled_from(["units", "json", "json in utf-8", "html", "html by names", "url"]), max_size=3),
)
def test_encodings_within_encodings_in_any_order(secret: str, encoders: list[str]) -> None:
    written = secret
    for encoder in encoders:
        written = ENCODERS[encoder](written)
    assert Masker([secret])(f"x{written}y") == f"x{MASK}y"


def test_half_a_letter_is_a_secret_too() -> None:
    masker = Masker(["abc\udce9", "abc\ud83d"])
    assert masker("abc%E9 abc\\udce9 abc\\ud83d abc\udce9") == " ".join([MASK] * 4)


@pytest.mark.parametrize("encoder", ["json", "json in json", "url", "url in url", "html"])
def test_what_stands_before_a_secret_does_not_hide_it(encoder: str) -> None:
    for before, secret in (
        ("C:\\", 'new"<é'),
        ("C:\\", 'u00e9"<'),
        ("%", '25ab"<é'),
        ("%2", '5ab"<é'),
        ("&", 'lt;"<é'),
    ):
        masked = Masker([secret])(ENCODERS[encoder](before + secret))
        assert masked == ENCODERS[encoder](before) + MASK


@pytest.mark.parametrize(
    "run", [*string.punctuation, "%25", "25", "%5C", "&amp;", "amp;", "&#0", '\\"', "\\u", "\\u005c", "\\%5C&amp;"]
)
def test_a_run_of_anything_takes_linear_time(run: str) -> None:
    whole = run * (65_536 // len(run))
    secrets = [letter + rest for letter in string.punctuation for rest in ('é"secret', '\\\\"x', f"{letter * 99}x")]
    for text in (whole, f"%{whole}", f"&{whole}"):
        assert Masker(secrets)(text) == text


def test_a_secret_that_looks_encoded_is_found_as_it_stands() -> None:
    for secret in ("a&amp;b", "a%252Fb", "a\\nb\\", "a&#34;b", "\\u00e9", "\ud800xyz", "abc\udce9"):
        assert Masker([secret])(f"x{secret}") == f"x{MASK}"


@given(st.text(min_size=4, max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_nothing_of_it_is_left(secret: str, before: str, after: str) -> None:
    assert secret not in Masker([secret])(before + secret + after).replace(MASK, "") or secret in MASK


def test_the_longer_secret_wins() -> None:
    assert Masker(["abcd", "abcdefgh"])("abcdefgh abcd") == f"{MASK} {MASK}"


@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_secrets_nothing_is_masked(secrets: list[str]) -> None:
    assert Masker(secrets)("1 abc is a word") == "1 abc is a word"


def test_a_short_secret_is_not_looked_for_where_it_would_hide_other_text() -> None:
    assert Masker(["abc"])("abc and abcd") == "abc and abcd"
    assert Masker(["abcd"])('X-Custom: abcd, "password":"abcd"') == f'X-Custom: {MASK}, "password":"{MASK}"'


@pytest.mark.parametrize("digits", [SECRET.encode().hex(), SECRET.encode().hex().upper()])
def test_hexadecimal_digits(digits: str) -> None:
    assert Masker([SECRET])(f"a {digits} b") == f"a {MASK} b"


@given(st.integers(0, 400), st.integers(1, 60))
def test_the_begin_of_a_text_ends_in_no_half_secret(shift: int, shown: int) -> None:
    data = b"x" * shift + SECRET.encode() * 200
    begin = Masker([SECRET]).begin(data, shown)
    assert set(begin) <= {"x", *MASK}
    assert len(begin) >= min(shown, shift)


def test_the_begin_of_a_short_text_is_all_of_it() -> None:
    assert Masker([SECRET]).begin(b"a " + SECRET.encode(), 1) == f"a {MASK}"
    assert Masker([]).begin(b"abc", 100) == "abc"


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret("hunter22")
    for text in (str(secret), repr(secret), f"{secret}", f"{secret:>3}", str([secret]), str({1: secret})):
        assert "hunter" not in text
        assert MASK in text
    for dump in (orjson.dumps, json.dumps, pickle.dumps):
        with pytest.raises(TypeError):
            dump(secret)
    assert not hasattr(secret, "__dict__")
    assert revealed(secret) == revealed("hunter22") == "hunter22"
    assert secret == Secret("hunter22") != "hunter22"
    assert len({secret, Secret("hunter22")}) == 1


@pytest.mark.parametrize(
    ("name", "telling"),
    [
        ("token", True),
        ("access_token", True),
        ("accessToken", True),
        ("X-Api-Key", True),
        ("apikey", True),
        ("PASSWORD", True),
        ("DB_PASSWORD", True),
        ("tokens", False),
        ("token_count", False),
        ("broken", False),
        ("key", False),
    ],
)
def test_names_that_tell(name: str, telling: bool) -> None:
    assert is_telling(name) is telling


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
