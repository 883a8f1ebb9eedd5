from __future__ import annotations

import pytest

from loadspec.wire.request import check_header_name, check_header_value, header_line, request_head, request_line


def test_a_whole_head() -> None:
    assert request_head("POST", "/v1/images?n=1", "api.example:8080", [(b"Accept", b"*/*"), (b"X-Empty", b"")]) == (
        b"POST /v1/images?n=1 HTTP/1.1\r\nHost: api.example:8080\r\nAccept: */*\r\nX-Empty: \r\n\r\n"
    )


def test_a_host_of_its_own_replaces_ours() -> None:
    assert request_head("GET", "/", "a", [(b"host", b"b")]) == b"GET / HTTP/1.1\r\nhost: b\r\n\r\n"


@pytest.mark.parametrize("name", [b"", b"X Y", b"X:", b"X\r\n", b"X\0", "Ü".encode(), b"(x)"])
def test_bad_names(name: bytes) -> None:
    with pytest.raises(ValueError, match="header name must be"):
        check_header_name(name)
    with pytest.raises(ValueError, match="header name must be"):
        header_line(name, b"x")


@pytest.mark.parametrize(
    ("value", "what"), [(b"a\r\nX: y", "carriage return"), (b"a\nb", "line feed"), (b"\0", "NUL byte")]
)
def test_bad_values(value: bytes, what: str) -> None:
    with pytest.raises(ValueError, match=f"must not hold a {what}"):
        check_header_value(value)
    with pytest.raises(ValueError, match=what):
        request_head("GET", "/", "a", [(b"X", value)])


@pytest.mark.parametrize("value", [b"", b"plain", "Jürgen".encode(), b"\xff", b"a\tb"])
def test_good_values(value: bytes) -> None:
    assert check_header_value(value) == value


@pytest.mark.parametrize("method", ["", "GET /", "G\r\nT", "GÉT"])
def test_bad_methods(method: str) -> None:
    with pytest.raises(ValueError, match="method must be a single word"):
        request_line(method, "/")


@pytest.mark.parametrize("target", ["", "/a b", "/a\r\nX: y", "/ä", "/\x7f", "/\0"])
def test_bad_targets(target: str) -> None:
    with pytest.raises(ValueError, match="request target must be"):
        request_line("GET", target)


def test_a_host_cannot_break_out() -> None:
    with pytest.raises(ValueError, match="header value"):
        request_head("GET", "/", "a\r\nX: y", [])
