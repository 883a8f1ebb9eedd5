"""What Go's cookie jar does with cookies, as facts in a table of our own.

After golang/go, src/net/http/cookiejar/jar_test.go (BSD-3-Clause), a part of which goes back to Chromium's
cookie_store_unittest.h (BSD-3-Clause). A row: the URL that sets cookies, the Set-Cookie lines, then URL → what is sent
there. `{+3}` stands for a date three seconds from now. `DIFFERS` lists where ours is meant to be otherwise.
"""

from __future__ import annotations

WWW = "http://www.host.test"
SOME = ("/some/path", "/some/path/foo", "/some/path/foo/")
NOT_SOME = ("", "/", "/some", "/some/", "/some/paths")


def _some(sent: str) -> dict[str, str]:
    return {**{WWW + path: sent for path in SOME}, **{WWW + path: "" for path in NOT_SOME}}


Row = tuple[str, list[str], dict[str, str]]

FRESH: dict[str, Row] = {
    "a host's cookie": (
        WWW + "/",
        ["A=a"],
        {
            **{scheme + path: "A=a" for scheme in (WWW, "https://www.host.test") for path in ("", "/", "/some/path")},
            **dict.fromkeys(("http://www.other.org", "http://sibling.host.test", "http://deep.www.host.test"), ""),
        },
    ),
    "secure": (WWW, ["A=a; secure"], {WWW: "", WWW + "/some/path": "", "https://www.host.test/x": "A=a"}),
    "a path": (WWW + "/", ["A=a; path=/some/path"], _some("A=a")),
    "a folder's path": (WWW + "/some/path/", ["A=a"], _some("A=a")),
    "a file's path": (WWW + "/some/path/index.html", ["A=a"], _some("A=a")),
    "no path at all": (WWW, ["A=a"], {WWW: "A=a", WWW + "/": "A=a", WWW + "/some/path": "A=a"}),
    "longer paths first": (
        WWW,
        ["A=a; path=/foo/bar", "B=b; path=/foo/bar/baz/qux", "C=c; path=/foo/bar/baz", "D=d; path=/foo"],
        {
            WWW + "/foo/bar/baz/qux": "B=b; C=c; A=a; D=d",
            WWW + "/foo/bar/baz/": "C=c; A=a; D=d",
            WWW + "/foo/bar": "A=a; D=d",
        },
    ),
    "older ones first": (
        WWW,
        [
            *("A=a; path=/foo/bar", "X=x; path=/foo/bar", "Y=y; path=/foo/bar/baz/qux", "B=b; path=/foo/bar/baz/qux"),
            *("C=c; path=/foo/bar/baz", "W=w; path=/foo/bar/baz", "Z=z; path=/foo", "D=d; path=/foo"),
        ],
        {
            WWW + "/foo/bar/baz/qux": "Y=y; B=b; C=c; W=w; A=a; X=x; Z=z; D=d",
            WWW + "/foo/bar/baz/": "C=c; W=w; A=a; X=x; Z=z; D=d",
            WWW + "/foo/bar": "A=a; X=x; Z=z; D=d",
        },
    ),
    "one name on several paths and domains": (
        WWW,
        [
            *("A=1; path=/", "A=2; path=/path", "A=3; path=/quux", "A=4; path=/path/foo"),
            *(f"A={n}; domain=.host.test; path={path}" for n, path in ((5, "/path"), (6, "/quux"), (7, "/path/foo"))),
        ],
        {WWW + "/path": "A=2; A=5; A=1", WWW + "/path/foo": "A=4; A=7; A=2; A=5; A=1"},
    ),
    "a public suffix": ("http://www.bbc.co.uk", ["a=1", "b=2; domain=co.uk"], {"http://www.bbc.co.uk": "a=1"}),
    "an address": ("http://192.168.0.10", ["a=1"], {"http://192.168.0.10": "a=1"}),
    "a port is nothing": (
        WWW + ":8080/",
        ["a=1"],
        {WWW: "a=1", WWW + ":8080/": "a=1", WWW + ":1234/": "a=1"},
    ),
    "a dot at the domain's end": (
        "http://www.google.com/",
        ["a=1; domain=.www.google.com.", "b=2; domain=.www.google.com.."],
        {"http://www.google.com": ""},
    ),
    "domains above": (
        "http://a.b.c.d.com",
        ["a=1; domain=.a.b.c.d.com", "b=2; domain=.b.c.d.com", "c=3; domain=.c.d.com", "d=4; domain=.d.com"],
        {
            "http://a.b.c.d.com": "a=1; b=2; c=3; d=4",
            "http://b.c.d.com": "b=2; c=3; d=4",
            "http://c.d.com": "c=3; d=4",
            "http://d.com": "d=4",
        },
    ),
    "one name on two domains": (
        "http://a.b.c.d.com",
        ["b=2; domain=.b.c.d.com", "X=bcd; domain=.b.c.d.com", "X=cd; domain=.c.d.com"],
        {"http://b.c.d.com": "b=2; X=bcd; X=cd", "http://c.d.com": "X=cd"},
    ),
    **{
        f"the domain {domain}": ("http://foo.bar.com", [f"a=1; domain={domain}"], {"http://foo.bar.com": ""})
        for domain in (
            *(".yo.foo.bar.com", ".foo.com", ".bar.foo.com", ".foo.bar.com.net", "ar.com", ".", "/", "..foo.bar.com"),
            *("http://foo.bar.com", "..bar.com", ".foo.bar.com?blah", ".foo.bar.com/blah", ".foo.bar.com:80"),
            *(".foo.bar.com:", ".foo.bar.com#sup", ".com", "com", ".foo.bar.com.com"),
        )
    },
    "no dot before the domain": (
        "http://manage.hosted.filefront.com",
        ["a=1; domain=filefront.com"],
        {"http://www.filefront.com": "a=1"},
    ),
    "the host as its own domain": (
        "http://www.google.com",
        ["a=1; domain=www.google.com"],
        {"http://www.google.com": "a=1", "http://sub.www.google.com": "a=1", "http://something-else.com": ""},
    ),
    "a domain in any case": (
        "http://www.google.com",
        ["a=1; domain=.GOOGLE.COM", "b=2; domain=.www.gOOgLE.coM"],
        {"http://www.google.com": "a=1; b=2"},
    ),
    "an address with a path": ("http://1.2.3.4/foo", ["a=1; path=/"], {"http://1.2.3.4/foo": "a=1"}),
    "a part of an address": ("http://1.2.3.4/foo", ["b=2; domain=.3.4"], {"http://1.2.3.4/foo": ""}),
    "an address as its own domain": (
        "http://1.2.3.4/foo",
        ["a=1; domain=1.2.3.4"],
        {"http://1.2.3.4/foo": ""},
    ),
    "a host that is a suffix": (
        "http://com./index.html",
        ["a=1"],
        {"http://com./index.html": "a=1", "http://no-cookies.com./index.html": ""},
    ),
    "a name without a dot above": ("http://a.b", ["a=1; domain=.b", "b=2; domain=b"], {"http://a.b": ""}),
    "a suffix of one word": (
        "http://google.co.uk",
        ["b=2; domain=.uk"],
        {"http://google.co.uk": "", "http://x.uk": ""},
    ),
    "below a path": (
        "http://www.google.izzle",
        ["a=1; path=/wee"],
        {
            **{f"http://www.google.izzle/wee{more}": "a=1" for more in ("", "/", "/war", "/war/more/more")},
            "http://www.google.izzle/weehee": "",
            "http://www.google.izzle/": "",
        },
    ),
    "an international domain": (
        "http://www.b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.test",
        ["a=1; domain=xn--bcher-kva.test", "b=2"],
        {
            "http://www.xn--bcher-kva.test": "a=1; b=2",
            "http://bar.b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.test": "a=1",
            "http://xn--bcher-kva.test": "a=1",
            "http://other.test": "",
        },
    ),
}
"""Each with a jar of its own."""

DIFFERS: dict[str, dict[str, str]] = {
    "a public suffix": {"http://www.bbc.co.uk": "a=1; b=2"},
    "the domain .": {"http://foo.bar.com": "a=1"},
    "an address as its own domain": {"http://1.2.3.4/foo": "a=1"},
}
"""Without a list of public suffixes (some 200 kB) only those of one word are known; that lets a server under load set
cookies for its siblings, which harms nobody else. `Domain=.` is no domain, and an address may name itself: so says RFC
6265bis."""

GOOGLE = "http://www.google.com"

ONE_JAR: list[Row] = [
    (
        WWW,
        ["a=1", "b=2; secure", "c=3; httponly", "d=4; secure; httponly"],
        {WWW: "a=1; c=3", "https://www.host.test": "a=1; b=2; c=3; d=4"},
    ),
    (
        WWW,
        ["a=w", "b=x; secure", "c=y; httponly", "d=z; secure; httponly"],
        {WWW: "a=w; c=y", "https://www.host.test": "a=w; b=x; c=y; d=z"},
    ),
    (WWW, ["b=xx", "d=zz; httponly"], {WWW: "a=w; b=xx; c=y; d=zz"}),
    (WWW, ["a=1; max-Age=-1", "b=2; {-10}", "c=2; max-age=-1; {-10}", "d=4; max-age=-1; {+10}"], {WWW: ""}),
    (
        WWW,
        ["A=1", "A=2; path=/foo", "A=3; domain=.host.test", "A=4; path=/foo; domain=.host.test"],
        {WWW + "/foo": "A=2; A=4; A=1; A=3"},
    ),
    (
        GOOGLE,
        ["A=6", "A=7; path=/foo", "A=8; domain=.google.com", "A=9; path=/foo; domain=.google.com"],
        {WWW + "/foo": "A=2; A=4; A=1; A=3", GOOGLE + "/foo": "A=7; A=9; A=6; A=8"},
    ),
    (GOOGLE, ["A=; path=/foo; max-age=-1"], {WWW + "/foo": "A=2; A=4; A=1; A=3", GOOGLE + "/foo": "A=9; A=6; A=8"}),
    (WWW, ["A=; path=/foo; domain=host.test; max-age=-1"], {WWW + "/foo": "A=2; A=1; A=3"}),
    (GOOGLE, ["A=; max-age=-1"], {GOOGLE + "/foo": "A=9; A=8"}),
    (WWW, ["A=; domain=host.test; max-age=-1"], {WWW + "/foo": "A=2; A=1"}),
    (
        WWW,
        ["A=; domain=google.com; max-age=-1", "A=; path=/foo; domain=google.com; max-age=-1"],
        {WWW + "/foo": "A=2; A=1", GOOGLE + "/foo": "A=9; A=8"},
    ),
    (
        GOOGLE,
        ["A=; domain=google.com; max-age=-1", "A=; path=/foo; domain=google.com; max-age=-1"],
        {WWW + "/foo": "A=2; A=1", GOOGLE + "/foo": ""},
    ),
]
"""All with the same jar, in this order."""

EXPIRY = (
    ["a=1", "b=2; max-age=3", "c=3; {+3}", "d=4; max-age=5", "e=5; {+5}", "f=6; max-age=100"],
    {
        2.002: "a=1; b=2; c=3; d=4; e=5; f=6",
        3.003: "a=1; d=4; e=5; f=6",
        4.004: "a=1; d=4; e=5; f=6",
        5.005: "a=1; f=6",
        100.1: "a=1",
    },
)
"""Cookies of `WWW`, and what is left of them after so many seconds."""
