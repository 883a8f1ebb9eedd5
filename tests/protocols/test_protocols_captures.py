"""What is captured: plain JSONPaths against the library's own answer, headers, regular expressions."""

from __future__ import annotations

import json
from typing import Any

import jsonpath as library
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.expr import ExprError, Missing
from loadspec.protocols.http.captures import SOURCES, Fields, Row, compile_captures, json_of
from loadspec.transports.base import Answer

KEYS = st.sampled_from(["a", "b", "id", "x y", "", "0", "é", "items"])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "abc", "[1]", '{"a":1}', "[1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
PARTS = st.one_of(
    st.sampled_from([".a", ".b", ".id", ".items", "['x y']", '["a"]', "['']", "['0']", "[0]", "[1]", "[2]"]),
)


def answer(body: Any = b"", head: bytes = b"HTTP/1.1 200 OK\r\n\r\n", status: int = 200) -> Answer:
    one = Answer()
    one.status, one.head = status, head
    one.body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return one


def jsonpath(text: str) -> Any:
    return SOURCES["jsonpath"](text, "", Fields()).first


def header(name: str) -> Any:
    return SOURCES["header"](name, "", Fields()).first


def regex(text: str) -> Any:
    return SOURCES["regex"](text, "", Fields()).first


def taken(take: Any, one: Answer) -> Any:
    try:
        return ["found", take(one)]
    except Missing:
        return ["missing"]


def walked(parts: list[str], document: Any) -> Any:
    """RFC 9535 by hand, one part after the other: a name selects a member of a map, a number an item of a list."""
    for part in parts:
        key = int(part[1:-1]) if part[1].isdigit() else part.strip(".[]").strip("'\"")
        fits = key in document if isinstance(key, str) and isinstance(document, dict) else False
        if isinstance(key, int) and isinstance(document, list):
            fits = key < len(document)
        if not fits:
            return ["missing"]
        document = document[key]
    return ["found", document]


@given(DOCUMENTS, st.lists(PARTS, min_size=1, max_size=4))
def test_plain_paths_agree_with_the_rfc(document: Any, parts: list[str]) -> None:
    assert taken(jsonpath("$" + "".join(parts)), answer(document)) == walked(parts, document)


OTHER = ["$", "$..id", "$.*", "$.items[*].id", "$.items[-1]", "$.items[?@.a > 1]", "$[0:2]"]


@given(DOCUMENTS, st.sampled_from(OTHER))
def test_other_paths_give_the_librarys_first_match(document: Any, path: str) -> None:
    """The reference reads the document wrapped in a list, so that it never takes a text for JSON to parse."""
    match = library.compile("$[0]" + path[1:]).match([document])
    expected = ["missing"] if match is None or (isinstance(document, str) and path != "$") else ["found", match.obj]
    assert taken(jsonpath(path), answer(document)) == expected


@pytest.mark.parametrize(
    ("path", "document", "expected"),
    [
        ("$.token", {"token": "t"}, "t"),
        ("$.token", {"token": None}, None),
        ("$.data.items[1].id", {"data": {"items": [{"id": 1}, {"id": 2}]}}, 2),
        ("$['x y']", {"x y": 1}, 1),
        ("$..id", {"a": {"id": 5}}, 5),
    ],
)
def test_found(path: str, document: Any, expected: Any) -> None:
    assert jsonpath(path)(answer(document)) == expected


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("$.token", b"not json"),
        ("$.token", b""),
        ("$.token", b"\xff\xfe"),
        ("$.token", b'{"token": 1'),
        ("$..token", b"<html>"),
        ("$..token", b'"[1"'),
        ("$.a[0]", b'{"a": "text"}'),
        ("$.a.b", b'{"a": null}'),
        ("$.a.b", b'{"a": [1]}'),
        ("$[0]", b'{"0": 1}'),
    ],
)
def test_not_found(path: str, body: bytes) -> None:
    with pytest.raises(Missing):
        jsonpath(path)(answer(body))


@pytest.mark.parametrize("path", ["$[", "token", "$.a[?]", ""])
def test_paths_that_do_not_parse(path: str) -> None:
    with pytest.raises(ExprError, match="JSONPath"):
        jsonpath(path)


def test_json_is_parsed_once() -> None:
    one = answer({"a": 1})
    first = json_of(one)
    one.body = b"changed"
    assert json_of(one) is first
    broken = answer(b"broken")
    for _ in range(2):
        with pytest.raises(Missing):
            json_of(broken)
        broken.body = b"{}"


HEAD = b"HTTP/1.1 201 Created\r\nX-Id: 7\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Latin: \xe9\r\n\r\n"


@pytest.mark.parametrize(
    ("name", "value"), [("X-Id", "7"), ("x-iD", "7"), ("set-cookie", "a=1, b=2"), ("X-Latin", "é")]
)
def test_headers(name: str, value: str) -> None:
    assert header(name)(answer(head=HEAD)) == value


@pytest.mark.parametrize("head", [HEAD, b""])
def test_a_header_that_is_not_there(head: bytes) -> None:
    with pytest.raises(Missing, match="X-None"):
        header("X-None")(answer(head=head))


@pytest.mark.parametrize(
    ("pattern", "body", "expected"),
    [
        (r"id=(\w+)", b"x id=ab; id=cd", "ab"),
        (r"id=\w+", b"x id=ab", "id=ab"),
        (r"(\d+)-(\d+)", b"12-34", "12"),
        (r"é(.)", "aéb".encode(), "b"),
        (r"^b(.)$", b"b1", "1"),
        (r"(.)", b"\xff", "\ufffd"),
    ],
)
def test_regular_expressions(pattern: str, body: bytes, expected: str) -> None:
    assert regex(pattern)(answer(body)) == expected


@pytest.mark.parametrize(("pattern", "body"), [(r"id=(\w+)", b"none"), (r"a(b)?", b"a"), ("x", b"")])
def test_a_regular_expression_without_a_match(pattern: str, body: bytes) -> None:
    with pytest.raises(Missing):
        regex(pattern)(answer(body))


def test_a_regular_expression_that_does_not_parse() -> None:
    with pytest.raises(ExprError, match="regular expression") as error:
        regex("a(b")
    assert error.value.offset == 1


class Holder:
    def __init__(self, one: Answer) -> None:
        self.answer = one
        self.captures: dict[str, Any] = {}
        self.index = self.seat = 0
        self.chances: dict[Any, Any] = {}


def test_captures_name_the_first_that_is_lost_and_take_the_rest() -> None:
    capture = compile_captures(
        [
            Row("a", "jsonpath", "$.a"),
            Row("maybe", "jsonpath", "$.none", optional=True),
            Row("lost", "header", "X-None"),
            Row("lost2", "regex", "zz"),
            Row("b", "regex", r"\d"),
        ]
    )
    user: Any = Holder(answer({"a": 1}))
    assert capture(user) == "lost"
    assert user.captures == {"a": 1, "b": "1"}
    assert compile_captures([Row("x", "jsonpath", "$.none", optional=True)])(user) is None


@pytest.mark.parametrize("pick", ["", "last", "random"])
@pytest.mark.parametrize("optional", [True, False])
def test_what_an_answer_does_not_have_is_not_left_from_the_one_before(pick: Any, optional: bool) -> None:
    capture = compile_captures([Row("cursor", "jsonpath", "$.next", optional=optional, pick=pick)])
    user: Any = Holder(answer({"next": 2}))
    assert capture(user) is None
    assert user.captures == {"cursor": 2}
    user.answer = answer({})
    assert capture(user) == (None if optional else "cursor")
    assert user.captures == {}
