from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.expr import (
    EvalError,
    ExprError,
    Missing,
    Scope,
    compile_bytes,
    compile_form_body,
    compile_json_body,
    compile_query,
    header_value,
    quote_segment,
)

DOCUMENTS = [
    ({}, b"{}"),
    ([], b"[]"),
    (None, b"null"),
    ("text", b'"text"'),
    ({"a": 1, "b": [True, None, 1.5, "\u00e9\n"]}, '{"a":1,"b":[true,null,1.5,"\u00e9\\n"]}'.encode()),
    (
        {"url": "{{ env.API }}", "n": "{{ vars.limit }}", "t": "{{ vars.tree }}"},
        b'{"url":"http://x","n":3,"t":{"leaf":[1,2]}}',
    ),
    ({1: "x"}, b'{"1":"x"}'),
    (2**70, str(2**70).encode()),
    ("{{ status }}", b"200"),
    ({"p": "{{ json.list }}"}, b'{"p":[1,{"x":2}]}'),
    ({"p": "say {{ token }}", "q": ["{{ ok }}", {"r": "{{ json.none }}"}]}, b'{"p":"say tok","q":[true,{"r":null}]}'),
    ({"{{ token }}": 1, "k{{ status }}": 2}, b'{"tok":1,"k200":2}'),
    (["{{ status }}", "{{ token }}"], b'[200,"tok"]'),
    ({"100 %s": "{{ status }}", "%b": ["{{ token }}", "%d"]}, b'{"100 %s":200,"%b":["tok","%d"]}'),
]


@pytest.mark.parametrize(("document", "rendered"), DOCUMENTS)
def test_json_body(document: Any, rendered: bytes, scope: Scope, ctx: Any) -> None:
    body = compile_json_body(document, scope)
    assert body.render(ctx) == rendered
    assert body.constant is not any(name in str(document) for name in ("status", "token", "json"))
    if body.constant:
        assert body.value == rendered


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(JSON)
def test_any_value_arrives_as_it_was_sent(value: Any) -> None:
    scope = Scope({"v": lambda _: value})
    body = compile_json_body({"a": "{{ v }}", "b": [0, "{{ v }}"], "c": "x"}, scope)
    assert json.loads(body.render(None)) == {"a": value, "b": [0, value], "c": "x"}


def test_deep_values_pass_and_hopeless_ones_are_missing(scope: Scope) -> None:
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]
    body = compile_json_body({"v": "{{ a }}"}, scope)
    assert json.loads(body.render({"a": deep})) == {"v": deep}
    for hopeless in ({1, 2}, b"bytes"):
        with pytest.raises(EvalError, match="JSON"):
            body.render({"a": hopeless})


def test_a_missing_value_is_raised_everywhere(scope: Scope) -> None:
    compiled = [
        compile_json_body({"a": "{{ absent }}"}, scope),
        compile_json_body(["{{ status }}", "x {{ absent }}"], scope),
        compile_form_body({"a": "{{ absent }}"}, scope),
        compile_query({"a": "{{ absent }}"}, scope),
        compile_bytes("/{{ absent }}", scope),
        compile_bytes("/{{ absent }}", scope, quote_segment),
    ]
    for body in compiled:
        with pytest.raises(Missing, match="absent"):
            body.render({"status": 1})


def test_form_and_query(scope: Scope, ctx: Any) -> None:
    fields = {
        "a b": "x & y",
        "n": None,
        "l": [1, True, "{{ token }}", None],
        "d": "{{ json.list }}",
        "none": "{{ json.none }}",
    }
    form = compile_form_body(fields, scope).render(ctx)
    assert form == b"a+b=x+%26+y&l=1&l=true&l=tok&d=1&d=%7B%22x%22%3A2%7D"
    assert parse_qsl(form.decode())[0] == ("a b", "x & y")
    assert compile_query({"a b": "x y/", "k{{ vars.limit }}": 1.0}, scope).value == b"a%20b=x%20y%2F&k3=1.0"
    assert compile_query({}, scope).value == b""
    assert compile_query({"n": None}, scope).value == b""
    assert compile_form_body({"none": "{{ json.none }}", "a": 1}, scope).render(ctx) == b"a=1"


@given(st.text())
def test_a_segment_stays_one_segment(value: str) -> None:
    scope = Scope({"v": lambda _: value}, {"env.V": value})
    for text in ("/p q/{{ v }}/x", "/p q/{{ env.V }}/x"):
        path = compile_bytes(text, scope, quote_segment).render(None).decode()
        first, second, third, fourth = path.split("/")
        assert (first, second, fourth) == ("", "p q", "x")
        assert unquote(third) == value


def test_a_header_cannot_be_split(scope: Scope) -> None:
    header = compile_bytes("Bearer {{ token }}", scope, header_value)
    assert header.render({"token": "a b"}) == b"Bearer a b"
    for hostile in ("a\r\nX: y", "a\nb", "a\0"):
        with pytest.raises(EvalError, match="line break"):
            header.render({"token": hostile})
    with pytest.raises(ExprError) as caught:
        compile_bytes("v: {{ env.NL }}", scope, header_value)
    assert caught.value.offset == 5


def test_bytes(scope: Scope, ctx: Any) -> None:
    assert compile_bytes("é {{ env.API }}", scope).value == "é http://x".encode()
    assert compile_bytes("{{ status }}/{{ token }}{{ ok }}", scope).render(ctx) == b"200/toktrue"
    assert compile_bytes("", scope).value == b""
    with pytest.raises(EvalError, match="surrogate"):
        compile_bytes("{{ token }}", scope).render({"token": "\ud800"})
    with pytest.raises(ExprError, match="surrogate"):
        compile_bytes("\ud800", scope)
