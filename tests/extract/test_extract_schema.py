"""JSON Schema: the same verdict as the slow validator's, nothing fetched, mistakes with their place."""

from __future__ import annotations

import re
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from loadspec.extract.schema import SchemaProblem, compile_schema

SCHEMA = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True},
        "next": {"$ref": "#"},
    },
    "additionalProperties": {"type": ["string", "null"]},
}
VALUES = st.recursive(
    st.none() | st.integers(-2, 2) | st.sampled_from(["a", "b", "c", 1.0, True]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "tags", "next", "x"]), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(VALUES)
def test_the_verdict_is_that_of_jsonschema(value: Any) -> None:
    fits, errors = compile_schema(SCHEMA)
    assert fits(value) == Draft202012Validator(SCHEMA).is_valid(value)
    assert bool(errors(value)) != fits(value)


def test_errors_say_where_and_are_few() -> None:
    errors = compile_schema(SCHEMA).errors
    assert errors({"id": -1, "tags": ["a", "z"], "next": {"x": 1}}) == [
        "/id: -1 is less than the minimum of 0",
        '/tags/1: "z" is not one of "a" or "b"',
        '/next: "id" is a required property',
    ]
    assert errors([]) == ['body: [] is not of type "object"']


@pytest.mark.parametrize(
    ("schema", "path", "message"),
    [
        ({"type": "list"}, ("type",), '"list" is no type'),
        ({"properties": {"a": {"minimum": "x"}}}, ("properties", "a", "minimum"), "number"),
        ({"properties": {"a": {"required": True}}}, ("properties", "a", "required"), "lists names"),
        ({"items": {"pattern": "(a"}}, ("items", "pattern"), "no regular expression"),
        ({"items": {"pattern": "(?=a)"}}, ("items", "pattern"), "look-around"),
        ({"items": {"$ref": "https://example.com/x.json"}}, ("items", "$ref"), "nothing is fetched"),
        ({"items": {"$ref": "file:///etc/passwd"}}, ("items", "$ref"), "nothing is fetched"),
        ({"allOf": [{"$ref": "other.json#/a"}]}, ("allOf", 0, "$ref"), "nothing is fetched"),
        ({"$ref": "#/$defs/none"}, ("$ref",), "nothing stands"),
        ({"$schema": "https://example.com/mine"}, ("$schema",), "no draft"),
        ([], (), "mapping"),
        ("{}", (), "mapping"),
    ],
)
def test_mistakes_have_a_place(schema: Any, path: tuple[Any, ...], message: str) -> None:
    with pytest.raises(SchemaProblem, match=re.escape(message)) as caught:
        compile_schema(schema)
    assert caught.value.path == path


def test_nesting_has_an_end() -> None:
    deep: dict[str, Any] = {}
    for _ in range(3000):
        deep = {"properties": {"a": deep}}
    with pytest.raises(SchemaProblem):
        compile_schema(deep)


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", None)
    for uri in ("http://127.0.0.1:9/x", "file:///etc/hostname", "/etc/hostname"):
        with pytest.raises(SchemaProblem, match="nothing is fetched"):
            compile_schema({"$ref": uri})


def test_drafts_formats_and_patterns() -> None:
    old = {"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"a": {"type": "null"}}}
    assert compile_schema({**old, "$ref": "#/definitions/a"}).fits(None)
    assert not compile_schema({"format": "email"}).fits("nobody")
    assert compile_schema({"format": "of our own"}).fits("anything")
    assert not compile_schema({"pattern": "^(x+x+)+y$"}).fits("x" * 5000)
    assert compile_schema(True).fits(1)
    assert not compile_schema(False).fits(1)
