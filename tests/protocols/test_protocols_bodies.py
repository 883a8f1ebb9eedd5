"""Bodies to the byte, and multipart forms against Python's MIME parser and `requests`."""

from __future__ import annotations

import re
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from loadspec.expr import ExprError, Missing, Scope
from loadspec.protocols.http.bodies import BODIES
from loadspec.wire.files import File, Upload, type_of

SCOPE = Scope(names={name: lambda ctx, name=name: ctx[name] for name in ("a", "b")})
PNG = bytes(range(256)) * 3


def rendered(kind: str, value: Any, ctx: dict[str, Any] | None = None, own: str = "") -> tuple[str, bytes]:
    """(Content-Type, body), rendered as a request does: the header first."""
    body = BODIES[kind](value, SCOPE, own)
    head = b"".join(part if isinstance(part, bytes) else part(ctx or {}) for part in body.content_type)
    return head.decode(), body.content.render(ctx or {})


def parts_of(content_type: str, body: bytes) -> list[tuple[Any, Any, Any, bytes]]:
    """(name, filename, type, content) of each part, by Python's parser."""
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    assert not message.defects
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get("content-type"),
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    ]


def test_multipart_is_what_a_browser_sends() -> None:
    fields = {"note": "hi {{ a }}", "n": 7, "left_out": None, "photo": Upload(File("é.png", PNG))}
    kind, body = rendered("multipart", fields, {"a": "ü"})
    boundary = kind.removeprefix("multipart/form-data; boundary=").encode()
    assert body == (
        b'--%b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhi \xc3\xbc\r\n'
        b'--%b\r\nContent-Disposition: form-data; name="n"\r\n\r\n7\r\n'
        b'--%b\r\nContent-Disposition: form-data; name="photo"; filename="\xc3\xa9.png"\r\n'
        b"Content-Type: image/png\r\n\r\n%b\r\n--%b--\r\n"
    ) % (boundary, boundary, boundary, PNG, boundary)


@pytest.mark.parametrize(
    ("value", "ctx", "expected"),
    [
        ("x", {}, [("f", None, None, b"x")]),
        (True, {}, [("f", None, None, b"true")]),
        (["x", 2, None], {}, [("f", None, None, b"x"), ("f", None, None, b"2")]),
        ("{{ a }}", {"a": None}, []),
        ("{{ a }}", {"a": ["x", b"\xff"]}, [("f", None, None, b"x"), ("f", None, None, b"\xff")]),
        ("{{ a }}", {"a": {"k": 1}}, [("f", None, None, b'{"k":1}')]),
        ("{{ a }}", {"a": b"\x00\xff"}, [("f", None, None, b"\x00\xff")]),
        (Upload("{{ a }}", "{{ b }}"), {"a": PNG, "b": "x.jpg"}, [("f", "x.jpg", "image/jpeg", PNG)]),
        (Upload("{{ a }}", "x.unknown"), {"a": PNG}, [("f", "x.unknown", "application/octet-stream", PNG)]),
        (Upload("a,b", "t", "text/csv"), {}, [("f", "t", "text/csv", b"a,b")]),
        (Upload({"n": "{{ a }}"}, is_json=True), {"a": 3}, [("f", None, "application/json", b'{"n":3}')]),
        (Upload(File("a.png", PNG), "b.gif", "x/y"), {}, [("f", "b.gif", "x/y", PNG)]),
        ([Upload(File("a", b"1")), "2"], {}, [("f", "a", "application/octet-stream", b"1"), ("f", None, None, b"2")]),
    ],
)
def test_parts(value: Any, ctx: dict[str, Any], expected: Any) -> None:
    assert parts_of(*rendered("multipart", {"f": value, "end": "z"}, ctx))[:-1] == expected


@settings(max_examples=60)
@given(
    st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), min_size=1, max_size=4),
    st.binary(max_size=200),
    st.text(min_size=1, max_size=12),
)
def test_parts_are_those_of_requests(fields: dict[str, str], content: bytes, name: str) -> None:
    """The same fields and file, by `requests`: equal but for the boundary."""
    try:
        [text.encode() for text in (*fields, *fields.values(), name)]
    except UnicodeEncodeError:
        return
    if any("{{" in text for text in (*fields, *fields.values(), name)) or "photo" in fields:
        return
    ours = rendered("multipart", {**fields, "photo": Upload("{{ a }}", "{{ b }}", "x/y")}, {"a": content, "b": name})
    theirs = requests.Request("POST", "http://h/", data=fields, files={"photo": (name, content, "x/y")}).prepare()
    mark = re.search(r"boundary=(\S+)", theirs.headers["Content-Type"])
    assert mark is not None
    assert isinstance(theirs.body, bytes)
    own = ours[0].rpartition("=")[2].encode()
    assert ours[1] == theirs.body.replace(mark[1].encode(), own)


def test_a_boundary_stays_the_same_and_is_never_in_the_content() -> None:
    body = BODIES["multipart"]({"f": "{{ a }}", "g": "fixed"}, SCOPE, "")
    (opening, head) = body.content_type
    assert opening == b"multipart/form-data"
    assert callable(head)
    usual = head({"a": "x"})
    assert usual == head({"a": "y"})
    body.content.render({"a": "y"})
    echo = body.content.render({"a": "x"})  # without the header: as where Content-Type is removed
    assert head({"a": echo}) != usual
    again = body.content.render({"a": "never used: the header has made it"})
    assert parts_of("multipart/form-data" + head({"a": echo}).decode(), again)[0][3] == echo
    constant = rendered("multipart", {"f": "x"})[0]
    mark = constant.rpartition("=")[2]
    assert rendered("multipart", {"f": "x"})[0] == constant
    assert mark not in rendered("multipart", {"f": mark})[0]


def test_a_boundary_of_ones_own() -> None:
    own = 'multipart/mixed; boundary="AaB03x"'
    kind, body = rendered("multipart", {"f": "{{ a }}"}, {"a": "x"}, own)
    assert (kind, body[:10]) == (own, b"--AaB03x\r\n")
    with pytest.raises(Missing, match="holds the boundary"):
        rendered("multipart", {"f": "{{ a }}"}, {"a": "x--AaB03x"}, own)
    with pytest.raises(ExprError, match="holds the boundary"):
        rendered("multipart", {"f": "x--AaB03x"}, {}, own)
    assert rendered("multipart", {"f": "x"}, {}, "multipart/related")[0].startswith("multipart/related; boundary=")


@pytest.mark.parametrize("name", ['a"b', "a\r\nX: y", "a\nb"])
def test_names_cannot_end_their_line(name: str) -> None:
    _, body = rendered("multipart", {"{{ b }}": Upload("x", "{{ a }}")}, {"a": name, "b": name})
    assert body.count(b"\r\n") == 6
    assert b'"; filename="' in body
    with pytest.raises(Missing, match="line break"):
        rendered("multipart", {"f": Upload("x", "f", "{{ a }}")}, {"a": "x\r\nY: z"})


@pytest.mark.parametrize(
    ("value", "ctx", "expected"),
    [
        ("{{ a }}", {"a": PNG}, ("text/plain; charset=utf-8", PNG)),
        ("é{{ a }}", {"a": b"\xff"}, ("text/plain; charset=utf-8", b"\xc3\xa9\xff")),
        (File("a.json", b"{}"), {}, ("application/json", b"{}")),
        (File("a.unknown", PNG), {}, ("application/octet-stream", PNG)),
        (File("t.txt", b"{{ a }}"), {}, ("text/plain", b"{{ a }}")),
    ],
)
def test_raw_bodies(value: Any, ctx: dict[str, Any], expected: tuple[str, bytes]) -> None:
    assert rendered("body", value, ctx) == expected


@pytest.mark.parametrize(
    ("value", "body"),
    [
        ({"query": "{ me }"}, b'{"query":"{ me }"}'),
        (
            {"query": "q", "variables": {"n": "{{ a }}"}, "operation": "Get"},
            b'{"query":"q","variables":{"n":3},"operationName":"Get"}',
        ),
        ({"query": "q", "variables": "{{ b }}"}, b'{"query":"q","variables":{"x":1}}'),
    ],
)
def test_graphql(value: Any, body: bytes) -> None:
    assert rendered("graphql", value, {"a": 3, "b": {"x": 1}}) == ("application/json", body)


def test_bytes_are_no_json() -> None:
    with pytest.raises(Missing, match="bytes cannot be written as JSON"):
        rendered("json", {"a": "{{ a }}"}, {"a": PNG})


@pytest.mark.parametrize(
    ("name", "kind"), [("a.PNG", "image/png"), ("a.tar.gz", "application/gzip"), ("a", "application/octet-stream")]
)
def test_types_by_name(name: str, kind: str) -> None:
    assert type_of(name) == kind
