from __future__ import annotations

import pytest

from loadspec.wire.fields import CACHEABLE
from loadspec.wire.headers import Headers, header_list, parse_headers
from loadspec.wire.response import ResponseParser

HEAD = (
    b"HTTP/1.1 200 OK\r\nX-Id: 7\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n"
    b"X-Name: J\xfcrgen\r\nContent-Length: 0\r\n\r\n"
)


def test_names_are_lower_case_and_repetitions_joined() -> None:
    assert dict(parse_headers(HEAD)) == {
        "x-id": "7",
        "set-cookie": "a=1, b=2",
        "x-name": "Jürgen",
        "content-length": "0",
    }


@pytest.mark.parametrize("name", ["x-id", "X-Id", "X-ID"])
def test_look_ups_ignore_case(name: str) -> None:
    headers = parse_headers(HEAD)
    assert headers[name] == headers.get(name) == headers.get(name, "-") == "7"
    assert name in headers


def test_what_is_missing() -> None:
    headers = parse_headers(HEAD)
    assert "x-none" not in headers
    assert 7 not in headers
    assert headers.get("x-none") is None
    assert headers.get("x-none", "-") == "-"
    with pytest.raises(KeyError):
        headers["x-none"]


def test_it_takes_what_the_parser_keeps() -> None:
    parser = ResponseParser()
    parser.feed(b"\r\nHTTP/1.1 100 C\r\nX-Id: 1\r\n\r\nHTTP/1.1 200 OK\nX-Id: a\n b\nContent-Length: 0\n\n")
    assert header_list(parser.head) == parser.headers
    assert parse_headers(parser.head)["X-ID"] == "a b"


def test_no_headers_at_all() -> None:
    assert parse_headers(b"HTTP/1.1 200 OK\r\n\r\n") == Headers()


@pytest.mark.parametrize("size", [10, CACHEABLE])
def test_heads_are_parsed_once_unless_they_are_large(size: int) -> None:
    head = b"HTTP/1.1 200 OK\r\nX-Long: %s\r\nA: 1\r\nA: 2\r\n\r\n" % (b"x" * size)
    first, again = parse_headers(head), parse_headers(bytes(bytearray(head)))
    assert (first is again) == (size < CACHEABLE)
    assert first == again == {"x-long": "x" * size, "a": "1, 2"}
    assert header_list(head) == [(b"x-long", b"x" * size), (b"a", b"1"), (b"a", b"2")]
