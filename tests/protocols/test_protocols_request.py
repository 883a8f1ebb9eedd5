"""Requests to the byte."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec import __version__
from loadspec.expr import ExprError, Missing, Scope
from loadspec.protocols.http.auth import Tools
from loadspec.protocols.http.parts import join
from loadspec.protocols.http.request import Compiled, HttpRequest, Origins, compile_request
from loadspec.wire.url import Origin


def captured(name: str) -> Any:
    def get(ctx: dict[str, Any]) -> Any:
        if name not in ctx:
            raise Missing(name)
        return ctx[name]

    return get


VARS = {
    "vars.version": "/v 1",
    "vars.prefix": "",
    "vars.tail": "v1",
    "vars.braces": "/{{ a }}",
    "vars.cdn": "https://cdn.example:8443/x",
}
NAMES = ("a", "b", "token", "url", "name")
SCOPE = Scope(
    names={name: captured(name) for name in NAMES},
    constants={"env.BASE": "http://h.example:8080/v1/", "env.USER": "ann", "env.SLASH": "a/b c", **VARS},
)
BODIES = ("json", "form", "multipart", "body", "graphql")
AGENT = f"User-Agent: loadspec/{__version__}"


def compiled(scope: Scope, origins: Origins, **fields: Any) -> Compiled:
    """A request; `json`, `form`, … give its body, `bearer` and `basic` its credentials."""
    given: dict[str, Any] = {"method": "GET", "base_url": "http://h.example", "path": "/", **fields}
    for kind in [kind for kind in BODIES if kind in given]:
        given["body"] = (kind, given.pop(kind))
    if "bearer" in given:
        given["auth"] = ("bearer", {"token": given.pop("bearer")})
    if "basic" in given:
        username, password = given.pop("basic")
        given["auth"] = ("basic", {"username": username, "password": password})

    def unused(*_: Any) -> Any:
        raise AssertionError

    return compile_request(HttpRequest(**given), Tools(scope, origins, unused, lambda _value: None, {}))


def build(**fields: Any) -> tuple[Any, Any, Origins]:
    origins = Origins()
    found = compiled(SCOPE, origins, **fields)
    return found.route, found.render, origins


def text(ctx: dict[str, Any] | None = None, **fields: Any) -> str:
    """The request's lines, joined by a bar; the body after two."""
    _, render, _ = build(**fields)
    return render(ctx or {}).decode().replace("\r\n", "|")


def target(path: str, ctx: dict[str, Any] | None = None, **fields: Any) -> str:
    return text(ctx, path=path, **fields).partition("|")[0].removeprefix("GET ").removesuffix(" HTTP/1.1")


def test_the_whole_of_a_request() -> None:
    assert text() == f"GET / HTTP/1.1|Host: h.example|{AGENT}||"
    assert (
        text(method="POST", path="/x", json={"a": 1}, headers={"Accept": "x/y"})
        == f"POST /x HTTP/1.1|Host: h.example|{AGENT}|Content-Type: application/json|Accept: x/y|Content-Length: 7||"
        '{"a":1}'
    )


@pytest.mark.parametrize(
    ("path", "ctx", "expected"),
    [
        ("/a/b", {}, "/a/b"),
        ("/a b/ü?q=1 2", {}, "/a%20b/%C3%BC?q=1%202"),
        ("/a%20b", {}, "/a%20b"),
        ("/x/{{ a }}", {"a": "1"}, "/x/1"),
        ("/x/{{ a }}/y/{{ b }}", {"a": 7, "b": True}, "/x/7/y/true"),
        ("/x/{{ a }}", {"a": "a/b?c#d e%"}, "/x/a%2Fb%3Fc%23d%20e%25"),
        ("/x/{{ a }}", {"a": "../../admin"}, "/x/..%2F..%2Fadmin"),
        ("/x/{{ a }}", {"a": "a\r\nX-Evil: 1"}, "/x/a%0D%0AX-Evil%3A%201"),
        ("/x/{{ a }}", {"a": "ü"}, "/x/%C3%BC"),
        ("/x y/ü/{{ a }}?q=1 2", {"a": "1"}, "/x%20y/%C3%BC/1?q=1%202"),
        ("/x?q={{ a }}&r=1", {"a": "1&s=2"}, "/x?q=1%26s%3D2&r=1"),
        ("/x/{{ env.SLASH }}", {}, "/x/a%2Fb%20c"),
        ("/x/{{ env.USER }}/{{ a }}", {"a": 1}, "/x/ann/1"),
    ],
)
def test_paths(path: str, ctx: dict[str, Any], expected: str) -> None:
    assert target(path, ctx) == expected


@pytest.mark.parametrize(
    ("base", "host", "path"),
    [
        ("http://h.example", "h.example", "/x"),
        ("http://h.example/", "h.example", "/x"),
        ("http://h.example/v1", "h.example", "/v1/x"),
        ("http://h.example/v1/", "h.example", "/v1/x"),
        ("http://H.Example:80/v1", "h.example", "/v1/x"),
        ("http://h.example:8080", "h.example:8080", "/x"),
        ("https://h.example:443", "h.example", "/x"),
        ("https://h.example:80", "h.example:80", "/x"),
        ("http://[::1]:9", "[::1]:9", "/x"),
        ("{{ env.BASE }}", "h.example:8080", "/v1/x"),
    ],
)
def test_base_urls(base: str, host: str, path: str) -> None:
    assert text(base_url=base, path="/x") == f"GET {path} HTTP/1.1|Host: {host}|{AGENT}||"


@pytest.mark.parametrize(
    ("path", "query", "ctx", "expected"),
    [
        ("/x", {"a": 1, "b": "x y&z"}, {}, "/x?a=1&b=x%20y%26z"),
        ("/x", {"a": ["1", "2"], "b": True}, {}, "/x?a=1&a=2&b=true"),
        ("/x", {"q": "{{ a }}"}, {"a": "ü&="}, "/x?q=%C3%BC%26%3D"),
        ("/x?p=0", {"q": "{{ a }}"}, {"a": 1}, "/x?p=0&q=1"),
        ("/x?p=0", {"q": 1}, {}, "/x?p=0&q=1"),
        ("/{{ a }}", {"q": "{{ b }}"}, {"a": "?", "b": "2"}, "/%3F?q=2"),
        ("/x", {"q": None}, {}, "/x"),
        ("/x", {"q": "{{ a }}"}, {"a": None}, "/x"),
        ("/x", {"q": "{{ a }}", "r": 1}, {"a": None}, "/x?r=1"),
        ("/x?p=0", {"q": "{{ a }}"}, {"a": None}, "/x?p=0"),
    ],
)
def test_queries(path: str, query: dict[str, Any], ctx: dict[str, Any], expected: str) -> None:
    assert target(path, ctx, query=query) == expected


@pytest.mark.parametrize(
    ("fields", "ctx", "kind", "length", "body"),
    [
        ({"json": {"p": "{{ a }}"}}, {"a": 'ü"\n'}, "application/json", 14, '{"p":"ü\\"\\n"}'),
        ({"json": {"n": "{{ a }}"}}, {"a": 3}, "application/json", 7, '{"n":3}'),
        ({"json": None}, {}, "application/json", 4, "null"),
        ({"json": ["ü"]}, {}, "application/json", 6, '["ü"]'),
        (
            {"form": {"u": "{{ a }}", "v": "x y"}},
            {"a": "a&b"},
            "application/x-www-form-urlencoded",
            13,
            "u=a%26b&v=x+y",
        ),
        ({"body": "hi {{ a }}"}, {"a": "ü"}, "text/plain; charset=utf-8", 5, "hi ü"),
        ({"body": "ü"}, {}, "text/plain; charset=utf-8", 2, "ü"),
        ({"body": "{{ a }}"}, {"a": "x" * 9000}, "text/plain; charset=utf-8", 9000, "x" * 9000),
        ({"body": "{{ a }}"}, {"a": {"k": 1}}, "text/plain; charset=utf-8", 7, '{"k":1}'),
    ],
)
def test_bodies(fields: dict[str, Any], ctx: dict[str, Any], kind: str, length: int, body: str) -> None:
    expected = f"POST / HTTP/1.1|Host: h.example|{AGENT}|Content-Type: {kind}|Content-Length: {length}||{body}"
    assert text(ctx, method="POST", **fields) == expected


@pytest.mark.parametrize(
    ("method", "end"),
    [
        ("GET", "||"),
        ("HEAD", "||"),
        ("DELETE", "||"),
        ("POST", "|Content-Length: 0||"),
        ("PUT", "|Content-Length: 0||"),
        ("PATCH", "|Content-Length: 0||"),
    ],
)
def test_without_a_body(method: str, end: str) -> None:
    assert text(method=method) == f"{method} / HTTP/1.1|Host: h.example|{AGENT}{end}"


@pytest.mark.parametrize(
    ("headers", "lines"),
    [
        ({"X-A": "1", "x-b": "{{ a }}"}, [AGENT, "Content-Type: application/json", "X-A: 1", "x-b: é"]),
        ({"user-agent": "me"}, ["Content-Type: application/json", "user-agent: me"]),
        ({"CONTENT-TYPE": "x/y"}, [AGENT, "CONTENT-TYPE: x/y"]),
        ({"X": "{{ env.USER }}"}, [AGENT, "Content-Type: application/json", "X: ann"]),
        ({"X": "a {{ env.USER }} {{ a }}"}, [AGENT, "Content-Type: application/json", "X: a ann é"]),
    ],
)
def test_headers(headers: dict[str, str], lines: list[str]) -> None:
    whole = text({"a": "é"}, method="POST", json={}, headers=headers)
    assert whole.split("|")[2:] == [*lines, "Content-Length: 2", "", "{}"]


@pytest.mark.parametrize("path", ["/x", "http://h.example/x"])
def test_a_host_header_replaces_ours(path: str) -> None:
    whole = text(path=path, headers={"host": "virtual.example"})
    assert whole == f"GET /x HTTP/1.1|host: virtual.example|{AGENT}||"


@pytest.mark.parametrize(
    ("auth", "ctx", "line"),
    [
        ({"bearer": "{{ token }}"}, {"token": "t.o-k"}, "Authorization: Bearer t.o-k"),
        ({"bearer": "fixed"}, {}, "Authorization: Bearer fixed"),
        ({"basic": ("ann", "sécret:1")}, {}, "Authorization: Basic YW5uOnPDqWNyZXQ6MQ=="),
        ({"basic": ("{{ env.USER }}", "{{ a }}")}, {"a": "pw"}, "Authorization: Basic YW5uOnB3"),
    ],
)
def test_credentials(auth: dict[str, Any], ctx: dict[str, Any], line: str) -> None:
    assert text(ctx, **auth) == f"GET / HTTP/1.1|Host: h.example|{AGENT}|{line}||"


def test_credentials_are_sent_once() -> None:
    whole = text({"token": "t"}, bearer="{{ token }}", headers={"authorization": "old"})
    assert whole == f"GET / HTTP/1.1|Host: h.example|{AGENT}|Authorization: Bearer t||"


@pytest.mark.parametrize("evil", ["t\r\nX-Evil: 1", "t\nX-Evil: 1", "t\0", "t\r"])
@pytest.mark.parametrize("fields", [{"bearer": "{{ a }}"}, {"headers": {"X": "{{ a }}"}}])
def test_a_value_cannot_begin_another_header(evil: str, fields: dict[str, Any]) -> None:
    _, render, _ = build(**fields)
    with pytest.raises(Missing, match="line break"):
        render({"a": evil})


@pytest.mark.parametrize(
    "headers",
    [{"X": "a\r\nb: c"}, {"X": "a\n{{ a }}"}, {"X y": "1"}, {"": "1"}, {"X": "{{ 'a\nb' }}"}],
)
def test_what_a_spec_must_not_say(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"header|line|text"):
        build(headers=headers)


@pytest.mark.parametrize("name", ["Content-Length", "content-length", "Transfer-Encoding"])
def test_framing_is_ours(name: str) -> None:
    with pytest.raises(ValueError, match="loadspec sets it"):
        build(headers={name: "5"})


@pytest.mark.parametrize(
    ("fields", "ctx"),
    [
        ({"path": "/{{ a }}"}, {}),
        ({"query": {"q": "{{ a }}"}}, {}),
        ({"headers": {"X": "{{ a }}"}}, {}),
        ({"json": {"x": "{{ a }}"}}, {}),
        ({"bearer": "{{ token }}"}, {}),
        ({"path": "{{ url }}"}, {}),
        ({"path": "{{ url }}"}, {"url": "ftp://h.example/"}),
        ({"path": "{{ url }}"}, {"url": "users"}),
        ({"path": "{{ url }}"}, {"url": ""}),
        ({"path": "{{ url }}"}, {"url": "?page=2"}),
        ({"path": "{{ url }}", "base_url": ""}, {"url": "/users"}),
        ({"path": "http{{ url }}"}, {"url": "users"}),
        ({"path": "{{ url }}"}, {"url": "http://user:pass@h.example/"}),
        ({"path": "{{ url }}"}, {"url": "http://[::1/"}),
    ],
)
def test_a_missing_value_is_missing(fields: dict[str, Any], ctx: dict[str, Any]) -> None:
    _, render, _ = build(**fields)
    with pytest.raises(Missing):
        render(ctx)


@pytest.mark.parametrize("fields", [{"base_url": "{{ a }}"}, {"base_url": "ftp://x"}, {"base_url": ""}])
def test_a_base_url_is_known_from_the_start(fields: dict[str, Any]) -> None:
    with pytest.raises((ExprError, ValueError)):
        build(**fields)


@pytest.mark.parametrize(
    ("url", "origin", "line", "host"),
    [
        ("http://cdn.example/i.png?s=1", Origin("http", "cdn.example", 80), "/i.png?s=1", "cdn.example"),
        ("https://cdn.example:8443/i", Origin("https", "cdn.example", 8443), "/i", "cdn.example:8443"),
        ("HTTP://CDN.example/i", Origin("http", "cdn.example", 80), "/i", "cdn.example"),
        ("/images/1.png", Origin("http", "h.example", 80), "/v1/images/1.png", "h.example"),
        ("/images/a b?s=1#top", Origin("http", "h.example", 80), "/v1/images/a%20b?s=1", "h.example"),
        ("/a\r\nX: 1", Origin("http", "h.example", 80), "/v1/aX:%201", "h.example"),
        ("//cdn.example/i", Origin("http", "h.example", 80), "/v1//cdn.example/i", "h.example"),
        ("http://cdn.example", Origin("http", "cdn.example", 80), "/", "cdn.example"),
        ("http://cdn.example/a b#top", Origin("http", "cdn.example", 80), "/a%20b", "cdn.example"),
        ("http://cdn.example/a\r\nX: 1", Origin("http", "cdn.example", 80), "/aX:%201", "cdn.example"),
    ],
)
@pytest.mark.parametrize("base", ["http://h.example/v1", "http://h.example/v1/"])
def test_a_captured_url_is_followed_where_it_leads(base: str, url: str, origin: Origin, line: str, host: str) -> None:
    route, render, origins = build(base_url=base, path="{{ url }}")
    sent = render({"url": url}).decode()
    assert sent == f"GET {line} HTTP/1.1\r\nHost: {host}\r\n{AGENT}\r\n\r\n"
    assert origins.known[route({"url": url})] == origin


@pytest.mark.parametrize(
    ("path", "ctx", "expected"),
    [
        ("/v%201/users", {}, "/api/v%201/users"),
        ("{{ vars.version }}/users", {}, "/api/v%201/users"),
        ("{{ vars.version }}", {}, "/api/v%201"),
        ("{{ vars.version }}/{{ a }}/{{ env.SLASH }}", {"a": "x/y"}, "/api/v%201/x%2Fy/a%2Fb%20c"),
        ("{{ vars.version }}?q=1", {}, "/api/v%201?q=1&p=1"),
        ("{{ vars.prefix }}/users", {}, "/api/users"),
        ("{{ vars.prefix }}{{ vars.version }}/users", {}, "/api/v%201/users"),
        ("{{ vars.braces }}/users", {"a": "no"}, "/api/%7B%7B%20a%20%7D%7D/users"),
        ("{{ a }}/users", {"a": "/v1"}, "/api/v1/users"),
        ("{{ vars.prefix }}{{ a }}/users", {"a": "/v1"}, "/api/v1/users"),
        ("{{ a }}/users", {"a": ""}, "/api/users"),
    ],
)
def test_a_value_that_begins_with_a_slash_is_below_the_base_url(path: str, ctx: dict[str, Any], expected: str) -> None:
    """Whether the path is written out, known from the start or known when it is sent."""
    route, render, origins = build(base_url="http://h.example/api/", path=path, query={"p": 1})
    sent = render(ctx).decode()
    expected = expected if "?" in expected else f"{expected}?p=1"
    assert sent.partition("\r\n")[0] == f"GET {expected} HTTP/1.1"
    assert origins.known[route(ctx)] == Origin("http", "h.example", 80)


def test_a_whole_url_known_from_the_start_replaces_the_base_url() -> None:
    route, render, origins = build(base_url="http://h.example/api", path="{{ vars.cdn }}/{{ a }}")
    assert render({"a": "1"}).startswith(b"GET /x/1 HTTP/1.1\r\nHost: cdn.example:8443\r\n")
    assert origins.known[route({})] == Origin("https", "cdn.example", 8443)


@pytest.mark.parametrize(
    "path",
    ["{{ vars.tail }}/users", "{{ vars.tail }}/{{ a }}", "{{ vars.prefix }}", "users", "u/{{ a }}", "http:/x"],
)
def test_a_path_that_begins_with_neither_is_refused_from_the_start(path: str) -> None:
    with pytest.raises(ValueError, match="neither below"):
        build(path=path)


def test_an_absolute_url_in_the_spec() -> None:
    route, render, origins = build(base_url="", path="http://other.example/{{ a }}", query={"q": "1"})
    assert render({"a": "x"}).startswith(b"GET /x?q=1 HTTP/1.1\r\nHost: other.example\r\n")
    assert origins.known[route({"a": "x"})] == Origin("http", "other.example", 80)


@pytest.mark.parametrize(("url", "expected"), [("http://h/x", "/x?q=1"), ("http://h/x?a=0", "/x?a=0&q=1")])
def test_a_query_joins_that_of_a_captured_url(url: str, expected: str) -> None:
    assert target("{{ url }}", {"url": url, "a": 1}, query={"q": "{{ a }}"}) == expected


def test_a_drawn_url_is_drawn_once_and_sent_where_it_leads() -> None:
    """`draw()` gives another row each time it is evaluated: host and connection must come of the same one."""
    urls = iter(["http://one.example/1", "http://two.example/2", "http://one.example/3"])
    scope = Scope(names={"next": lambda _ctx: next(urls)})
    origins = Origins()
    request = compiled(scope, origins, base_url="", path="{{ next }}")
    route, render = request.route, request.render
    for host in ("one.example", "two.example", "one.example"):
        assert f"Host: {host}\r\n".encode() in render({})
        assert origins.known[route({})].host == host
    assert len(origins.known) == 2


def test_origins_are_bounded() -> None:
    """A server that names a new host in every answer must not make us keep one connection each for ever."""
    route, render, origins = build(path="{{ url }}")
    for n in range(2000):
        try:
            render({"url": f"http://h{n}.example/"})
            route({"url": f"http://h{n}.example/"})
        except Missing:
            break
    assert 100 <= len(origins.known) <= 1000


@given(st.lists(st.binary(max_size=3) | st.integers(0, 9), max_size=9))
def test_parts_are_joined_in_order_whatever_their_number(items):
    parts = [item if isinstance(item, bytes) else (lambda user, n=item: b"<%d of %d>" % (n, user)) for item in items]
    want = b"".join(item if isinstance(item, bytes) else b"<%d of 7>" % item for item in items)
    assert join(parts)(7) == want
