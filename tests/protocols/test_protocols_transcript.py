from __future__ import annotations

import pytest

from loadspec.masking import Masker
from loadspec.protocols.http.transcript import SHOWN, harmless, transcript
from loadspec.transports.base import Answer


def answer(head: bytes = b"HTTP/1.1 200 OK\r\n\r\n", body: bytes = b"", status: int = 200) -> Answer:
    made = Answer()
    made.status, made.head, made.body = status, head, body
    return made


def lines(request: bytes, got: Answer, *secrets: str) -> list[str]:
    return transcript(request, got, Masker(secrets))


GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


def test_both_messages() -> None:
    request = b"POST /login HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer abc\r\n\r\n" + b'{"password":"hunter2"}\nmore'
    got = answer(b"HTTP/1.1 200 OK\r\nSet-Cookie: id=1\r\nDate: now\r\n\r\n", b'{"token":"hunter2"}')
    assert lines(request, got, "hunter2") == [
        "> POST /login HTTP/1.1",
        "> Host: h",
        "> Authorization: ***",
        ">",
        '> {"password":"***"}',
        "> more",
        "< HTTP/1.1 200 OK",
        "< Set-Cookie: ***",
        "< Date: now",
        "<",
        '< {"token":"***"}',
    ]


def test_no_answer() -> None:
    got = answer(status=0)
    got.error, got.phase, got.message = "refused", "connect", "nobody listens"
    assert lines(GET, got) == ["> GET / HTTP/1.1", "> Host: h", "! refused (connect): nobody listens"]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", ["< (10 bytes, no text)"]),
        (b"a\x1b[2Jb", ["< a\\x1b[2Jb"]),
        ("\u202eabc".encode(), ["< \\u202eabc"]),
        (b"\xff\xfe", ["< ��"]),
        (b"x" * (SHOWN + 1), ["< " + "x" * SHOWN, f"< ... ({SHOWN + 1} bytes)"]),
        (b"", []),
    ],
    ids=["binary", "escape", "bidi", "no utf-8", "long", "empty"],
)
def test_bodies(body: bytes, shown: list[str]) -> None:
    assert lines(GET, answer(body=body))[2:] == ["< HTTP/1.1 200 OK", *(["<"] if shown else []), *shown]


def test_a_secret_that_the_cut_goes_through_stays_secret() -> None:
    secret = "s3cret-s3cret"
    body = b"x" * (SHOWN - 6) + secret.encode()
    assert "s3cre" not in "".join(lines(GET, answer(body=body), secret))


def test_harmless() -> None:
    assert harmless("a\tb\r\x07\x9b") == "a\tb\\x0d\\x07\\x9b"
