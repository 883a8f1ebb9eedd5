"""A few fields of a large JSON answer are what parsing all of it would give."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loadspec.expr import Missing
from loadspec.protocols.http.captures import Fields, json_of
from loadspec.protocols.http.captures.answer import Few
from loadspec.protocols.http.captures.fields import LARGE, compile_find
from loadspec.transports.base import Answer

PAD = "x" * LARGE
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def answer_of(document: Any) -> Answer:
    answer = Answer()
    answer.status = 200
    answer.body = document if isinstance(document, bytes) else orjson.dumps(document)
    return answer


def few_of(names: list[str | None], answer: Answer) -> Any:
    reads = [(name, fields.reading(name)) for fields in [Fields()] for name in names]
    return [(name, read(answer)) for name, read in reads][-1][1]


def test_of_a_large_object_only_what_is_read_is_built():
    answer = answer_of({"token": "t", "pad": PAD, "n": [1, {"a": 2}]})
    assert few_of(["token", "n", "none"], answer) == {"token": "t", "n": [1, {"a": 2}]}
    assert json_of(answer) == {"token": "t", "pad": PAD, "n": [1, {"a": 2}]}, "who asks for all gets all"
    assert few_of(["pad"], answer) == json_of(answer), "and then nothing is parsed again"


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ({"token": "t"}, ["token"]),
        ({"token": "t", "pad": PAD}, ["token", None]),
        ({"token": "t", "pad": PAD}, ["token", 'a"b']),
        ([{"token": PAD}], ["token"]),
        (PAD, ["token"]),
    ],
    ids=["small", "read whole elsewhere", "a name that JSON escapes", "a list", "a string"],
)
def test_what_the_short_cut_is_not_for_is_parsed_whole(document, names):
    assert few_of(names[:1] if len(names) == 1 else [*names, names[0]], answer_of(document)) == document


def test_what_one_flow_reads_does_not_hide_fields_from_another():
    answer = answer_of({"token": "t", "secret": "s", "pad": PAD})
    mine, theirs = Fields().reading("token"), Fields().reading("secret")
    assert mine(answer) == {"token": "t"}
    assert theirs(answer)["secret"] == "s"


def test_what_is_read_is_parsed_once(monkeypatch):
    answer = answer_of({"token": "t", "id": 7, "pad": PAD})
    fields = Fields()
    token, number = fields.reading("token"), fields.reading("id")
    first = token(answer)
    assert isinstance(answer.parsed, Few)
    assert number(answer) is first == {"token": "t", "id": 7}


@pytest.mark.parametrize(
    "body", [b'{"token": "' + PAD.encode(), b"<html>" + PAD.encode(), b'{"a": "\xff' + PAD.encode() + b'"}']
)
def test_a_broken_body_has_no_fields(body):
    with pytest.raises(Missing):
        few_of(["token"], answer_of(body))


def whole(body: bytes) -> dict[str, Any] | None:
    """The exact reference: all of it, then what is asked for."""
    try:
        document = orjson.loads(body)
    except ValueError:
        return None
    return {k: v for k, v in document.items() if k in ("a", "b")} if isinstance(document, dict) else None


FIND = compile_find({"a", "b"})


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "é", '"']) | st.text(max_size=2), JSON, max_size=5))
def test_fields_are_those_of_the_whole_document(document):
    body = orjson.dumps(document) if _fits(document) else b"{}"
    assert repr(FIND(body)) == repr(dict(sorted((whole(body) or {}).items())))


@given(st.binary(max_size=8), st.integers(0, 60), st.integers(0, 3))
@example(b"1e999, ", 7, 0)
def test_a_damaged_document_gives_what_the_whole_gives_or_is_left_to_it(bytes_in, at, cut):
    sound = b'{"x": [1, "\xc3\xa9", {"y": -2.5e3}], "a": 1, "b": {"c": [true, null]}, "a": "z"}'
    body = sound[:at] + bytes_in + sound[at + cut :]
    found, wanted = FIND(body), whole(body)
    if found is not None and wanted is None:
        assert "inf" in repr(json.loads(body)), "only a number beyond a double, which nobody reads, may pass"
        return
    assert found is None or repr(found) == repr(dict(sorted(wanted.items())))


def _fits(document: dict[str, Any]) -> bool:
    try:
        orjson.dumps(document)
    except TypeError:  # an integer beyond 64 bits, a lone surrogate
        return False
    return True
