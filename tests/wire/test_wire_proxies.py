"""Which proxy a request goes through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.wire.proxies import Proxies, Proxy, connect_request, forwarded, parse_exception, parse_proxy
from loadspec.wire.settings import Http
from loadspec.wire.url import Origin, parse_url

PROXIES = {
    "http://proxy:3128": Proxy("http", "proxy", 3128),
    "HTTP://Proxy.Example.com": Proxy("http", "proxy.example.com", 80),
    "https://proxy/": Proxy("https", "proxy", 443),
    "https://proxy:80": Proxy("https", "proxy", 80),
    "socks5://10.0.0.1": Proxy("socks5", "10.0.0.1", 1080),
    "socks5h://[::1]:9050": Proxy("socks5h", "::1", 9050),
    "socks5h://[::1]": Proxy("socks5h", "::1", 1080),
    "http://user:pass@proxy:1": Proxy("http", "proxy", 1, "user", "pass"),
    "http://us%20er:p%40ss%3A%2F@proxy:1": Proxy("http", "proxy", 1, "us er", "p@ss:/"),
    "http://user@proxy:1": Proxy("http", "proxy", 1, "user"),
    "http://us@er:p@ss@proxy:1": Proxy("http", "proxy", 1, "us@er", "p@ss"),
}


@pytest.mark.parametrize(("text", "proxy"), PROXIES.items())
def test_a_proxy_of_a_url(text: str, proxy: Proxy) -> None:
    assert parse_proxy(text) == proxy
    assert parse_proxy(proxy.url) == proxy
    assert proxy.password == "" or proxy.password not in str(proxy) + repr(proxy)


@pytest.mark.parametrize(
    "text",
    [
        *("", "proxy", "proxy:3128", "ftp://secret@proxy", "socks4://u:secret@proxy", "http://", "http://u:secret@"),
        *("http://a:0", "http://u:secret@proxy:123456", "http://proxy/path", "http://a b"),
        f"socks5://u:{'secret' * 50}@proxy",
    ],
)
def test_no_proxy_of_a_url(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as caught:
        parse_proxy(text)
    assert "secret" not in str(caught.value)


@given(st.text(min_size=1), st.text())
def test_any_name_and_password_survive_a_url(username: str, password: str) -> None:
    proxy = Proxy("http", "proxy", 1, username, password)
    assert parse_proxy(proxy.url) == proxy


GO = [
    # NO_PROXY, URL, whether the proxy is used: golang.org/x/net/http/httpproxy (BSD-3-Clause), proxy_test.go, rewritten
    ("", "http://foo.com/", True),
    ("foo.com", "http://foo.com/", False),
    ("foo.com", "http://www.foo.com/", False),
    ("foo.com", "http://xfoo.com/", True),
    (".foo.com", "http://www.foo.com/", False),
    (".foo.com", "http://foo.com/", True),
    ("*.foo.com", "http://www.foo.com/", False),
    ("*.foo.com", "http://foo.com/", True),
    ("foo.com:80", "http://foo.com/", False),
    ("foo.com:443", "http://foo.com/", True),
    ("foo.com:443", "https://foo.com/", False),
    ("foo.com:8080", "http://a.foo.com:8080/", False),
    ("*", "http://anything.example/", False),
    ("FOO.com", "http://foo.COM/", False),
    ("foo.com.", "http://foo.com/", False),
    ("foo.com", "http://foo.com./", False),
    ("bar.com, foo.com ,", "http://foo.com/", False),
    ("192.168.1.1", "http://192.168.1.1/", False),
    ("192.168.1.1", "http://192.168.1.2/", True),
    ("192.168.1.1:81", "http://192.168.1.1:81/", False),
    ("192.168.1.1:81", "http://192.168.1.1/", True),
    ("192.168.1.0/24", "http://192.168.1.7/", False),
    ("192.168.1.0/24", "http://192.168.2.7/", True),
    ("192.168.1.0/24", "http://1.7/", True),
    ("[::1]:80,2001:db8::52:0:1", "http://[2001:db8::52:0:1]/", False),
    ("[2001:db8::1]:80", "http://[2001:db8::1]/", False),
    ("[2001:db8::1]:80", "http://[2001:db8::1]:81/", True),
    ("2001:db8::/32", "http://[2001:db8::7]/", False),
    ("1.1", "http://192.168.1.1/", True),
    ("%%%,a b,/x,:80", "http://foo.com/", True),
]
ALWAYS_DIRECT = [
    "http://localhost/",
    "https://localhost:8443/",
    "http://127.0.0.1/",
    "http://127.1.2.3:80/",
    "http://[::1]/",
]
PROXY = Proxy("http", "proxy", 3128)


@pytest.mark.parametrize(("no_proxy", "url", "used"), GO)
def test_hosts_that_need_none(no_proxy: str, url: str, used: bool) -> None:
    origin, _ = parse_url(url)
    environ = {"HTTP_PROXY": "proxy:3128", "https_proxy": "http://proxy:3128", "NO_PROXY": no_proxy}
    assert (Proxies(Http(), environ).find(origin) == PROXY) is used
    own = [text.strip() for text in no_proxy.split(",") if text.strip()]
    if "%%%" not in no_proxy:
        assert (Proxies(Http(proxy="http://proxy:3128", no_proxy=tuple(own)), {}).find(origin) == PROXY) is used


@pytest.mark.parametrize("url", ALWAYS_DIRECT)
def test_loopback_goes_through_no_proxy_of_the_environment(url: str) -> None:
    origin, _ = parse_url(url)
    assert Proxies(Http(), {"http_proxy": "proxy", "HTTPS_PROXY": "proxy"}).find(origin) is None
    assert Proxies(Http(proxy="http://proxy:3128"), {}).find(origin) == PROXY


@pytest.mark.parametrize(
    ("environ", "http", "https"),
    [
        ({}, "", ""),
        ({"HTTP_PROXY": "a:1"}, "http://a:1", ""),
        ({"http_proxy": "a:1", "HTTP_PROXY": "b:2"}, "http://b:2", ""),
        ({"HTTPS_PROXY": "socks5h://a", "HTTP_PROXY": ""}, "", "socks5h://a:1080"),
        ({"ALL_PROXY": "http://a:1", "all_proxy": "http://a:1"}, "", ""),
    ],
)
def test_variables_of_the_environment(environ: dict[str, str], http: str, https: str) -> None:
    proxies = Proxies(Http(), environ)
    assert str(proxies.find(Origin("http", "x.test", 80)) or "") == http
    assert str(proxies.find(Origin("https", "x.test", 443)) or "") == https
    assert Proxies(Http(proxy=""), environ).find(Origin("http", "x.test", 80)) is None


def test_what_the_spec_says_stands_in_for_what_the_environment_says() -> None:
    environ = {"HTTP_PROXY": "a:1", "NO_PROXY": "x.test,y.test"}
    x, y = Origin("http", "x.test", 80), Origin("http", "y.test", 80)
    assert str(Proxies(Http(proxy="http://b:2"), environ).find(x)) == "http://b:2"
    proxies = Proxies(Http(no_proxy=("y.test",)), environ)
    assert (str(proxies.find(x)), proxies.find(y)) == ("http://a:1", None)


def test_a_variable_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match=r"^HTTPS_PROXY of the environment: a proxy is not spoken to by `ftp`"):
        Proxies(Http(), {"https_proxy": "ftp://u:secret@a"})


@pytest.mark.parametrize("text", ["", "a b", "http://a", "a:0", "a:99999", "10.0.0.0/99", "[a]", "[::1"])
def test_no_exception(text: str) -> None:
    with pytest.raises(ValueError, match=r"`"):
        parse_exception(text)


def test_a_request_as_a_proxy_takes_it() -> None:
    request = b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\nGET /a HTTP/1.1\r\n"
    line = Proxy("http", "p", 1, "u", "p").authorization
    assert forwarded(request, b"http://x:81", line) == (
        b"GET http://x:81/a?b=c HTTP/1.1\r\nProxy-Authorization: Basic dTpw\r\nHost: x\r\n\r\nGET /a HTTP/1.1\r\n"
    )
    assert connect_request(Origin("https", "::1", 443), b"") == b"CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n"
