"""Cookies by RFC 6265, in a table, and against the standard library's jar."""

from __future__ import annotations

import re
import urllib.request
from email.message import Message
from email.utils import formatdate
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import cookies_of_go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_plan import call

from loadspec.clock import FakeClock
from loadspec.expr import ExprError, Missing, Scope
from loadspec.protocols.http.cookies import MAX_PER_DOMAIN, Jar, compile_cookies, default_path, parse_set_cookie
from loadspec.spec.model import Target
from loadspec.wire.url import Origin, parse_url

NOW = 1_700_000_000.0
FUTURE = "Wed, 01 Jan 2031 00:00:00 GMT"
PAST = "Thu, 01 Jan 1970 00:00:01 GMT"


def head(*cookies: str) -> bytes:
    return ("HTTP/1.1 200 OK\r\n" + "".join(f"Set-Cookie: {c}\r\n" for c in cookies) + "\r\n").encode("latin-1")


def place(url: str) -> tuple[Origin, str]:
    return parse_url(url)


def jar_with(*set_by: tuple[str, str], clock: FakeClock | None = None) -> Jar:
    jar = Jar(clock=clock or FakeClock(NOW))
    for url, cookie in set_by:
        jar.store(head(cookie), *place(url))
    return jar


@pytest.mark.parametrize(
    ("at", "cookie", "asked", "sent"),
    [
        # names and values
        ("http://h.example/", "a=1", "http://h.example/", "a=1"),
        ("http://h.example/", " a = 1 ; x", "http://h.example/", "a=1"),
        ("http://h.example/", "a=b=c", "http://h.example/", "a=b=c"),
        ("http://h.example/", 'a="q"', "http://h.example/", 'a="q"'),
        ("http://h.example/", "a=", "http://h.example/", "a="),
        ("http://h.example/", "=1", "http://h.example/", ""),
        ("http://h.example/", "a", "http://h.example/", ""),
        ("http://h.example/", "a=\x01", "http://h.example/", ""),
        ("http://h.example/", "a=" + "x" * 4096, "http://h.example/", ""),
        ("http://h.example/", "a=1; HttpOnly; SameSite=Strict; Unknown=3", "http://h.example/", "a=1"),
        # domains
        ("http://h.example/", "a=1", "http://sub.h.example/", ""),
        ("http://h.example/", "a=1; Domain=h.example", "http://sub.h.example/", "a=1"),
        ("http://h.example/", "a=1; Domain=.H.example", "http://h.example/", "a=1"),
        ("http://sub.h.example/", "a=1; Domain=h.example", "http://h.example/", "a=1"),
        ("http://sub.h.example/", "a=1; Domain=h.example", "http://other.h.example/", "a=1"),
        ("http://h.example/", "a=1; Domain=sub.h.example", "http://sub.h.example/", ""),
        ("http://h.example/", "a=1; Domain=other.example", "http://other.example/", ""),
        ("http://h.example/", "a=1; Domain=example", "http://h.example/", ""),
        ("http://xh.example/", "a=1; Domain=h.example", "http://xh.example/", ""),
        ("http://h.example/", "a=1; Domain=", "http://h.example/", "a=1"),
        ("http://localhost/", "a=1; Domain=localhost", "http://localhost/", "a=1"),
        ("http://127.0.0.1/", "a=1; Domain=127.0.0.1", "http://127.0.0.1:99/", "a=1"),
        ("http://127.0.0.1/", "a=1; Domain=0.0.1", "http://127.0.0.1/", ""),
        ("http://h.example:1/", "a=1", "http://h.example:2/", "a=1"),
        # paths
        ("http://h.example/a/b", "a=1", "http://h.example/a/c", "a=1"),
        ("http://h.example/a/b", "a=1", "http://h.example/a", "a=1"),
        ("http://h.example/a/b", "a=1", "http://h.example/ab", ""),
        ("http://h.example/a/b", "a=1", "http://h.example/", ""),
        ("http://h.example/a/b?c=/d/e", "a=1", "http://h.example/a/?x=/y", "a=1"),
        ("http://h.example/", "a=1; Path=/x", "http://h.example/x", "a=1"),
        ("http://h.example/", "a=1; Path=/x", "http://h.example/x/y", "a=1"),
        ("http://h.example/", "a=1; Path=/x", "http://h.example/xy", ""),
        ("http://h.example/", "a=1; Path=/x/", "http://h.example/x", ""),
        ("http://h.example/a/b", "a=1; Path=x", "http://h.example/a/", "a=1"),
        ("http://h.example/", "a=1; Path=/x; Path=/", "http://h.example/", "a=1"),
        # Secure
        ("https://h.example/", "a=1; Secure", "https://h.example/", "a=1"),
        ("https://h.example/", "a=1; Secure", "http://h.example/", ""),
        ("https://h.example/", "a=1", "http://h.example/", "a=1"),
        # ends
        ("http://h.example/", "a=1; Max-Age=0", "http://h.example/", ""),
        ("http://h.example/", "a=1; Max-Age=-1", "http://h.example/", ""),
        ("http://h.example/", "a=1; Max-Age=9", "http://h.example/", "a=1"),
        ("http://h.example/", "a=1; Max-Age=soon", "http://h.example/", "a=1"),
        ("http://h.example/", f"a=1; Max-Age=9; Expires={PAST}", "http://h.example/", "a=1"),
        ("http://h.example/", f"a=1; Expires={PAST}", "http://h.example/", ""),
        ("http://h.example/", f"a=1; expires={FUTURE}", "http://h.example/", "a=1"),
        ("http://h.example/", "a=1; Expires=Wednesday, 01-Jan-31 00:00:00 GMT", "http://h.example/", "a=1"),
        ("http://h.example/", "a=1; Expires=nonsense", "http://h.example/", "a=1"),
        ("http://h.example/", "a=1; Expires=Wed, 21 Ocw 2037 07:28:00 GMT", "http://h.example/", "a=1"),
    ],
)
def test_one_cookie(at: str, cookie: str, asked: str, sent: str) -> None:
    jar = jar_with((at, cookie))
    assert jar.cookies_for(*place(asked)).decode() == sent
    assert jar.cookies_for(*place(asked)).decode() == sent, "the cache changed it"


@pytest.mark.parametrize(
    ("cookies", "asked", "sent"),
    [
        (["a=1", "b=2"], "/", "a=1; b=2"),
        (["a=1", "a=2"], "/", "a=2"),
        (["a=1", "b=2", "a=3"], "/", "a=3; b=2"),
        (["a=1; Path=/x", "a=2"], "/x", "a=1; a=2"),
        (["a=1", "b=2; Path=/x/y", "c=3; Path=/x"], "/x/y", "b=2; c=3; a=1"),
        (["a=1", "a=; Max-Age=0"], "/", ""),
        (["a=1; Path=/x", "a=; Path=/; Max-Age=0"], "/x", "a=1"),
        (["a=1", f"a=2; Expires={PAST}"], "/", ""),
    ],
)
def test_several(cookies: list[str], asked: str, sent: str) -> None:
    jar = jar_with(*(("http://h.example/", cookie) for cookie in cookies))
    assert jar.cookies_for(*place(f"http://h.example{asked}")).decode() == sent


def test_cookies_end_in_time() -> None:
    clock = FakeClock(NOW)
    jar = jar_with(("http://h.example/", "a=1; Max-Age=10"), ("http://h.example/", "b=2"), clock=clock)
    assert jar.cookies_for(*place("http://h.example/")) == b"a=1; b=2"
    clock.advance(10)
    assert jar.cookies_for(*place("http://h.example/")) == b"b=2"
    assert len(jar) == 1


def test_a_jar_is_bounded() -> None:
    jar = jar_with(*(("http://h.example/", f"c{n}=1") for n in range(200)))
    assert len(jar) == MAX_PER_DOMAIN
    assert b"c199=" in jar.cookies_for(*place("http://h.example/"))
    jar = jar_with(*((f"http://h{n}.example/", "c=1") for n in range(1000)))
    assert len(jar) == 300


NAMES, PATHS = st.sampled_from("ab"), st.sampled_from(["/", "/x", "/x/", "/x/y", "/xy", ""])
HOSTS = st.sampled_from(["h.example", "a.h.example", "b.h.example", "a.b.h.example", "other.example"])
URLS = st.builds(lambda tls, host, path: f"http{tls}://{host}{path or '/'}", st.sampled_from(["", "s"]), HOSTS, PATHS)
SET = st.builds(
    lambda name, value, attributes: f"{name}={value}" + "".join(f"; {a}" for a in attributes),
    NAMES,
    st.integers(0, 9),
    st.lists(
        st.one_of(
            st.builds("Path={}".format, st.sampled_from(["/", "/x", "/x/y"])),
            st.builds("Domain={}".format, HOSTS),
            st.just("Secure"),
            st.sampled_from(["Max-Age=0", "Max-Age=100", f"Expires={PAST}"]),
        ),
        unique_by=lambda text: text.partition("=")[0],
        max_size=3,
    ),
)


class Headers:
    """An answer as the standard library's jar takes it."""

    def __init__(self, cookie: str) -> None:
        self._message = Message()
        self._message["Set-Cookie"] = cookie

    def info(self) -> Message:
        return self._message


@settings(max_examples=300)
@given(st.lists(st.tuples(URLS, SET), min_size=1, max_size=5), URLS)
def test_agrees_with_the_standard_library(given_cookies: list[tuple[str, str]], asked: str) -> None:
    """Same cookies, apart from their order; cases in which the library is known to differ from the RFC are left out."""
    policy = DefaultCookiePolicy(rfc2965=False, strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)
    theirs, ours = CookieJar(policy), Jar(clock=FakeClock(NOW))
    hosts = {place(url)[0].host for url, _ in given_cookies}
    for url, cookie in given_cookies:
        path = place(url)[1]
        wanted = [a.removeprefix("Path=") for a in cookie.split("; ") if a.startswith("Path=")]
        if "Domain=" in cookie and cookie.partition("Domain=")[2].split(";")[0] in hosts:
            continue  # the library keeps it apart from one of the same host without a domain
        if wanted and not path.startswith(wanted[0]):
            continue  # the library refuses a path that is not the request's; the RFC does not
        if "Max-Age=100" in cookie:
            cookie = cookie.replace("; Max-Age=100", "")  # on this clock it would be long gone
        theirs.extract_cookies(Headers(cookie), urllib.request.Request(url))  # type: ignore[arg-type]
        ours.store(head(cookie), *place(url))
    request = urllib.request.Request(asked)
    theirs.add_cookie_header(request)
    want = sorted((request.get_header("Cookie") or "").split("; "))
    assert sorted(ours.cookies_for(*place(asked)).decode().split("; ")) == want


@pytest.mark.parametrize(
    ("target", "path"), [("/", "/"), ("/a", "/"), ("/a/", "/a"), ("/a/b?c/d", "/a"), ("*", "/"), ("", "/")]
)
def test_default_paths(target: str, path: str) -> None:
    assert default_path(target) == path


@given(st.binary(max_size=60).filter(lambda line: b"\r" not in line and b"\n" not in line))
def test_any_line_is_a_cookie_or_none(line: bytes) -> None:
    parsed = parse_set_cookie(line)
    assert parsed is None or parsed.name


SCOPE = Scope(names={"a": lambda ctx: ctx["a"]})


@pytest.mark.parametrize(
    ("cookies", "ctx", "line"),
    [
        ({"x": "1", "y": 2}, {}, b"Cookie: x=1; y=2\r\n"),
        ({"x": "{{ a }}", "y": None}, {"a": True}, b"Cookie: x=true\r\n"),
        ({"x": "{{ a }}"}, {"a": None}, b""),
        ({"x": "{{ a }}"}, {"a": "two words"}, b"Cookie: x=two words\r\n"),
    ],
)
def test_cookies_of_a_request(cookies: dict[str, Any], ctx: dict[str, Any], line: bytes) -> None:
    made = compile_cookies(cookies, SCOPE)
    assert (made if isinstance(made, bytes) else made(ctx)) == line


@pytest.mark.parametrize("value", ["a; b=2", "a\r\nX: y", "a\nb"])
def test_a_value_cannot_begin_another_cookie(value: str) -> None:
    made = compile_cookies({"x": "{{ a }}"}, SCOPE)
    assert callable(made)
    with pytest.raises(Missing, match="cannot hold"):
        made({"a": value})
    with pytest.raises(ExprError, match="cannot hold"):
        compile_cookies({"x": value}, SCOPE)


def sent(lab: Any) -> list[str]:
    """The Cookie header of each request, "" for none."""
    lines = [request.decode().split("\r\n") for request in lab.requests]
    return [next((line[8:] for line in each if line.startswith("Cookie: ")), "") for each in lines]


SETS = (200, {}, "Set-Cookie: s=1")


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("iteration", ["", "s=1", "", "s=1"]), ("user", ["", "s=1", "s=1", "s=1"]), ("off", ["", "", "", ""])],
)
def test_how_long_a_jar_is_kept(mode: str, expected: list[str], lab: Any) -> None:
    target = Target(base_url="http://h.example", cookies=mode)
    one = lab(call("a"), call("b"), answers=[SETS, 200, SETS, 200], target=target)
    one.run()
    one.run()
    assert sent(one) == expected


def test_users_share_no_cookies(lab: Any) -> None:
    one = lab(call("a"), call("b"), answers=[SETS], target=Target(base_url="http://h.example", cookies="user"))
    one.run()
    one.run(one.new_user(1))
    assert sent(one) == ["", "s=1", "", ""]


def test_own_cookies_go_over_the_jars(lab: Any) -> None:
    one = lab(
        call("a"),
        call("b", cookies={"t": "{{ vu }}", "s": "own"}),
        call("c", cookies={"t": "dark"}, headers={"X": "1"}, method="POST", body="\r\nCookie: no"),
        call("d", headers={"Cookie": "all=mine"}),
        call("e", cookies={"t": None}),
        answers=[(200, {}, "Set-Cookie: s=1", "Set-Cookie: u=2")],
    )
    one.run()
    assert sent(one) == ["", "u=2; t=1; s=own", "s=1; u=2; t=dark", "all=mine", "s=1; u=2"]
    assert one.requests[2].endswith(b"\r\n\r\n\r\nCookie: no")
    assert one.requests[4].startswith(b"GET / HTTP/1.1\r\nCookie: s=1; u=2\r\nHost: h.example\r\n")


def test_cookies_of_lasting_steps_stay(lab: Any) -> None:
    one = lab(call("a"), call("b"), answers=[SETS, (200, {}, "Set-Cookie: t=2"), 200, 200])
    one.user.keeping = True
    one.user.begin(2)
    one.plan.scenarios[0].flow.steps[0](one.user)
    one.user.keeping = False
    one.plan.scenarios[0].flow.steps[1](one.user)
    one.run()
    assert sent(one) == ["", "s=1", "s=1", "s=1"]


def test_cookies_of_a_refusal_are_kept(lab: Any) -> None:
    one = lab(call("a"), call("b"), answers=[(403, {}, "set-cookie: s=1")])
    one.run()
    assert sent(one) == ["", "s=1"]


# Go's jar


def dated(cookie: str) -> str:
    """`{+3}` → an expiry date three seconds from NOW."""
    return re.sub(r"\{([+-]\d+)\}", lambda match: f"expires={formatdate(NOW + int(match[1]), usegmt=True)}", cookie)


def filled(jar: Jar, url: str, cookies: list[str]) -> Jar:
    jar.store(head(*map(dated, cookies)), *place(url))
    return jar


@pytest.mark.parametrize("name", cookies_of_go.FRESH)
def test_as_gos_jar(name: str) -> None:
    url, cookies, asked = cookies_of_go.FRESH[name]
    jar = filled(Jar(clock=FakeClock(NOW)), url, cookies)
    expected = {**asked, **cookies_of_go.DIFFERS.get(name, {})}
    assert {to: jar.cookies_for(*place(to)).decode() for to in expected} == expected


def test_one_jar_as_gos_jar() -> None:
    jar = Jar(clock=FakeClock(NOW))
    for url, cookies, asked in cookies_of_go.ONE_JAR:
        filled(jar, url, cookies)
        assert {to: jar.cookies_for(*place(to)).decode() for to in asked} == asked, (url, cookies)


def test_expiry_as_gos_jar() -> None:
    clock = FakeClock(NOW)
    cookies, left = cookies_of_go.EXPIRY
    jar = filled(Jar(clock=clock), cookies_of_go.WWW, cookies)
    for seconds, sent in left.items():
        clock.now = NOW + seconds
        assert jar.cookies_for(*place(cookies_of_go.WWW)).decode() == sent
