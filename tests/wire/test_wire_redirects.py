"""Where a Location leads, and the request that goes there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from references import resolved

from loadspec.wire.redirects import STATUSES, location_of, onward, resolve, without_headers
from loadspec.wire.url import Origin

HOME = Origin("http", "shop.example.com", 80)
BASE = "http://a/b/c/d;p?q"

RFC_3986_5_4 = {
    "g:h": "g:h",
    "g": "http://a/b/c/g",
    "./g": "http://a/b/c/g",
    "g/": "http://a/b/c/g/",
    "/g": "http://a/g",
    "//g": "http://g",
    "?y": "http://a/b/c/d;p?y",
    "g?y": "http://a/b/c/g?y",
    "#s": "http://a/b/c/d;p?q",
    "g#s": "http://a/b/c/g",
    "g?y#s": "http://a/b/c/g?y",
    ";x": "http://a/b/c/;x",
    "g;x": "http://a/b/c/g;x",
    "g;x?y#s": "http://a/b/c/g;x?y",
    "": "http://a/b/c/d;p?q",
    ".": "http://a/b/c/",
    "./": "http://a/b/c/",
    "..": "http://a/b/",
    "../": "http://a/b/",
    "../g": "http://a/b/g",
    "../..": "http://a/",
    "../../": "http://a/",
    "../../g": "http://a/g",
    "../../../g": "http://a/g",
    "../../../../g": "http://a/g",
    "/./g": "http://a/g",
    "/../g": "http://a/g",
    "g.": "http://a/b/c/g.",
    ".g": "http://a/b/c/.g",
    "g..": "http://a/b/c/g..",
    "..g": "http://a/b/c/..g",
    "./../g": "http://a/b/g",
    "./g/.": "http://a/b/c/g/",
    "g/./h": "http://a/b/c/g/h",
    "g/../h": "http://a/b/c/h",
    "g;x=1/./y": "http://a/b/c/g;x=1/y",
    "g;x=1/../y": "http://a/b/c/y",
    "g?y/./x": "http://a/b/c/g?y/./x",
    "g?y/../x": "http://a/b/c/g?y/../x",
    "http:g": "http:g",
}
"""The examples of RFC 3986 §5.4, fragments left out."""


@pytest.mark.parametrize(("reference", "whole"), RFC_3986_5_4.items())
def test_references(reference: str, whole: str) -> None:
    assert resolve(BASE, reference) == whole


@pytest.mark.parametrize(
    ("base", "reference", "whole"),
    [
        ("http://a", "g", "http://a/g"),
        ("http://a?x", "", "http://a?x"),
        ("http://a/b?x", "?", "http://a/b?"),
        ("http://a/b", " /c\r\n", "http://a/c"),
        ("http://a/b", "/c\td", "http://a/cd"),
        ("http://a/b", "https://c", "https://c"),
    ],
)
def test_odd_references(base: str, reference: str, whole: str) -> None:
    assert resolve(base, reference) == whole


_SEGMENTS = st.lists(st.sampled_from(["a", "b", "..", ".", "", "c;x", "%2e", "...", ":d", "\xe9"]), max_size=6)
_QUERIES = st.sampled_from(["", "?", "?q", "?q=/../x", "?a?b"])
_STARTS = st.sampled_from(["", "/", "//h", "//h:1/", "https://h", "http://h/"])
_BASES = st.lists(st.sampled_from(["a", "b", "", "c;x", "..."]), max_size=5)


@given(_BASES, _QUERIES, st.tuples(_STARTS, _SEGMENTS.map("/".join), _QUERIES, st.sampled_from(["", "#", "#f/../?x"])))
def test_references_as_the_rfc_computes_them(path: list[str], query: str, parts: tuple[str, ...]) -> None:
    """A base path has no dots here: where it stays as it is, the RFC keeps them, and Go removes them as we do."""
    base, reference = f"http://a.test:81/{'/'.join(path)}{query}", "".join(parts)
    assert resolve(base, reference) == resolved(base, reference)


LOCATIONS = [
    ("/next", HOME, "/next"),
    ("next?a=b c", HOME, "/shop/next?a=b%20c"),
    ("?page=2", HOME, "/shop/cart?page=2"),
    ("#top", HOME, "/shop/cart?id=1"),
    ("//cdn.example.com:81", Origin("http", "cdn.example.com", 81), "/"),
    ("HTTPS://Shop.Example.com/x", Origin("https", "shop.example.com", 443), "/x"),
    ("http://shop.example.com:80/x", HOME, "/x"),
    ("http://user:secret@shop.example.com/x@y", HOME, "/x@y"),
    ("/caf\N{LATIN SMALL LETTER E WITH ACUTE}", HOME, "/caf%C3%A9"),
    ("/caf%E9", HOME, "/caf%E9"),
    ("http://b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example/", Origin("http", "xn--bcher-kva.example", 80), "/"),
    ("http://[::1]:8080", Origin("http", "::1", 8080), "/"),
    ("../../..", HOME, "/"),
]


@pytest.mark.parametrize(("location", "origin", "target"), LOCATIONS)
def test_where_a_location_leads(location: str, origin: Origin, target: str) -> None:
    next = onward(b"GET /shop/cart?id=1 HTTP/1.1\r\nHost: shop.example.com\r\n\r\n", HOME, 302, location)
    assert next.origin == origin
    assert next.request.split(b" ")[:2] == [b"GET", target.encode()]
    assert next.crossed is (origin != HOME)


@pytest.mark.parametrize(
    "location",
    ["mailto:a@example.com", "javascript:alert(1)", "ftp://a/b", "http:x", "http://", "http://a:99999/", "//a b/"],
)
def test_a_location_that_leads_nowhere(location: str) -> None:
    with pytest.raises(ValueError, match=r"URL"):
        onward(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", HOME, 302, location)


def test_the_location_of_a_head() -> None:
    assert location_of(b"HTTP/1.1 302 Found\r\nLOCATION:  /a \r\nLocation: /b\r\n\r\n") == "/a"
    assert location_of(b"HTTP/1.1 302 Found\r\nContent-Location: /a\r\n\r\n") == ""
    assert location_of(b"HTTP/1.1 302 Found\r\nLocation: /caf\xe9 \xc3\r\n\r\n") == "/caf%E9 %C3"
    assert location_of("HTTP/1.1 302 Found\r\nLocation: /ü\r\n\r\n".encode()) == "/ü"


POST = (
    b"%s /a HTTP/1.1\r\nHost: virtual.example\r\nX-One: 1\r\nAuthorization: Basic eA==\r\nCookie: a=b\r\n"
    b"X-Api-Key: k\r\nX-Signature: s\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n"
    b"Content-Length: 4\r\n\r\nbody"
)


@pytest.mark.parametrize("status", sorted(STATUSES))
@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"PATCH"])
def test_methods_and_bodies(status: int, method: bytes) -> None:
    """As Go's client rewrites them."""
    next = onward(POST % method, HOME, status, "/b")
    rewritten = status < 304
    expected = (method if method in (b"GET", b"HEAD") else b"GET") if rewritten else method
    assert next.method == expected.decode()
    assert next.request.startswith(expected + b" /b HTTP/1.1\r\nHost: virtual.example\r\n")
    assert next.request.endswith(b"\r\n\r\n" if rewritten else b"\r\n\r\nbody")
    assert (b"\r\nContent-" in next.request) is not rewritten


@pytest.mark.parametrize(
    "to", ["http://shop.example.com:81/", "https://shop.example.com/", "//www.shop.example.com/", "//example.com/"]
)
def test_what_proves_who_the_user_is_goes_to_no_other_origin(to: str) -> None:
    next = onward(POST % b"POST", HOME, 307, to, {b"x-signature"})
    for name in (b"Authorization", b"Cookie", b"X-Api-Key", b"X-Signature", b"virtual"):
        assert name not in next.request
    assert b"\r\nX-One: 1\r\n" in next.request
    assert next.request.count(b"\r\nHost: ") == 1


def test_to_the_same_origin_all_of_it_goes() -> None:
    next = onward(POST % b"POST", HOME, 308, "http://shop.example.com/b", {b"x-signature"})
    assert next.request == (POST % b"POST").replace(b"/a", b"/b", 1)


def test_without_headers() -> None:
    request = b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nB: c\r\n\r\nAuthorization: y\r\n"
    assert without_headers(request, {b"authorization"}) == request.replace(b"Authorization: x\r\n", b"", 1)


@given(st.text(), st.sampled_from(sorted(STATUSES)))
def test_no_location_breaks_out_of_its_line(location: str, status: int) -> None:
    """A server cannot write the client's request: one line, one target, one Host."""
    try:
        next = onward(POST % b"POST", HOME, status, location)
    except ValueError:
        return
    head = next.request.partition(b"\r\n\r\n")[0]
    first, *lines = head.split(b"\r\n")
    assert len(first.split(b" ")) == 3
    assert first.isascii()
    assert sum(line.startswith(b"Host: ") for line in lines) == 1
    assert len(lines) <= 9
