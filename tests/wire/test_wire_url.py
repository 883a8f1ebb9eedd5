from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.wire.request import request_head
from loadspec.wire.url import Origin, host_header, parse_url


@pytest.mark.parametrize(
    ("text", "origin", "target", "host"),
    [
        ("http://a", ("http", "a", 80), "/", "a"),
        ("https://a/", ("https", "a", 443), "/", "a"),
        ("HTTP://API.Example/Path", ("http", "api.example", 80), "/Path", "api.example"),
        ("http://a:8089/x", ("http", "a", 8089), "/x", "a:8089"),
        ("http://a:443/", ("http", "a", 443), "/", "a:443"),
        ("https://a:443/", ("https", "a", 443), "/", "a"),
        ("http://a:/", ("http", "a", 80), "/", "a"),
        ("http://a?x=1", ("http", "a", 80), "/?x=1", "a"),
        ("http://a/?x=1?y#z?", ("http", "a", 80), "/?x=1?y", "a"),
        ("http://a#frag/ment", ("http", "a", 80), "/", "a"),
        ("http://a/x y/ü?q=ä b", ("http", "a", 80), "/x%20y/%C3%BC?q=%C3%A4%20b", "a"),
        ("http://a/%20%zz", ("http", "a", 80), "/%20%zz", "a"),
        ('http://a/{"x"}<y>\\', ("http", "a", 80), "/%7B%22x%22%7D%3Cy%3E%5C", "a"),
        ("http://a//b/../c", ("http", "a", 80), "//b/../c", "a"),
        ("http://127.0.0.1:8089/a@b:c", ("http", "127.0.0.1", 8089), "/a@b:c", "127.0.0.1:8089"),
        ("http://[::1]:8080/", ("http", "::1", 8080), "/", "[::1]:8080"),
        ("https://[2001:DB8::0:1]/", ("https", "2001:db8::1", 443), "/", "[2001:db8::1]"),
        ("http://my_service.local./", ("http", "my_service.local.", 80), "/", "my_service.local."),
        ("http://bücher.example/", ("http", "xn--bcher-kva.example", 80), "/", "xn--bcher-kva.example"),
        ("http://例え。jp/", ("http", "xn--r8jz45g.jp", 80), "/", "xn--r8jz45g.jp"),
        ("  http://a/  ", ("http", "a", 80), "/", "a"),
    ],
)
def test_parsed(text: str, origin: tuple[str, str, int], target: str, host: str) -> None:
    assert parse_url(text) == (Origin(*origin), target)
    assert host_header(Origin(*origin)) == host
    assert str(Origin(*origin)) == f"{origin[0]}://{host}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "does not start with http"),
        ("a.example/path", "does not start with http"),
        ("/path", "does not start with http"),
        ("http:/a", "does not start with http"),
        ("ftp://a/", "scheme 'ftp'"),
        ("http://", "no host"),
        ("http:///path", "no host"),
        ("http://:80/", "no host"),
        ("http://user@a/", "user name or password"),
        ("http://user:secret@a/", "user name or password"),
        ("http://a:0/", "port '0'"),
        ("http://a:65536/", "port '65536'"),
        ("http://a:x/", "port 'x'"),
        ("http://a:-1/", "port '-1'"),
        ("http://a:８0/", "port '８0'"),
        ("http://a:1:2/", "IPv6 addresses belong in"),
        ("http://::1/", "IPv6 addresses belong in"),
        ("http://a:x/?token=secret", "port 'x'"),
        ("a/?token=secret", "does not start"),
        ("http://[::1/", "IPv6 addresses belong in"),
        ("http://[::g]/", "IPv6 address, which is none"),
        ("http://[]/", "IPv6 address, which is none"),
        ("http://[fe80::1%25eth0]/", "IPv6 zone"),
        ("http://a b/", "no host name"),
        ("http://a..b/", "no host name"),
        ("http://-a/", "no host name"),
        ("http://a-/", "no host name"),
        ("http://" + "a" * 64 + "/", "no host name"),
        ("http://" + "a." * 127 + "/", "no host name"),
        ("http://a%41/", "no host name"),
        ("http://a\\b/", "no host name"),
        ("http://ü" + "ü" * 80 + "/", "no international host name"),
        ("http://a/\r\nX: y", "control character"),
        ("http://a\0/", "control character"),
    ],
)
def test_refused(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        parse_url(text)
    assert sentence in str(caught.value)
    assert "secret" not in str(caught.value)


@given(st.text(max_size=40), st.sampled_from(["http://", "https://a/", "http://a", ""]))
def test_what_parses_makes_a_request(text: str, prefix: str) -> None:
    try:
        origin, target = parse_url(prefix + text)
    except ValueError:
        return
    request_head("GET", target, host_header(origin), [])
    assert parse_url(f"{origin}{target}") == (origin, target)
